"""Places in a feed as replicators know them: the store's own place and the channel's epoch, `<place>~<epoch>`.

A channel that is restored from a backup has a new epoch: a place of before means from the start, so that
nothing is skipped.
"""

from __future__ import annotations

import json

NOW = "now"


def place(seq: str, epoch: str) -> str:
    """A store's place as it is given out."""
    return f"{seq}~{epoch}"


def parse_since(text: str | None, epoch: str) -> str | None:
    """The store's own place that `since` stands for; None: from the start; `now` as it is.

    CouchDB's replicator sends it as a JSON string, in quotes.
    """
    if text is None:
        return None
    if text.startswith('"'):
        try:
            decoded = json.loads(text)
        except ValueError:
            return None
        text = decoded if isinstance(decoded, str) else ""
    if text == NOW:
        return NOW
    seq, _, of = text.rpartition("~")
    return seq or None if of == epoch else None
