"""Reads the files people edit: catalogue tables, the synthetic country's words, the library.

A catalogue is a TSV with an `id` column. `label.ru` and `short.kk` style columns form a multi; a
suffix says how else to read a column: `:bool` (yes/no), `:json`. An empty cell is null. Nothing here
knows a country or a language: both are whatever the files say.
"""

from __future__ import annotations

import csv
import json
from functools import cache
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent
Item = dict[str, Any]

# The order in which a reader meets them: what others refer to comes first.
CATALOGUES = (
    "country",
    "authorities",
    "regions",
    "groups",
    "categories",
    "facility_types",
    "visit_kinds",
    "themes",
    "sources",
    "severities",
    "priorities",
    "statuses",
    "reasons",
)


def read_catalogue(name: str) -> list[Item]:
    """The items of `content/catalogues/<name>.tsv`, in order."""
    path = HERE / "catalogues" / f"{name}.tsv"
    with path.open(encoding="utf-8", newline="") as lines:
        return [_item(row) for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)]


def _item(row: dict[str, str]) -> Item:
    item: Item = {}
    for column, cell in row.items():
        name, _, kind = column.partition(":")
        field, _, language = name.partition(".")
        if language:
            item.setdefault(field, {})[language] = cell
        elif kind == "bool":
            item[field] = cell == "yes"
        elif kind == "json":
            item[field] = json.loads(cell) if cell else None
        else:
            item[field] = cell or None
    return item


def read_catalogues() -> dict[str, list[Item]]:
    """Every shipped catalogue by name."""
    return {name: read_catalogue(name) for name in CATALOGUES}


def read_libraries() -> list[tuple[str, Item]]:
    """`(slug, fields of the library document)` of every shipped library, by slug."""
    found = sorted((HERE / "library").glob("*.json"))
    return [(path.stem, json.loads(path.read_text(encoding="utf-8"))) for path in found]


@cache
def read_words(name: str) -> Any:
    """`content/synthetic/<name>.json`: treat the result as read-only."""
    return json.loads((HERE / "synthetic" / f"{name}.json").read_text(encoding="utf-8"))
