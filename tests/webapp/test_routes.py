"""Every route of the office, by who may open it. A route that is not listed here fails."""

from __future__ import annotations

import pytest
from flask import Flask

from tests.webapp import personas as p

FIELD = frozenset({"alice", "bob", "charlie"})
OFFICE = frozenset({"ann", "kate"})
EVERYBODY = frozenset(p.PEOPLE)
CONTENT = FIELD | OFFICE

OPEN = frozenset(
    {"accounts.sign_in", "accounts.sign_out", "accounts.set_language", "evidence.verify", "static"}
)
# `replication` has its own strangers in tests/sync/test_replication_access.py.
OPEN_BLUEPRINTS = frozenset({"shell", "sync", "replication"})

ROLES: dict[str, frozenset[str]] = {
    "home.start": EVERYBODY,
    "accounts.accounts": frozenset({"adam"}),
    "accounts.create": frozenset({"adam"}),
    "accounts.close": frozenset({"adam"}),
    "audit.show": frozenset({"adam", "ann"}),
    "tablets.mine": CONTENT,
    "tablets.set_up": CONTENT,
    "tablets.for_another": CONTENT,
    "tablets.every": frozenset({"adam", "ann"}),
    "tablets.for_person": frozenset({"adam", "ann"}),
    "tablets.rename": frozenset({"adam", "ann"}),
    "tablets.delivery": frozenset({"adam", "ann"}),
    "tablets.revoke": frozenset({"adam", "ann"}) | FIELD,
    "visits.every": CONTENT,
    "visits.new": frozenset({"alice", "ann"}),
    "visits.create": frozenset({"alice", "ann"}),
    "visits.change": frozenset({"alice", "ann"}),
    "visits.update": frozenset({"alice", "ann"}),
    "visit_page.show": CONTENT,
    "visit_page.live": CONTENT,
    "visit_page.photo": CONTENT,
    "visit_page.document": CONTENT,
    "visit_page.settle": CONTENT,
    "programs.every": frozenset({"adam"}),
    "programs.make": frozenset({"adam"}),
    "programs.withdraw": frozenset({"adam"}),
    "custody.show": frozenset({"kate"}),
    "custody.give": frozenset({"kate"}),
    "custody.chunk": frozenset({"kate"}),
    "custody.give_out": frozenset({"kate"}),
    "withdrawals.ask": frozenset({"alice", "ann"}),
    "withdrawals.withdraw": frozenset({"alice", "ann"}),
    "withdrawals.let_stand": frozenset({"ann"}),
    "custody_releases.release": frozenset({"kate"}),
    "custody_releases.every": CONTENT,
    "custody_releases.end": frozenset({"kate"}),
    "custody_releases.show": CONTENT,
    "custody_releases.give": CONTENT,
    "custody_releases.chunk": CONTENT,
    "custody_keys.every": frozenset({"kate"}),
    "custody_keys.new": frozenset({"kate"}),
    "custody_keys.keep": frozenset({"kate"}),
    "custody_keys.discard": frozenset({"kate"}),
    "custody_keys.proposal": frozenset({"kate"}),
    "custody_keys.rehearsal": frozenset({"kate"}),
    "custody_keys.rehearse": frozenset({"kate"}),
    "custody_keys.passphrase": frozenset({"kate"}),
    "custody_keys.rewrap": frozenset({"kate"}),
    "custody_keys.shares": frozenset({"kate"}),
    "custody_keys.share": frozenset({"kate"}),
    "custody_keys.challenge": frozenset({"kate"}),
    "facilities.every": CONTENT | {"carl"},
    "facilities.suggest": frozenset({"alice", "ann"}),
    "facilities.card": CONTENT | {"carl"},
    "recommendations.every": CONTENT,
    "recommendations.show": CONTENT,
    "recommendations.add_reply": frozenset({"ann"}),
    "recommendations.set_status": frozenset({"ann"}),
    "plans.show": CONTENT,
    "forms.every": CONTENT,
    "forms.show": CONTENT,
    "library.every": CONTENT | {"carl"},
    "library.read": CONTENT | {"carl"},
    "imports.start": frozenset({"ann"}),
    "imports.upload": frozenset({"ann"}),
    "imports.remove": frozenset({"ann"}),
    "imports.register": frozenset({"ann"}),
    "imports.library": frozenset({"ann"}),
    "imports.form": frozenset({"ann"}),
    "evidence.order": OFFICE,
    "evidence.package": OFFICE,
    "evidence.days": OFFICE | {"adam"},
    "quarantine.every": OFFICE,
    "quarantine.show": OFFICE,
    "quarantine.hand_back": frozenset({"ann"}),
    "quarantine.keep": frozenset({"ann"}),
    "couriers.page": frozenset({"alice", "ann", "adam"}),
    "couriers.bring": frozenset({"alice", "ann", "adam"}),
    "quarantine.release": frozenset({"ann"}),
    "quarantine.release_many": frozenset({"ann"}),
}
# Each says who in its own tests; here only strangers are tried.
ELSEWHERE = frozenset({"reports", "indicators"})
VALUES = {
    "channel": p.VISIT,
    "facility_id": p.FACILITY,
    "recommendation_id": p.RECOMMENDATION,
    "document_id": p.TESTIMONY,
    "medium_id": "medium:none",
    "account_id": p.account_id("bob"),
    "device_id": "none",
    "library_id": "library:guide",
    "form_id": "form:none",
    "envelope": "none",
    "sha256": "0" * 64,
    "key_id": "none",
    "release_id": "none",
    "path": "none",
    "filename": "none",
    "kind": "docx",
    "token": "0" * 32,
}


