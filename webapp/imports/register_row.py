"""One row of a register becomes values: names by language, codes, dates, numbers, and what is left over.

Knows columns and cells, not catalogues: cells of catalogue fields are handed on as `<field>_cell`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from webapp.imports.problems import RowProblem
from webapp.imports.table import Line
from webapp.imports.values import BadValue, is_empty, parse_active, parse_capacity, parse_date

PLACED = ("facility_type", "region", "authority")
_SEVERAL = re.compile(r"\s*[;|\n]\s*")
_CODES = re.compile(r"\s*[;,|\n]\s*")


class RowReader:
    """Reads rows under the chosen columns; `language` is that of names whose column does not say."""

    def __init__(self, columns: Mapping[str, str], language: str, today: date) -> None:
        self.columns, self.language, self.today = list(columns.items()), language, today

    def read(self, line: Line) -> tuple[dict[str, Any], list[RowProblem]]:
        """The row's values and what is wrong with them."""
        values: dict[str, Any] = {
            "name": {}, "aliases": [], "codes": [], "address": {}, "extra": {}, "capacity": None, "opened": None,
            "closed": None, "closed_unknown": None, "reopened": False,
        }  # fmt: skip
        problems: list[RowProblem] = []
        active: bool | None = None
        if any(line.cells[len(self.columns) :]):
            problems.append(RowProblem(line.number, "", "too-many-cells"))
        for (column, field), cell in zip(self.columns, line.cells, strict=False):
            kind, _, language = field.partition(".")
            if kind == "ignore" or is_empty(cell):
                continue
            if kind == "name":
                values["name"][language or self.language] = cell
            elif kind == "address":
                own = values["address"]
                own[language or self.language] = ", ".join(
                    filter(None, [own.get(language or self.language), cell])
                )
            elif kind == "alias":
                values["aliases"] += [part for part in _SEVERAL.split(cell) if part]
            elif kind == "code":
                values["codes"] += [part for part in _CODES.split(cell) if part]
            elif kind in PLACED:
                values[f"{kind}_cell"] = (cell, column)
            elif kind == "capacity":
                values[kind] = self._parsed(parse_capacity, cell, column, line, problems)
            elif kind in ("opened", "closed"):
                values[kind] = self._parsed(self._date, cell, column, line, problems)
            elif kind == "active":
                active = self._parsed(parse_active, cell, column, line, problems)
            else:
                values["extra"][column] = cell
        if not values["name"]:
            problems.append(RowProblem(line.number, self._column_of("name"), "no-name"))
        self._closing(values, active, line, problems)
        return values, problems

    def _closing(
        self, values: dict[str, Any], active: bool | None, line: Line, problems: list[RowProblem]
    ) -> None:
        opened, closed = values["opened"], values["closed"]
        if opened and closed and closed < opened:
            slots = {"opened": opened, "closed": closed}
            problems.append(RowProblem(line.number, self._column_of("closed"), "closed-before-opened", slots))
        if active is False and not closed:
            values["closed_unknown"] = self.today.isoformat()
            column = self._column_of("active")
            problems.append(RowProblem(line.number, column, "closed-without-date", warning=True))
        values["reopened"] = active is True and not closed

    def _date(self, cell: str) -> str:
        return parse_date(cell, self.today)

    def _parsed(
        self, parse: Callable[[str], Any], cell: str, column: str, line: Line, problems: list[RowProblem]
    ) -> Any:
        try:
            return parse(cell)
        except BadValue as error:
            problems.append(RowProblem(line.number, column, error.code, {"value": cell}))
            return None

    def _column_of(self, field: str) -> str:
        return next((column for column, name in self.columns if name.partition(".")[0] == field), "")
