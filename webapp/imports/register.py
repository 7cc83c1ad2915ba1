"""A facility register in somebody's spreadsheet becomes facility documents, row by row.

`parse_register` is pure: it reads bytes, what a person chose, and what is known, and says what would
be written and what is wrong in which row. Nothing is written here. Reading the same file again after
it was applied gives only rows in state `same`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from webapp.imports.headings import count_known, suggest
from webapp.imports.matching import Catalogue, Item, Register, latin
from webapp.imports.problems import ImportRefused, RowProblem
from webapp.imports.register_row import RowReader
from webapp.imports.table import Table, read_table

CREATE = "+"  # chosen for a value: make a catalogue item of it
NOT_STATED = "unknown"  # the item that stands for an empty cell, where a person allows it
CATALOGUE_OF = {"facility_type": "facility_types", "region": "regions", "authority": "authorities"}


@dataclass(frozen=True)
class Choices:
    """What a person chose, or nothing yet: every part may be left out."""

    columns: Mapping[str, str] = field(default_factory=dict)  # heading → field
    values: Mapping[tuple[str, str], str] = field(default_factory=dict)  # (field, cell) → item id or CREATE
    defaults: Mapping[str, str] = field(default_factory=dict)  # field → item id for empty cells
    language: str = ""  # of names whose column does not say
    create_missing: bool = False  # CREATE for every value nobody chose for


@dataclass(frozen=True)
class Catalogues:
    """What is known before the import."""

    items: Mapping[str, Iterable[Item]]  # catalogue name → its items
    facilities: Mapping[str, Item]  # facility id → document
    languages: tuple[str, ...]
    today: date
    source: str  # the file's name


@dataclass
class Row:
    """One row of the file: `new`, `changed`, `same` or `wrong`."""

    number: int
    state: str
    id: str
    fields: dict[str, Any]
    changes: dict[str, tuple[Any, Any]]
    problems: list[RowProblem]


@dataclass
class RegisterPreview:
    """What applying would do."""

    table: Table
    columns: dict[str, str]
    language: str
    rows: list[Row]
    matches: dict[str, dict[str, str]]  # field → cell → item id, "" where nobody knows
    suggestions: dict[str, dict[str, str]]  # field → unmatched cell → likeliest item id, or ""
    created: dict[str, list[dict[str, Any]]]  # catalogue → items that would be made
    learned: dict[str, dict[str, list[str]]]  # catalogue → item id → spellings to remember
    empty: Counter[str]  # field → rows without it
    counts: Counter[str]

    @property
    def errors(self) -> list[RowProblem]:
        """Everything wrong that keeps a row out, in order of rows."""
        return [each for row in self.rows for each in row.problems if not each.warning]

    @property
    def warnings(self) -> list[RowProblem]:
        return [each for row in self.rows for each in row.problems if each.warning]

    @property
    def unmatched(self) -> bool:
        """Whether a person has still to choose for some value."""
        return any(not item for cells in self.matches.values() for item in cells.values())


def parse_register(data: bytes, mapping: Choices, catalogues: Catalogues) -> RegisterPreview:
    """What `data` would change. Raises `ImportRefused` where the file as a whole cannot be read."""
    table = read_table(data, count_known)
    columns = {
        **suggest(table.headings),
        **{key: value for key, value in mapping.columns.items() if key in table.headings},
    }
    if not any(field.partition(".")[0] == "name" for field in columns.values()):
        raise NoNameColumn(table, columns)
    language = mapping.language or _language(table, columns, catalogues.languages)
    resolver = _Resolver(mapping, catalogues, language)
    reader = RowReader(columns, language, catalogues.today)
    register = Register()
    for ident, facility in catalogues.facilities.items():
        register.add(ident, facility)
    writer = _Writer(register, resolver, catalogues)
    rows = [writer.row(*reader.read(line), line.number) for line in table.lines]
    return RegisterPreview(
        table=table,
        columns=columns,
        language=language,
        rows=rows,
        matches=resolver.matches,
        suggestions=resolver.suggestions,
        created=resolver.created,
        learned=resolver.learned,
        empty=resolver.empty,
        counts=Counter(row.state for row in rows),
    )


class NoNameColumn(ImportRefused):
    """No column holds names; carries the table, so that a person can point at one."""

    def __init__(self, table: Table, columns: dict[str, str]) -> None:
        super().__init__("no-name-column")
        self.table, self.columns = table, columns


def _language(table: Table, columns: Mapping[str, str], languages: tuple[str, ...]) -> str:
    """The language of names whose column does not say: by their letters."""
    indexes = [index for index, heading in enumerate(table.headings) if columns[heading] == "name"]
    text = " ".join(line.cells[index] for line in table.lines for index in indexes if index < len(line.cells))
    kazakh = sum(letter in "әіңғүұқөһ" for letter in text.casefold())
    cyrillic = sum("а" <= letter <= "я" for letter in text.casefold())
    latin_letters = sum("a" <= letter <= "z" for letter in text.casefold())
    guess = "en" if latin_letters > cyrillic else "kk" if kazakh * 12 > cyrillic else "ru"
    return guess if guess in languages else languages[0]


class _Resolver:
    """Turns cells into catalogue ids; remembers what was matched, suggested, made and learned."""

    def __init__(self, mapping: Choices, catalogues: Catalogues, language: str) -> None:
        self.mapping, self.language, self.languages = mapping, language, catalogues.languages
        self.known = {
            name: Catalogue(catalogue, catalogues.items.get(catalogue, ()))
            for name, catalogue in CATALOGUE_OF.items()
        }
        self.matches: dict[str, dict[str, str]] = {}
        self.suggestions: dict[str, dict[str, str]] = {}
        self.created: dict[str, list[dict[str, Any]]] = {}
        self.learned: dict[str, dict[str, list[str]]] = {}
        self.empty: Counter[str] = Counter()

    def resolve(self, name: str, cell: str) -> str:
        """The item id for a cell, "" where nobody knows; an empty cell takes the default."""
        if not cell:
            self.empty[name] += 1
            return self._default(name)
        cells = self.matches.setdefault(name, {})
        if cell not in cells:
            cells[cell] = self._match(name, cell)
        return cells[cell]

    def authority_of(self, kind: str) -> str:
        """The authority a facility type belongs to, where the catalogue says it."""
        return str(self.known["facility_type"].items.get(kind, {}).get("authority") or "")

    def _default(self, name: str) -> str:
        chosen = self.mapping.defaults.get(name, "")
        if chosen == NOT_STATED and NOT_STATED not in self.known[name].items:
            self._make(name, NOT_STATED, {"ru": "Не указано", "kk": "Көрсетілмеген", "en": "Not stated"})
        return chosen

    def _match(self, name: str, cell: str) -> str:
        catalogue = self.known[name]
        chosen = self.mapping.values.get((name, cell), "")
        match = catalogue.match(cell)
        if chosen in catalogue.items:
            if match.item != chosen:
                self.learned.setdefault(CATALOGUE_OF[name], {}).setdefault(chosen, []).append(cell)
            return chosen
        if match.item:
            return match.item
        if chosen == CREATE or self.mapping.create_missing:
            return self._make(name, catalogue.new_id(cell), {self.language: cell})
        self.suggestions.setdefault(name, {})[cell] = match.best
        return ""

    def _make(self, name: str, ident: str, label: dict[str, str]) -> str:
        item: dict[str, Any] = {
            "id": ident,
            "label": {code: text for code, text in label.items() if code in self.languages},
        }
        if not item["label"]:
            item["label"] = label
        if name == "facility_type":
            item |= {
                "authority": None,
                "children": False,
                "holds": [],
                "recording": dict.fromkeys(("photo", "audio", "video"), "forbidden"),
            }
        if name == "region":
            item |= {"short": dict(item["label"]), "tile": None}
        self.created.setdefault(CATALOGUE_OF[name], []).append(item)
        self.known[name].add(item)
        return ident


class _Writer:
    """Compares rows with what is known and with each other."""

    def __init__(self, register: Register, resolver: _Resolver, catalogues: Catalogues) -> None:
        self.register, self.resolver, self.catalogues = register, resolver, catalogues
        self.row_of: dict[str, int] = {}

    def row(self, values: dict[str, Any], problems: list[RowProblem], number: int) -> Row:
        for name in CATALOGUE_OF:
            self._place(name, values, problems, number)
        names, codes = list(values["name"].values()), values["codes"]
        region = str(values.get("region") or "")
        found, by = self.register.find([*names, *values["aliases"]], codes, region) if names else (set(), "")
        if len(found) > 1:
            titles = "; ".join(_title(self.register.facilities[ident]) for ident in sorted(found))
            problems.append(RowProblem(number, "", "ambiguous", {"names": titles}))
        ident = next(iter(found)) if len(found) == 1 else ""
        if ident in self.row_of:
            problems.append(RowProblem(number, "", "same-as-row", {"other": self.row_of[ident], "value": by}))
        if any(not problem.warning for problem in problems):
            return Row(number, "wrong", "", values, {}, problems)
        known = self.catalogues.facilities.get(ident)
        if known is None:
            near = self.register.resembling(names[0], region, values["facility_type"])
            if near:
                slots = {"name": _title(self.register.facilities[near])}
                problems.append(RowProblem(number, "", "looks-like", slots, warning=True))
        ident = ident or self._new_id(values)
        fields = _merged(known, values, {"name": self.catalogues.source, "row": number})
        changes = {
            name: (known.get(name) if known else None, value)
            for name, value in fields.items()
            # Where it stood in the file says nothing about the facility.
            if name != "source" and (known is None or known.get(name) != value)
        }
        self.row_of[ident] = number
        self.register.add(ident, fields)
        state = "new" if known is None else "changed" if changes else "same"
        return Row(number, state, ident, fields, changes, problems)

    def _place(self, name: str, values: dict[str, Any], problems: list[RowProblem], number: int) -> None:
        cell, column = values.pop(f"{name}_cell", ("", ""))
        if not cell and self._known(values):
            # An empty cell of a facility that is known already changes nothing.
            values[name] = None
            return
        if name == "authority" and not cell:
            values[name] = self.resolver.authority_of(values.get("facility_type") or "")
            if values[name]:
                return
        values[name] = self.resolver.resolve(name, cell)
        if values[name]:
            return
        if cell:
            problems.append(RowProblem(number, column, "unknown-item", {"value": cell}))
        else:
            problems.append(RowProblem(number, column, "missing", {"field": name}))

    def _known(self, values: dict[str, Any]) -> bool:
        found, _ = self.register.find([*values["name"].values(), *values["aliases"]], values["codes"], "")
        return len(found) == 1 and next(iter(found)) in self.catalogues.facilities

    def _new_id(self, values: dict[str, Any]) -> str:
        name = values["name"].get("en") or values["name"].get("ru") or next(iter(values["name"].values()))
        base = f"facility:{latin(name)[:60] or 'facility'}"
        ident, number = base, 2
        while ident in self.register.facilities:
            ident, number = f"{base}-{number}", number + 1
        return ident


def _title(facility: Item) -> str:
    return str(facility["name"].get("ru") or next(iter(facility["name"].values())))


def _merged(known: Item | None, values: dict[str, Any], source: dict[str, Any]) -> dict[str, Any]:
    """The facility after the import: what the file says, over what is known; nothing is emptied."""
    before: dict[str, Any] = dict(known or {})
    name = {**before.get("name", {}), **values["name"]}
    # A name that was replaced is still searched for.
    former = [text for code, text in before.get("name", {}).items() if name[code] != text]
    closed = values["closed"] or before.get("closed")
    if values["closed_unknown"]:
        closed = before.get("closed") or values["closed_unknown"]
    merged = {
        "name": name,
        "aliases": _joined(before.get("aliases"), [*former, *values["aliases"]]),
        "codes": _joined(before.get("codes"), values["codes"]),
        **{key: values[key] or before.get(key) for key in CATALOGUE_OF},
        "address": {**(before.get("address") or {}), **values["address"]} or None,
        "capacity": before.get("capacity") if values["capacity"] is None else values["capacity"],
        "opened": values["opened"] or before.get("opened"),
        "closed": None if values["reopened"] else closed,
        "holds": before.get("holds") or [],
        "recording": before.get("recording"),
        "source": before.get("source") or source,
    }
    extra = {**(before.get("extra") or {}), **values["extra"]}
    return {**merged, **({"extra": extra} if extra else {})}


def _joined(before: list[str] | None, more: list[str]) -> list[str]:
    return list(dict.fromkeys([*(before or []), *more]))
