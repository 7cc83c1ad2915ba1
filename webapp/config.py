"""The application's settings.

Owns the one frozen `Config` that the composition root reads from the environment, and the secret
that signs sessions. Nothing else in the application reads environment variables.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Config:
    """Settings of one running application; docs/server.md lists them."""

    instance: Path
    database_url: str
    documents_url: str
    secret_key: str
    demo: bool = False
    https: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    rate_limits: bool = True
    # Argon2id memory of account passwords. Tests lower it here and nowhere else.
    password_memory_kib: int = 65536
    # What one tablet may send: a stolen upload key cannot fill the disk. 0: without limit.
    device_requests_per_hour: int = 20_000
    device_gib_per_hour: int = 20
    device_gib_stored: int = 200
    # `user:password` of CouchDB's administrator, where documents are in CouchDB.
    documents_admin: str = ""
    # Address of an RFC 3161 authority for `flask close-days`; empty: no timestamps.
    timestamp_url: str = ""

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] | None = None) -> Config:
        """The settings of this process; makes the instance folder and its secret when absent."""
        env = _with_files(os.environ if environment is None else environment)
        instance = Path(env.get("AIGAQ_INSTANCE") or ROOT / "instance").resolve()
        instance.mkdir(parents=True, exist_ok=True, mode=0o700)
        return cls(
            instance=instance,
            database_url=env.get("AIGAQ_DATABASE_URL") or f"sqlite:///{instance / 'aigaq.sqlite'}",
            documents_url=env.get("AIGAQ_DOCUMENTS_URL") or f"sqlite:///{instance / 'documents.sqlite'}",
            secret_key=env.get("AIGAQ_SECRET_KEY") or kept_secret(instance / "secret_key"),
            demo=env.get("AIGAQ_DEMO", "0") == "1",
            https=env.get("AIGAQ_HTTPS", "0") == "1",
            host=env.get("AIGAQ_HOST") or "127.0.0.1",
            port=int(env.get("AIGAQ_PORT") or "8000"),
            rate_limits=env.get("AIGAQ_RATE_LIMITS", "1") == "1",
            password_memory_kib=int(env.get("AIGAQ_PASSWORD_MEMORY_KIB") or "65536"),
            device_requests_per_hour=int(env.get("AIGAQ_DEVICE_REQUESTS_PER_HOUR") or "20000"),
            device_gib_per_hour=int(env.get("AIGAQ_DEVICE_GIB_PER_HOUR") or "20"),
            device_gib_stored=int(env.get("AIGAQ_DEVICE_GIB_STORED") or "200"),
            documents_admin=env.get("AIGAQ_DOCUMENTS_ADMIN", ""),
            timestamp_url=env.get("AIGAQ_TIMESTAMP_URL", ""),
        )


def _with_files(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment with what `AIGAQ_…_FILE` names read: secrets do not belong into an environment."""
    settings = dict(environment)
    for name, value in environment.items():
        if name.startswith("AIGAQ_") and name.endswith("_FILE") and value:
            settings[name.removesuffix("_FILE")] = Path(value).read_text(encoding="utf-8").strip()
    return settings


def kept_secret(path: Path) -> str:
    """The secret kept in `path`, made there the first time, readable by its owner only."""
    try:
        # O_EXCL: of two workers starting together only one writes, the other reads what it wrote.
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_text(encoding="ascii").strip()
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        value = secrets.token_hex(32)
        file.write(value)
    return value
