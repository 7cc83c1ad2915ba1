"""Every document store there is, each empty and behind the same three words: make, open again, end."""

from __future__ import annotations

import itertools
import os
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from sync.documents.contract import ReplicatedStore
from sync.documents.couch import CouchStore
from sync.documents.embedded import EmbeddedStore
from tests.contracts.servers import (
    POUCH,
    PostgresCluster,
    postgres_binaries,
    postgres_cluster,
    pouchdb_server,
)

STORES = ("sqlite", "postgresql", "pouchdb-server", "couchdb")
CHANNEL = "visit-01jv0000000000000000000001"


def open_store(url: str) -> ReplicatedStore:
    """Whatever store the address names; also what child processes of a test open."""
    if url.startswith("couchdb+"):
        return CouchStore(url)
    return EmbeddedStore(url)


@dataclass
class Target:
    """One store's place. `kind` is one of STORES."""

    kind: str
    url: str
    opened: list[ReplicatedStore] = field(default_factory=list)

    def open(self) -> ReplicatedStore:
        """A store of this place, as a further process would open it; closed when the test ends."""
        store = open_store(self.url)
        self.opened.append(store)
        return store

    @property
    def embedded(self) -> bool:
        return self.kind in ("sqlite", "postgresql")

    @property
    def purges(self) -> bool:
        """`pouchdb-server` has no `_purge`."""
        return self.kind != "pouchdb-server"


@pytest.fixture(scope="session")
def pouch(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of one `pouchdb-server` for all tests of this process; each takes a prefix of its own."""
    if not POUCH.exists():
        pytest.skip("pouchdb-server is not installed: npm ci")
    with pouchdb_server(tmp_path_factory.mktemp("pouch")) as url:
        yield url


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresCluster]:
    """One PostgreSQL for all tests of this process; each makes a database of its own."""
    if postgres_binaries() is None:
        pytest.skip("this machine has no PostgreSQL (Debian's package postgresql)")
    with postgres_cluster() as cluster:
        yield cluster


_numbers = itertools.count()


# For what only a store in our own process can promise: `target` is parametrised with these.
on_embedded_stores = pytest.mark.parametrize("target", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture(params=STORES)
def target(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Target]:
    kind = request.param
    if kind == "sqlite":
        made = Target(kind, f"sqlite:///{tmp_path}/documents.sqlite")
    elif kind == "postgresql":
        cluster: PostgresCluster = request.getfixturevalue("postgres")
        made = Target(kind, cluster.create(f"documents_{next(_numbers)}"))
    elif kind == "pouchdb-server":
        url: str = request.getfixturevalue("pouch")
        made = Target(kind, f"couchdb+{url}/t{next(_numbers)}-")
    else:
        url = os.environ.get("COUCHDB_URL", "")
        if not url:
            pytest.skip("no CouchDB here: COUCHDB_URL=http://admin:password@host:5984 names one")
        made = Target(kind, f"couchdb+{url.rstrip('/')}/aigaq-test-{uuid.uuid4().hex[:12]}-")
    yield made
    if kind == "couchdb":
        cleaner = made.open()
        for channel in cleaner.channels():
            cleaner.delete_channel(channel)
    for store in made.opened:
        store.close()  # type: ignore[attr-defined]


@pytest.fixture
def store(target: Target) -> ReplicatedStore:
    """An empty store with one channel, CHANNEL."""
    made = target.open()
    made.create_channel(CHANNEL)
    return made
