"""A second vault for words that were forgotten: announced, quarantined, confirmed by a code."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from sync.authorization import NewDevice
from sync.gateway.enrolment import root_check
from sync.wire import b64
from tests.fakes import Tablet
from tests.personas import ALICE, BOB
from tests.sync.conftest import World


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


def said(device: NewDevice) -> dict[str, str]:
    return {
        "id": device.id,
        "name": device.name,
        "signing": b64(device.signing),
        "upload": b64(device.upload),
    }


@dataclass
class Forgetful:
    """A tablet whose words are gone, and the second vault on it."""

    world: World
    client: FlaskClient
    old: Tablet
    new: Tablet

    def post(self, by: Tablet, path: str, value: Any) -> Any:
        body = json.dumps(value).encode()
        return self.client.post(path, data=body, headers=by.headers("POST", path, body))

    def announce(self) -> Any:
        return self.post(self.old, "/sync/devices/provisional", {"device": said(self.new.new_device())})

    def deliver(self, *envelopes: dict[str, Any]) -> list[dict[str, Any]]:
        receipts: list[dict[str, Any]] = self.post(self.new, "/sync/outbox", {"envelopes": envelopes}).json[
            "receipts"
        ]
        return receipts

    def confirm(self, secret: str = "ABCD1234") -> Any:
        self.world.authorizer.codes[secret] = self.old.account
        end = root_check(self.world.engine.keys.root_fingerprint())
        body = {"code": secret + end, "device": said(self.new.new_device())}
        return self.client.post("/sync/enrol", data=json.dumps(body).encode())

    def challenge(self) -> Any:
        return self.client.post("/sync/session/challenge", data=json.dumps({"device": self.new.id}).encode())


@pytest.fixture(params=[ALICE, BOB], ids=["leader", "monitor"])
def forgetful(world: World, client: FlaskClient, request: pytest.FixtureRequest) -> Forgetful:
    old, new = world.tablet(request.param), world.tablet(request.param)
    del world.authorizer.devices[new.id]
    return Forgetful(world, client, old, new)


def test_what_an_unconfirmed_device_brings_is_kept_and_counts_once_it_is_confirmed(
    forgetful: Forgetful,
) -> None:
    engine, new = forgetful.world.engine, forgetful.new
    channel, visit = new.visit()
    note = new.document("note", text="Света нет", at="2026-05-12T09:00:00.000Z", media=[])
    envelopes = [new.envelope(channel, visit), new.envelope(channel, note)]
    assert {answer["error"] for answer in engine.deliver({"envelopes": envelopes}, carrier=new.id)} == {
        "unknown-device"
    }

    assert forgetful.announce().status_code == 201
    assert forgetful.announce().status_code == 201, "said twice, heard once"
    answers = forgetful.deliver(*envelopes)
    assert [answer["quarantined"] for answer in answers] == ["unconfirmed-device"] * 2
    assert engine.read(channel, note["_id"]) is None
    refused = forgetful.challenge()
    assert (refused.status_code, refused.json["error"]) == (403, "device-unconfirmed")
    assert not engine.release(envelopes[0]["id"]), "the office cannot let it in without a code"

    assert forgetful.confirm().status_code == 201
    assert engine.read(channel, note["_id"])["text"] == "Света нет"  # type: ignore[index]
    assert engine.read(channel, visit["_id"])["leader"] == new.account.id  # type: ignore[index]
    assert not [row for row in engine.quarantine() if row["device"] == new.id]
    again = forgetful.deliver(*envelopes)
    assert [answer["receipt"] for answer in again] == [answer["receipt"] for answer in answers]
    assert not any("quarantined" in answer for answer in again)
    assert forgetful.challenge().status_code == 200


def test_the_stolen_upload_key_announces_little_and_nothing_that_is_another_s(forgetful: Forgetful) -> None:
    world = forgetful.world
    stranger = world.tablet(ALICE if forgetful.old.account == BOB else BOB)
    taken = forgetful.post(
        forgetful.old, "/sync/devices/provisional", {"device": said(stranger.new_device())}
    )
    assert (taken.status_code, world.authorizer.devices[stranger.id].account) == (403, stranger.account)
    codes = []
    for _ in range(4):
        forgetful.new = world.tablet(forgetful.old.account)
        del world.authorizer.devices[forgetful.new.id]
        codes.append(forgetful.announce().status_code)
    assert codes == [201, 201, 201, 429]
    waiting = next(
        tablet for tablet in world.authorizer.devices if world.engine.provisional.unconfirmed([tablet])
    )
    unsigned = forgetful.client.post("/sync/devices/provisional", data=b"{}")
    assert unsigned.status_code in (400, 401, 403, 404)
    assert waiting != forgetful.old.id


def test_a_device_that_waits_announces_no_other(forgetful: Forgetful) -> None:
    assert forgetful.announce().status_code == 201
    third = forgetful.world.tablet(forgetful.old.account)
    del forgetful.world.authorizer.devices[third.id]
    answer = forgetful.post(forgetful.new, "/sync/devices/provisional", {"device": said(third.new_device())})
    assert answer.status_code == 403
    assert third.id not in forgetful.world.authorizer.devices


def test_a_code_on_a_device_that_nobody_announced_enrols_it_as_any(forgetful: Forgetful) -> None:
    assert forgetful.confirm().status_code == 201
    channel, visit = forgetful.new.visit()
    (answer,) = forgetful.deliver(forgetful.new.envelope(channel, visit))
    expected = None if forgetful.new.account == ALICE else "type-not-allowed"
    assert answer.get("quarantined") == expected
