"""Makes a CouchDB fit for the store: system databases, the service account, who may open which database.

Runs as the server's administrator, as often as one likes; tells what it did. Must not know documents.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from sync.documents.couch_channels import members
from sync.documents.couch_server import CouchServer, Place
from sync.errors import StoreFailed

# `_db_updates`, by which all channels are followed, is kept in the last one.
SYSTEM_DATABASES = ("_users", "_replicator", "_global_changes")
OLDEST = (3, 3)


def set_up(url: str, admin: str, *, channels: bool = True) -> list[str]:
    """Make what is missing; sentences of what was done and of what a person should know. Raises StoreFailed.

    `url` and `admin` as for `CouchStore`. `channels`: look at every channel's security object, too.
    """
    place = Place.parse(url)
    server = CouchServer(place.as_account(admin))
    try:
        told = [_check_version(server)]
        told += [f"Made {name}." for name in SYSTEM_DATABASES if _make(server, name)]
        if place.user is not None and place.user != server.place.user:
            told += _service_account(server, place)
            told += _close_databases(server, place) if channels else []
        told += _check_settings(server)
        return told
    finally:
        server.close()


def _check_version(server: CouchServer) -> str:
    welcome = server.get().json()
    version = str(welcome.get("version", ""))
    where = urlsplit(server.place.url).netloc
    if "couchdb" not in welcome:
        return f"{where} is not CouchDB itself (version {version}): for trials only."
    numbers = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    if numbers < OLDEST:
        raise StoreFailed(f"CouchDB {version} is too old: 3.3 or newer is needed")
    return f"{where} is CouchDB {version}."


def _make(server: CouchServer, name: str) -> bool:
    return server.put(name, expect=(201, 202, 412)).status != 412


def _service_account(server: CouchServer, place: Place) -> list[str]:
    """The account through which documents pass: no administrator, and its password is the address's."""
    assert place.user is not None
    if _signs_in(place):
        return []
    id_ = f"org.couchdb.user:{place.user}"
    found = server.get("_users", id_, expect=(200, 404))
    body = {"name": place.user, "password": place.password, "type": "user", "roles": []}
    if found.status == 200:
        body["_rev"] = found.json()["_rev"]
    written = server.put("_users", id_, body=body, expect=(201, 409))
    if not _signs_in(place):
        raise StoreFailed(f"the account {place.user} was written and cannot sign in")
    if written.status == 409:  # another worker was quicker
        return []
    return [f"Gave the account {place.user} its {'new ' if found.status == 200 else ''}password."]


def _signs_in(place: Place) -> bool:
    server = CouchServer(Place(place.url, place.prefix))
    try:
        body = {"name": place.user, "password": place.password}
        return server.post("_session", body=body, expect=(200, 401)).status == 200
    finally:
        server.close()


def _close_databases(server: CouchServer, place: Place) -> list[str]:
    """Every database of the prefix opens for the service account alone, also those that a restore brought."""
    assert place.user is not None
    wanted = members(place.user)
    told = []
    for name in server.get("_all_dbs").json():
        if not name.startswith(place.prefix):
            continue
        answer = server.get(name, "_security", expect=(200, 404))
        if answer.status == 404 or answer.json().get("members") != wanted["members"]:
            server.put(name, "_security", body=wanted, expect=(200,))
            told.append(f"Closed {name} to all but {place.user}.")
    return told


def _check_settings(server: CouchServer) -> list[str]:
    answer = server.get("_node", "_local", "_config", "chttpd", "require_valid_user", expect=(200, 404))
    if server.is_couchdb() and (answer.status == 404 or answer.json() != "true"):
        return ["WARNING: [chttpd] require_valid_user is not true: strangers see which databases there are."]
    return []
