"""What can be wrong with a file somebody brings, by code; `words.json` says it in three languages.

Owns the two shapes of a problem: one that stops the whole file (`ImportRefused`) and one of a single
row (`RowProblem`). Knows no file format and no page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any


@cache
def _sentences() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = json.loads(
        (Path(__file__).parent / "words.json").read_text(encoding="utf-8")
    )
    return found


def say(key: str, language: str, /, **slots: Any) -> str:
    """The sentence `key` in `language`; Russian where that language has none."""
    sentence = _sentences()[key]
    return sentence.get(language, sentence["ru"]).format(**slots)


class ImportRefused(Exception):  # noqa: N818 (what happened, not a mistake of ours)
    """The file as a whole cannot be taken in. `code` is a key of `words.json` after `refused.`."""

    def __init__(self, code: str, **slots: Any) -> None:
        super().__init__(say(f"refused.{code}", "en", **slots))
        self.code, self.slots = code, slots

    def text(self, language: str) -> str:
        """What happened and what to do, for a person."""
        return say(f"refused.{self.code}", language, **self.slots)


@dataclass(frozen=True)
class RowProblem:
    """What is wrong in one row. A warning does not keep the row out."""

    row: int  # as the spreadsheet counts: from 1, header included
    column: str  # the column's heading; empty when it is the row as a whole
    code: str
    slots: Mapping[str, Any] = field(default_factory=dict)
    warning: bool = False

    def text(self, language: str) -> str:
        """The reason, for a person."""
        slots = dict(self.slots)
        if "field" in slots:
            slots["field"] = say(f"field.{slots['field']}", language)
        return say(f"row.{self.code}", language, **slots)
