"""How a tablet says it stands: with each session, and when it delivers (docs/protocol.md, section 3).

Owns the parsing. What a tablet says is shown to the office and decides when an old transport key may go;
it opens nothing.
"""

from __future__ import annotations

from typing import Any

from sync.authorization import DeviceReport
from sync.errors import BadRequest

_MOST = 2**53 - 1
_MOST_KEYS = 20


def parse_report(value: Any) -> DeviceReport:
    """Raises BadRequest. Members that are missing are not known; unknown ones are left out."""
    if not isinstance(value, dict):
        raise BadRequest("a report is an object")
    waiting = value.get("waiting")
    counts = waiting if isinstance(waiting, dict) else {}
    under = value.get("under")
    named = under if isinstance(under, list) else []
    version = value.get("app_version")
    return DeviceReport(
        app_version=version[:80] if isinstance(version, str) else "",
        keyset=_count(value.get("keyset")),
        documents=_count(counts.get("documents")),
        chunks=_count(counts.get("chunks")),
        bytes=_count(counts.get("bytes")),
        under=tuple(name[:60] for name in named[:_MOST_KEYS] if isinstance(name, str))
        if isinstance(under, list)
        else None,
        clock_offset_ms=_offset(value.get("clock_offset_ms")),
    )


def _count(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST else None


def _offset(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= _MOST else None
