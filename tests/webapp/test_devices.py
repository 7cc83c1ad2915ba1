"""Enrolment codes and tablets: one use, fifteen minutes, and the office's say over both."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from sync.authorization import DeviceReport, NewDevice
from sync.errors import CodeExpired, CodeUnknown
from sync.gateway.enrolment import root_check
from tests.webapp import personas as p
from webapp.devices import Devices, EnrolmentCode
from webapp.models import CodeRow, DeviceRow, db

ROOT_DIGEST = bytes.fromhex("0123456789abcdef" * 4)


class Clock:
    def __init__(self) -> None:
        self.now = datetime(2026, 5, 1, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def devices(app: Flask, clock: Clock) -> Devices:
    with app.app_context():
        return Devices(db.engine, "secret", clock)


def tablet(name: str) -> NewDevice:
    return NewDevice(
        id=name, name=f"Tablet {name}", signing=b"s", upload=b"u", app_version="1", user_agent="test"
    )


def issue(devices: Devices) -> EnrolmentCode:
    return devices.issue(p.account_id("bob"), ROOT_DIGEST, issued_by=p.account_id("bob"))


def secret_of(code: EnrolmentCode) -> str:
    return code.text[:9]


def test_a_code_enrols_one_tablet_once(devices: Devices) -> None:
    code = issue(devices)
    account = devices.redeem(secret_of(code), tablet("once-1"))
    assert account.id == p.account_id("bob")
    with pytest.raises(CodeExpired):
        devices.redeem(secret_of(code), tablet("once-2"))
    found = devices.device("once-1")
    assert found is not None
    assert found.account.group == "group-1"
    assert devices.device("once-2") is None


def test_a_code_is_read_as_people_type_it(devices: Devices) -> None:
    code = issue(devices)
    typed = secret_of(code).replace("-", " ").lower().replace("0", "o").replace("1", "l")
    assert devices.redeem(typed, tablet("typed")).name == "Bob Monitor"


def test_a_code_lives_fifteen_minutes(devices: Devices, clock: Clock) -> None:
    code = issue(devices)
    clock.now += timedelta(minutes=14, seconds=59)
    other = issue(devices)
    clock.now += timedelta(seconds=1)
    with pytest.raises(CodeExpired):
        devices.redeem(secret_of(code), tablet("late"))
    assert devices.redeem(secret_of(other), tablet("in-time")).id == p.account_id("bob")


def test_an_unknown_code_is_not_an_expired_one(devices: Devices) -> None:
    with pytest.raises(CodeUnknown):
        devices.redeem("ZZZZ-ZZZZ", tablet("unknown"))


def test_codes_lie_hashed_in_the_database(app: Flask, devices: Devices) -> None:
    code = issue(devices)
    with app.app_context():
        stored = db.session.scalars(select(CodeRow.digest)).all()
    assert not [digest for digest in stored if secret_of(code).replace("-", "") in digest.upper()]
    with app.app_context(), pytest.raises(CodeUnknown):
        Devices(db.engine, "another server's secret", devices._now).redeem(secret_of(code), tablet("stolen"))


def test_the_code_names_the_root_by_twenty_bits() -> None:
    # 0x01234 = 0000 0001 0010 0011 0100 → 00000 00100 10001 10100
    assert root_check(ROOT_DIGEST) == "04HM"


def test_a_device_s_id_is_not_taken_by_other_keys(devices: Devices) -> None:
    devices.redeem(secret_of(issue(devices)), tablet("twice"))
    with pytest.raises(CodeUnknown):
        devices.redeem(secret_of(issue(devices)), replace(tablet("twice"), signing=b"other"))


def test_a_device_with_its_own_keys_may_type_a_further_code(devices: Devices) -> None:
    devices.redeem(secret_of(issue(devices)), tablet("twice"))
    assert devices.redeem(secret_of(issue(devices)), tablet("twice")).id == p.account_id("bob")
    revoke_code = secret_of(issue(devices))
    with pytest.raises(CodeUnknown):
        devices.redeem(revoke_code, replace(tablet("twice"), upload=b"other"))


def test_an_announced_device_is_of_its_account(devices: Devices) -> None:
    account = devices.redeem(secret_of(issue(devices)), tablet("old"))
    devices.announced(tablet("new"), account)
    devices.announced(tablet("new"), account)
    known = devices.device("new")
    assert known is not None
    assert (known.account.id, known.revoked) == (account.id, False)


def test_what_a_tablet_says_of_itself_is_kept(devices: Devices) -> None:
    devices.redeem(secret_of(issue(devices)), tablet("seen"))
    devices.seen("seen", clock_offset_ms=-3_600_000, app_version="2")
    devices.seen("seen", clock_offset_ms=None, app_version=None)
    with devices._engine.connect() as connection:
        row = connection.execute(select(DeviceRow).where(DeviceRow.id == "seen")).one()
    assert (row.clock_offset_ms, row.app_version) == (-3_600_000, "2")


def test_setting_up_this_tablet_leads_into_the_app_with_the_code_in_the_fragment(app: Flask) -> None:
    bob = p.persona(app, "bob")
    answer = p.post(bob, "/tablet", "/tablet")
    assert answer.status_code == 303
    root = app.extensions["aigaq"].keys.root_fingerprint()
    assert re.fullmatch(
        rf"/app/#code=[0-9A-Z]{{4}}-[0-9A-Z]{{4}}-{root_check(root)}&root={root.hex()}", answer.location
    )


def test_the_code_for_another_tablet_is_shown_with_its_picture(app: Flask) -> None:
    page = p.post(p.persona(app, "bob"), "/tablet/code", "/tablet")
    assert re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", page.text)
    assert "<svg" in page.text
    assert "data:" not in page.text
    assert page.headers["Cache-Control"] == "no-store"


def test_the_office_makes_codes_renames_and_shuts_out(app: Flask, devices: Devices) -> None:
    devices.redeem(secret_of(issue(devices)), tablet("office-1"))
    ann = p.persona(app, "ann")
    page = p.post(ann, "/devices/code", "/devices", account=p.account_id("charlie"))
    assert "Charlie Monitor" in page.text
    assert p.post(ann, "/devices/code", "/devices", account=p.account_id("carl")).status_code == 400
    p.post(ann, "/devices/office-1/name", "/devices", name="Blue tablet")
    assert "Blue tablet" in ann.get("/devices").text
    p.post(ann, "/devices/office-1/revoked", "/devices")
    found = devices.device("office-1")
    assert found is not None
    assert found.revoked


def test_a_person_shuts_out_only_their_own(app: Flask, devices: Devices) -> None:
    devices.redeem(secret_of(issue(devices)), tablet("bobs"))
    assert p.post(p.persona(app, "charlie"), "/devices/bobs/revoked", "/tablet").status_code == 404
    p.post(p.persona(app, "bob"), "/devices/bobs/revoked", "/tablet")
    found = devices.device("bobs")
    assert found is not None
    assert found.revoked


def test_a_closed_accounts_tablets_are_shut_out(app: Flask, devices: Devices) -> None:
    devices.redeem(secret_of(issue(devices)), tablet("closed"))
    adam = p.persona(app, "adam")
    address = f"/accounts/{p.account_id('bob')}/closed"
    p.post(adam, address, "/accounts", closed="1")
    try:
        found = devices.device("closed")
        assert found is not None
        assert found.revoked
    finally:
        p.post(adam, address, "/accounts")
    assert found.id == "closed"


def test_the_office_sees_how_each_tablet_stands(app: Flask, devices: Devices) -> None:
    shell = app.extensions["aigaq-shell"].version
    for name in ("stands-1", "stands-2", "stands-3"):
        devices.redeem(secret_of(issue(devices)), tablet(name))
    busy = DeviceReport(shell, 1, documents=3, chunks=2, bytes=5_000_000, under=(), clock_offset_ms=400)
    devices.reported("stands-1", busy)
    devices.reported("stands-2", DeviceReport("0a1b2c3d4e", 0, 0, 0, 0, (), -7_200_000))
    ann = p.persona(app, "ann")
    page = ann.get("/devices").text
    assert "3 items" in page
    assert "2 parts of recordings" in page
    assert "older app: 0a1b2c3d" in page
    assert "key set 0" in page
    for show, inside, outside in (
        ("waiting", "Tablet stands-1", "Tablet stands-2"),
        ("outdated", "Tablet stands-2", "Tablet stands-1"),
        ("quarantine", "No tablet is like that", "Tablet stands-1"),
    ):
        text = ann.get(f"/devices?show={show}").text
        assert inside in text
        assert outside not in text
    by_name = ann.get("/devices?order=name").text
    assert by_name.index("Tablet stands-1") < by_name.index("Tablet stands-2")
    assert ann.get("/devices?show=nonsense&order=nonsense").status_code == 200


def test_what_a_report_does_not_say_is_kept(devices: Devices) -> None:
    devices.redeem(secret_of(issue(devices)), tablet("kept"))
    devices.reported("kept", DeviceReport("v", 2, 1, 0, 10, ("transport-1",), 5))
    devices.reported("kept", DeviceReport(documents=0))
    with Session(devices._engine) as session:
        row = session.get_one(DeviceRow, "kept")
        assert row.standing is not None
        assert (row.standing.keyset, row.standing.documents, row.standing.under) == (2, 0, ["transport-1"])
        assert (row.app_version, row.clock_offset_ms) == ("v", 5)


def test_a_tablet_that_is_shut_out_may_be_let_deliver(app: Flask, devices: Devices) -> None:
    devices.redeem(secret_of(issue(devices)), tablet("found"))
    ann = p.persona(app, "ann")
    p.post(ann, "/devices/found/revoked", "/devices")
    page = ann.get("/devices?show=shut-out").text
    assert "cannot be wiped from here" in page
    for allowed in (True, False):
        p.post(ann, "/devices/found/delivery", "/devices", allowed=str(int(allowed)))
        found = devices.device("found")
        assert found is not None
        assert (found.revoked, found.may_deliver) == (True, allowed)
    assert p.post(p.persona(app, "bob"), "/devices/found/delivery", "/tablet", allowed="1").status_code == 403
