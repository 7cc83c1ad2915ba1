"""Who the office's tests are about, and the small country they live in.

Alice leads group one and Bob works in it; Charlie works in group two and must see nothing of theirs.
"""

from __future__ import annotations

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from webapp.accounts import hasher
from webapp.models import AccountRow, writing

PEOPLE = {  # login: name, role, group
    "alice": ("Alice Leader", "leader", "group-1"),
    "bob": ("Bob Monitor", "monitor", "group-1"),
    "charlie": ("Charlie Monitor", "monitor", "group-2"),
    "ann": ("Ann Analyst", "analyst", None),
    "kate": ("Kate Keyholder", "keyholder", None),
    "carl": ("Carl Council", "council", None),
    "adam": ("Adam Admin", "admin", None),
}
PASSWORD = "correct horse battery staple"
VISIT = "visit-01m0000000000000000000000a"
VISIT_ID = "visit:01M0000000000000000000000A"
FACILITY = "facility:north-66"
FINDING = "finding:01M0000000000000000000000F"
RECOMMENDATION = "recommendation:01M0000000000000000000000R"
NOTE = "note:01M0000000000000000000000N"
TESTIMONY = "testimony:01M0000000000000000000000T"
INTERVIEW = "interview:01M0000000000000000000000J"
SUBMISSION = "submission:01M0000000000000000000000S"


def account_id(login: str) -> str:
    return f"01M00000000000000000{login.upper():0<6}"[:26]


def open_accounts() -> None:
    """Everybody's account; needs the application's context."""
    with writing() as session:
        for login, (name, role, group) in PEOPLE.items():
            session.add(
                AccountRow(
                    id=account_id(login), login=login, name=name, initial=name[0], role=role, group_id=group,
                    language="en", password_hash=hasher().hash(PASSWORD), demo=login == "bob",
                )
            )  # fmt: skip


def multi(text: str) -> dict[str, str]:
    return {"ru": f"{text} ru", "kk": f"{text} kk", "en": text}


def catalogue(name: str, *items: dict[str, Any]) -> dict[str, Any]:
    labelled = [{"label": multi(item["id"]), **item} for item in items]
    return {"_id": f"catalogue:{name}", "type": "catalogue", "items": labelled}


def reference() -> list[dict[str, Any]]:
    country = {
        "id": "XX",
        "languages": ["ru", "kk", "en"],
        "handle_letters": "ABC",
        "time_zone": "Asia/Almaty",
    }
    off = {"photo": "allowed", "audio": "forbidden", "video": "forbidden"}
    return [
        catalogue("country", country),
        catalogue("regions", {"id": "north", "short": multi("N"), "tile": [0, 0]}),
        catalogue("authorities", {"id": "penal"}),
        catalogue("facility_types", {"id": "colony", "authority": "penal", "children": False, "recording": off}),
        catalogue("visit_kinds", {"id": "periodic"}, {"id": "special"}),
        catalogue("themes", {"id": "light", "parent": None}),
        catalogue("categories", {"id": "convict", "child": False}),
        catalogue("sources", {"id": "observation"}, {"id": "held"}),
        catalogue("severities", {"id": "high"}),
        catalogue("priorities", {"id": "normal"}),
        catalogue("groups", {"id": "group-1", "region": "north"}, {"id": "group-2", "region": "north"}),
        catalogue("statuses", *({"id": each} for each in ("open", "implemented", "partly", "not", "repeated"))),
        {
            "_id": FACILITY, "type": "facility", "name": multi("Northern colony"), "aliases": ["Severka"],
            "codes": ["АК-159/7"], "facility_type": "colony", "region": "north", "authority": "penal",
            "address": multi("Street 1"), "capacity": 500, "opened": "1960-01-01", "closed": None,
            "holds": ["convict"], "recording": None, "source": None,
        },
        {
            "_id": "library:guide", "type": "library", "title": multi("Guide"), "short": multi("Guide"), "kind": "guide",
            "text_lang": "en", "articles": [{"id": "1", "heading": "Light", "text": "Windows let in daylight.", "themes": ["light"]}],
            "source": "ours",
        },
        *(
            {
                "_id": f"person:{account_id(login)}", "type": "person", "name": name, "initial": name[0],
                "role": role, "group": group, "active": True,
            }
            for login, (name, role, group) in PEOPLE.items()
        ),
    ]  # fmt: skip


def visit_documents() -> list[dict[str, Any]]:
    """A past visit of group one: what Bob and Alice brought back."""
    team = [{"person": account_id("alice"), "part": ""}, {"person": account_id("bob"), "part": "registers"}]
    return [
        {
            "_id": VISIT_ID, "type": "visit", "facility": FACILITY, "kind": "periodic", "from": "2026-03-02",
            "to": "2026-03-03", "group": "group-1", "leader": account_id("alice"), "team": team,
            "objectives": "Look at the light", "status": "open", "unplanned": False, "recording": None,
            "time_zone": "Asia/Almaty",
        },
        {
            "_id": NOTE, "type": "note", "text": "The <b>lamp</b> is broken", "place": "block 2", "theme": "light",
            "source": "observation", "at": "2026-03-02T06:00:00.000Z", "media": [], "about": None, "lang": "en",
        },
        {
            "_id": INTERVIEW, "type": "interview", "handle": "B-1", "category": "convict", "day": "2026-03-02",
            "summary": "Says it is dark", "themes": ["light"], "people": 1, "child": None, "lang": "en",
        },
        {
            "_id": FINDING, "type": "finding", "title": "Dark cells", "text": "No lamp works", "theme": "light",
            "severity": "high", "sources": ["observation"], "evidence": [NOTE], "norms": ["guide/1"], "place": None,
            "combines": [], "status": "final", "rule": None, "lang": "en",
        },
        {
            "_id": RECOMMENDATION, "type": "recommendation", "text": "Mend the lamps", "findings": [FINDING],
            "theme": "light", "addressee": "penal", "addressee_name": "", "deadline": "2026-06-03",
            "priority": "normal", "repeats": None, "lang": "en",
        },
        {
            "_id": TESTIMONY, "type": "testimony", "interview": INTERVIEW, "sealed": "A" * 80, "size": 20,
        },
    ]  # fmt: skip


def token(response: TestResponse) -> str:
    """The CSRF token of a page's form."""
    found = re.search(r'name="csrf_token" value="([^"]+)"', response.text)
    assert found, "the page has no form with a token"
    return found.group(1)


def stranger(app: Flask) -> FlaskClient:
    return app.test_client()


def persona(app: Flask, login: str) -> FlaskClient:
    """A browser in which this person has signed in."""
    client = app.test_client()
    form = {"login": login, "password": PASSWORD, "csrf_token": token(client.get("/sign-in"))}
    answer = client.post("/sign-in", data=form)
    assert answer.status_code == 303, answer.text
    return client


def post(client: FlaskClient, address: str, page: str, **fields: Any) -> TestResponse:
    """Send a form as a browser would: with the token of the page it stands on."""
    return client.post(address, data={**fields, "csrf_token": token(client.get(page))})