def rules(app: Flask) -> list[tuple[str, str, str]]:
    """Endpoint, method and a concrete address of every route."""
    found = []
    with app.test_request_context():
        adapter = app.url_map.bind("localhost")
        for rule in app.url_map.iter_rules():
            address = adapter.build(rule.endpoint, {name: VALUES[name] for name in rule.arguments})
            methods = sorted((rule.methods or set()) & {"GET", "POST", "PUT", "DELETE", "PATCH"})
            found += [(rule.endpoint, method, address) for method in methods]
    return found


def is_open(endpoint: str) -> bool:
    return endpoint in OPEN or endpoint.split(".")[0] in OPEN_BLUEPRINTS


def test_every_route_is_listed(app: Flask) -> None:
    unlisted = {
        endpoint
        for endpoint, _, _ in rules(app)
        if not is_open(endpoint) and endpoint not in ROLES and endpoint.split(".")[0] not in ELSEWHERE
    }
    assert not unlisted, f"say who may open {sorted(unlisted)}"
    assert not set(ROLES) - set(app.view_functions), "listed, but gone"


def test_a_stranger_opens_nothing_but_the_door(app: Flask) -> None:
    client = p.stranger(app)
    # The token alone lets a stranger no further.
    csrf = p.token(client.get("/sign-in"))
    for endpoint, method, address in rules(app):
        if is_open(endpoint):
            continue
        answer = client.open(address, method=method, data={"csrf_token": csrf} if method != "GET" else None)
        if method == "GET":
            assert answer.status_code == 303, (endpoint, answer.status_code)
            assert answer.location.startswith("/sign-in")
        else:
            assert answer.status_code == 401, (endpoint, answer.status_code)


@pytest.mark.parametrize("login", sorted(p.PEOPLE))
def test_a_role_opens_its_own_routes_and_no_other(app: Flask, login: str) -> None:
    client = p.persona(app, login)
    for endpoint, method, address in rules(app):
        if endpoint not in ROLES or method != "GET":
            continue
        answer = client.get(address)
        if login not in ROLES[endpoint]:
            assert answer.status_code == 403, (endpoint, answer.status_code)
        else:
            assert answer.status_code in (200, 204, 303, 404, 403 if endpoint == "custody.chunk" else 200), (
                endpoint,
                answer.status_code,
            )


@pytest.mark.parametrize("login", sorted(p.PEOPLE))
def test_a_role_sends_no_form_of_another(app: Flask, login: str) -> None:
    client = p.persona(app, login)
    home = client.get("/library" if login != "adam" else "/devices")
    csrf = p.token(home)
    for endpoint, method, address in rules(app):
        if method == "POST" and endpoint in ROLES and login not in ROLES[endpoint]:
            answer = client.post(address, data={"csrf_token": csrf})
            assert answer.status_code == 403, (endpoint, answer.status_code)


def test_every_form_needs_its_token(app: Flask) -> None:
    client = p.persona(app, "ann")
    for endpoint, method, address in rules(app):
        if method == "POST" and endpoint.split(".")[0] not in ("sync", "replication"):
            answer = client.post(address, data={})
            assert answer.status_code == 400, (endpoint, answer.status_code)


@pytest.mark.parametrize(
    "address",
    [
        f"/visits/{p.VISIT}",
        f"/visits/{p.VISIT}/live",
        f"/recommendations/{p.RECOMMENDATION}",
    ],
)
def test_another_group_sees_nothing_of_a_visit(app: Flask, address: str) -> None:
    assert p.persona(app, "charlie").get(address).status_code == 404
    assert p.persona(app, "bob").get(address).status_code == 200


def test_lists_hold_only_what_a_group_may_see(app: Flask) -> None:
    bob, charlie = p.persona(app, "bob"), p.persona(app, "charlie")
    assert "Northern colony" in bob.get("/visits").text
    assert "Northern colony" not in charlie.get("/visits").text
    assert "Mend the lamps" in bob.get("/recommendations").text
    assert "Mend the lamps" not in charlie.get("/recommendations").text
    assert "Mend the lamps" in p.persona(app, "ann").get("/recommendations").text


def test_every_address_carries_the_policy_and_data_is_never_stored(app: Flask) -> None:
    client = p.persona(app, "ann")
    for endpoint, method, address in rules(app):
        if method != "GET":
            continue
        headers = client.get(address).headers
        assert "script-src 'self' 'wasm-unsafe-eval'" in headers["Content-Security-Policy"], endpoint
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        shell = endpoint.startswith("shell.") or endpoint == "static"
        assert headers["Cache-Control"] in (("no-cache", "no-store") if shell else ("no-store",)), endpoint


def test_no_page_has_an_inline_style_or_script(app: Flask) -> None:
    client = p.persona(app, "ann")
    for endpoint, method, address in rules(app):
        if method == "GET" and endpoint in ROLES and "ann" in ROLES[endpoint]:
            text = client.get(address).text
            assert " style=" not in text, endpoint
            assert "<script>" not in text, endpoint
            assert " onclick=" not in text, endpoint
