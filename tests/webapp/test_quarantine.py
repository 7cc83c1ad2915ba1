"""Quarantine in the office: an analyst looks, and decides; what was decided is in the log, and nothing is lost."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from sync.authorization import Account
from tests.fakes import FakeAuthorizer, FakeClock, Tablet
from tests.webapp import personas as p
from tests.webapp.conftest import config, populate
from webapp import create_app
from webapp.models import AuditRow, DeviceRow, db, writing

LIST = "/quarantine"


@pytest.fixture
def office(tmp_path: Path) -> Flask:
    made = create_app(config(tmp_path))
    made.testing = True
    made.config["PROPAGATE_EXCEPTIONS"] = False
    populate(made)
    return made


@pytest.fixture
def bob(office: Flask) -> Tablet:
    """Bob's tablet, enrolled. He is of the visit's team."""
    return enrolled(office, "bob")


def enrolled(office: Flask, login: str) -> Tablet:
    name, role, group = p.PEOPLE[login]
    account = Account(p.account_id(login), name, name[0], role, group, "en")
    clock = FakeClock(datetime.now(UTC))
    tablet = Tablet(account, office.extensions["aigaq"].keys.keyset, FakeAuthorizer(), clock)
    new = tablet.new_device()
    with office.app_context(), writing() as session:
        session.add(
            DeviceRow(
                id=new.id, name=f"Tablet of {name}", account_id=account.id, signing=new.signing, upload=new.upload,
                enrolled_at=datetime.now(UTC),
            )
        )  # fmt: skip
    return tablet


def note(tablet: Tablet, text: Any = 5, **fields: Any) -> dict[str, Any]:
    at = "2026-03-02T06:00:00.000Z"
    return tablet.document("note", text=text, theme="light", at=at, **{"place": "block 2", **fields})


def held(office: Flask, tablet: Tablet, document: dict[str, Any]) -> str:
    engine = office.extensions["aigaq"]
    with office.app_context():
        (answer,) = engine.deliver({"envelopes": [tablet.envelope(p.VISIT, document)]}, carrier=tablet.id)
    assert answer["quarantined"]
    return str(answer["receipt"]["envelope"])


def acts(office: Flask, envelope: str) -> list[tuple[str, str | None]]:
    with office.app_context():
        rows = db.session.scalars(
            select(AuditRow).where(AuditRow.subject == envelope).order_by(AuditRow.id)
        ).all()
        return [(row.action, row.detail.get("reason")) for row in rows]


def test_one_item_is_shown_with_what_is_wrong_in_it(office: Flask, bob: Tablet) -> None:
    envelope = held(office, bob, note(bob))
    ann = p.persona(office, "ann")
    assert f"{LIST}/{envelope}" in ann.get(LIST).text
    page = ann.get(f"{LIST}/{envelope}").text
    assert "Does not fit:" in page
    assert "block 2" in page
    assert "Tablet of Bob Monitor" in page
    assert acts(office, envelope) == [("quarantine.read", None)]
    assert f"{LIST}/{envelope}" in ann.get(f"/visits/{p.VISIT}").text
    assert "Hand back" not in p.persona(office, "kate").get(f"{LIST}/{envelope}").text
    assert ann.get(f"{LIST}/none").status_code == 404


def test_what_belongs_to_a_talk_is_shown_without_its_place(office: Flask, bob: Tablet) -> None:
    spoken = held(office, bob, note(bob, interview=p.INTERVIEW, place="cell 12"))
    sealed = bob.document("testimony", interview=p.INTERVIEW, sealed="AAAA", size="long")
    secret = held(office, bob, sealed)
    ann = p.persona(office, "ann")
    assert "cell 12" not in ann.get(f"{LIST}/{spoken}").text
    page = ann.get(f"{LIST}/{secret}").text
    assert "sealed for key holders" in page
    assert "AAAA" not in page


def test_handed_back_it_waits_for_its_author_and_comes_in_mended(office: Flask, bob: Tablet) -> None:
    document = note(bob)
    envelope = held(office, bob, document)
    address = f"{LIST}/{envelope}"
    ann = p.persona(office, "ann")
    p.post(ann, f"{address}/returned", address, note="?")
    assert "With their authors" not in ann.get(LIST).text
    assert p.post(ann, f"{address}/returned", address, note="Write what you saw").status_code == 303
    page = ann.get(LIST).text
    assert "With their authors" in page
    assert "Write what you saw" in page
    assert acts(office, envelope)[-1] == ("quarantine.returned", "Write what you saw")
    engine = office.extensions["aigaq"]
    body = {"channels": {}, "quarantine": ""}
    with office.app_context():
        first = next(iter(engine.changes.lines(bob.account, body, device=bob.id)))
        assert b"Write what you saw" in first
        mended = bob.envelope(p.VISIT, {**document, "text": "No light", "base": {"text": 5}})
        (answer,) = engine.deliver({"envelopes": [mended]}, carrier=bob.id)
    assert "quarantined" not in answer
    assert "Nothing in quarantine" in ann.get(LIST).text
    assert "No light" in ann.get(f"/visits/{p.VISIT}").text
    assert ann.get(address).status_code == 404


def test_kept_as_it_is_it_is_no_task_and_can_be_decided_anew(office: Flask, bob: Tablet) -> None:
    envelope = held(office, bob, note(bob))
    address = f"{LIST}/{envelope}"
    ann = p.persona(office, "ann")
    p.post(ann, f"{address}/kept", address, note="A try of the tablet")
    page = ann.get(LIST).text
    assert "Nothing in quarantine" in page
    assert "A try of the tablet" in page
    assert acts(office, envelope)[-1] == ("quarantine.kept", "A try of the tablet")
    assert address not in ann.get(f"/visits/{p.VISIT}").text
    p.post(ann, f"{address}/released", address)
    assert p.post(ann, f"{address}/returned", address, note="Write what you saw").status_code == 303
    assert "With their authors" in ann.get(LIST).text


def test_after_the_team_was_mended_it_comes_in(office: Flask) -> None:
    charlie = enrolled(office, "charlie")
    envelope = held(office, charlie, note(charlie, "I was there"))
    address = f"{LIST}/{envelope}"
    ann = p.persona(office, "ann")
    p.post(ann, f"{address}/kept", address, note="Not of the team")
    engine = office.extensions["aigaq"]
    visit = engine.read(p.VISIT, p.VISIT_ID)
    visit["team"] = [*visit["team"], {"person": charlie.account.id, "part": ""}]
    with office.app_context():
        analyst = Account(p.account_id("ann"), "Ann Analyst", "A", "analyst", None, "en")
        engine.submit(p.VISIT, visit, author=analyst)
    p.post(ann, f"{address}/released", address)
    assert acts(office, envelope)[-1][0] == "quarantine.released"
    assert "I was there" in ann.get(f"/visits/{p.VISIT}").text


def test_a_withdrawal_in_quarantine_is_pressed_for(office: Flask, bob: Tablet) -> None:
    withdrawal = bob.document(
        "withdrawal", interview=p.INTERVIEW, use="interview", erases=[p.INTERVIEW], reason="", at="yesterday"
    )
    envelope = held(office, bob, withdrawal)
    ann = p.persona(office, "ann")
    assert "1 withdrawal of consent waits here" in ann.get(LIST).text
    page = ann.get(f"{LIST}/{envelope}").text
    assert "took consent back" in page
    assert "written once" in page
    assert (
        p.post(ann, f"{LIST}/{envelope}/returned", LIST + f"/{envelope}", note="Again please").status_code
        == 404
    )


def test_check_all_leaves_what_is_with_its_author(office: Flask, bob: Tablet) -> None:
    first, second, third = (held(office, bob, note(bob)) for _ in range(3))
    ann = p.persona(office, "ann")
    p.post(ann, f"{LIST}/{first}/returned", f"{LIST}/{first}", note="Write what you saw")
    answer = p.post(ann, f"{LIST}/released", LIST, reason="schema")
    assert answer.status_code == 303
    assert "0 of 2 keep the rules now." in ann.get(LIST).text
    assert {row["envelope"] for row in office.extensions["aigaq"].quarantine()} == {first, second, third}
