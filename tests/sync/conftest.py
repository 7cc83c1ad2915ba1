"""A whole engine on files of its own, and the tablets of Alice, Bob and Charlie."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from sync.authorization import Account
from sync.database import open_database
from sync.documents.embedded import EmbeddedStore
from sync.engine import SyncEngine
from sync.gateway.keys import ServerKeys, WrappingCost
from sync.gateway.media import MediaFolder
from sync.gateway.routes import create_blueprint
from tests.fakes import FakeAuthorizer, FakeClock, Tablet
from tests.personas import ALICE, BOB, CAROL, CHARLIE, DANA

CHEAP = WrappingCost(memory_kib=64, time=1)

FACILITY = {
    "_id": "facility:one",
    "type": "facility",
    "name": {"ru": "Учреждение № 1", "kk": "№ 1 мекеме"},
    "aliases": ["Единица"],
    "codes": ["АК-159/7"],
    "facility_type": "prison",
    "region": "10",
    "authority": "mvd",
}


@dataclass
class World:
    """Everything a test needs, put together."""

    folder: Path
    clock: FakeClock
    authorizer: FakeAuthorizer
    engine: SyncEngine

    def tablet(self, account: Account) -> Tablet:
        nonce = self.engine.sessions.nonce
        return Tablet(account, self.engine.keys.keyset, self.authorizer, self.clock, nonce)

    def deliver(self, tablet: Tablet, *envelopes: dict[str, Any]) -> list[dict[str, Any]]:
        return self.engine.deliver({"envelopes": list(envelopes)}, carrier=tablet.id)

    def bring(self, tablet: Tablet, channel: str, *documents: dict[str, Any]) -> list[dict[str, Any]]:
        """Deliver documents, and insist that nothing was quarantined or refused."""
        answers = self.deliver(tablet, *(tablet.envelope(channel, document) for document in documents))
        assert [answer for answer in answers if "receipt" not in answer or "quarantined" in answer] == []
        return answers


def build(folder: Path, **replaced: Any) -> World:
    """A world in a folder; built again there, it is the same one after a restart."""
    clock = replaced.pop("clock", None) or FakeClock()
    authorizer = replaced.pop("authorizer", None) or FakeAuthorizer()
    rooms = {
        "documents": EmbeddedStore(f"sqlite:///{folder}/documents.sqlite"),
        "database": open_database(f"sqlite:///{folder}/aigaq.sqlite"),
        "media": MediaFolder(folder / "media"),
        "keys": ServerKeys.open(folder / "keys", demo=True, clock=clock, cost=CHEAP),
        **replaced,
    }
    return World(folder, clock, authorizer, SyncEngine(**rooms, authorizer=authorizer, clock=clock))


@pytest.fixture
def world(tmp_path: Path) -> World:
    made = build(tmp_path)
    made.engine.submit("reference", dict(FACILITY), author=DANA)
    return made


@pytest.fixture
def app(world: World) -> Flask:
    """The gateway alone, in an application of its own."""
    flask = Flask(__name__)
    flask.register_blueprint(create_blueprint(world.engine))
    return flask


@pytest.fixture
def alice(world: World) -> Tablet:
    return world.tablet(ALICE)


@pytest.fixture
def bob(world: World) -> Tablet:
    return world.tablet(BOB)


@pytest.fixture
def charlie(world: World) -> Tablet:
    return world.tablet(CHARLIE)


@pytest.fixture
def carol(world: World) -> Tablet:
    return world.tablet(CAROL)


@pytest.fixture
def visit(world: World, alice: Tablet) -> str:
    """A visit of Alice and Bob; its channel."""
    channel, document = alice.visit(BOB)
    world.bring(alice, channel, document)
    return channel
