"""What a key holder gives out with a package: the content key of one sealed medium, for this case only.

`{"medium": id, "key": base64url of 32 bytes}`. Whoever has it can open that recording and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable

from sync.errors import BadRequest, NotEvidence
from sync.wire import parse_object, unb64


def read_openings(files: Iterable[bytes]) -> dict[str, bytes]:
    """Content keys by medium. Raises NotEvidence where a file is none of a key holder's."""
    found: dict[str, bytes] = {}
    for data in files:
        try:
            row = parse_object(data)
            key = unb64(row.get("key"))
        except BadRequest as error:
            raise NotEvidence("this file is no key of a sealed item") from error
        if len(key) != 32 or not isinstance(row.get("medium"), str):
            raise NotEvidence("this file is no key of a sealed item")
        found[row["medium"]] = key
    return found
