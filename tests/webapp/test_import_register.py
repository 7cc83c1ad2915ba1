"""The import of a facility register: pure parsing, errors by row, nothing twice."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from content.sources import read_catalogues
from sync.authorization import Account
from sync.schemas import problems
from tests.webapp import messy_register
from webapp.imports.problems import ImportRefused
from webapp.imports.register import (
    CATALOGUE_OF,
    CREATE,
    NOT_STATED,
    Catalogues,
    Choices,
    RegisterPreview,
    parse_register,
)
from webapp.imports.register_apply import apply_register
from webapp.imports.table import MAX_BYTES

TODAY = date(2026, 11, 22)
ANN = Account("01M0000000000000000ANN0000", "Ann", "A", "analyst", None, "en")
SHARED = Path(os.environ.get("AIGAQ_SHARED") or Path(__file__).resolve().parents[3] / "shared")
PRISONS = SHARED / "data" / "registers" / "uk_prisons_hmpps_register.csv"


class Office:
    """Keeps what an import writes, and shows it as the next import would know it."""

    def __init__(self) -> None:
        self.items: dict[str, list[dict[str, Any]]] = {
            name: list(items) for name, items in read_catalogues().items()
        }
        self.facilities: dict[str, dict[str, Any]] = {}
        self.writes = 0

    def known(self) -> Catalogues:
        return Catalogues(self.items, self.facilities, ("ru", "kk", "en"), TODAY, "register.csv")

    def submit_many(self, channel: str, documents: Iterable[dict[str, Any]], *, author: Account) -> None:
        assert channel == "reference"
        for document in documents:
            self.writes += 1
            stamp = "2026-11-22T00:00:00.000Z"
            header = {
                "schema": 1,
                "class": "group",
                "created_at": stamp,
                "updated_at": stamp,
                "device": "office",
            }
            assert problems({**document, **header, "created_by": author.id, "updated_by": author.id}) == {}
            if document["type"] == "catalogue":
                self.items[document["_id"].partition(":")[2]] = document["items"]
            else:
                self.facilities[document["_id"]] = document


@pytest.fixture
def office() -> Office:
    return Office()


MESSY_CHOICES = Choices(values={("facility_type", "КПЗ"): "ivs"}, defaults={"authority": "penal"})


def read(office: Office, data: bytes, choices: Choices = MESSY_CHOICES) -> RegisterPreview:
    return parse_register(data, choices, office.known())


def table(*rows: str) -> bytes:
    return "\n".join(rows).encode()


FORMS = {
    "kz1048": lambda messy: messy.csv("kz1048"),
    "utf-8 with a mark": lambda messy: messy.csv("utf-8-sig", ","),
    "tabs in utf-16": lambda messy: messy.csv("utf-16", "\t"),
    "workbook": lambda messy: messy.xlsx(),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_messy_register_is_read_and_every_wrong_row_named(office: Office, form: str) -> None:
    messy = messy_register.make()
    preview = read(office, FORMS[form](messy))
    assert preview.table.heading_row == 3
    assert preview.columns["Наименование учреждения (рус.)"] == "name.ru"
    assert preview.columns["Атауы (қаз.)"] == "name.kk"
    assert preview.columns["Старый код"] == "code"
    assert preview.columns["Примечание"] == "extra"
    assert {each.row: each.code for each in preview.errors} == messy.wrong
    assert preview.counts["wrong"] == len(messy.wrong)
    assert preview.counts["new"] == messy_register.ROWS - len(messy.wrong)
    for problem in preview.errors:
        for language in ("ru", "kk", "en"):
            assert problem.text(language)
            assert "{" not in problem.text(language)


@pytest.mark.parametrize("encoding", ["cp1251", "koi8_r", "cp866", "utf-8", "utf-8-sig", "utf-16"])
def test_the_encoding_is_found_by_the_letters(office: Office, encoding: str) -> None:
    text = (
        "код;наименование;вид;область\r\nАК-301/1;Изолятор Берёзовый, г. Дальний;ИВС;Павлодарская область\r\n"
    )
    preview = read(office, text.encode(encoding))
    assert preview.counts == {"new": 1}
    assert preview.rows[0].fields["name"] == {"ru": "Изолятор Берёзовый, г. Дальний"}


def test_values_of_a_messy_row_come_out_clean(office: Office) -> None:
    preview = read(office, messy_register.make().csv("utf-8"))
    rows = {row.number: row for row in preview.rows}
    fifth = rows[8].fields
    assert fifth["name"] == {"ru": "Учреждение «Номер-5»", "kk": "«Нөмір-5» мекемесі"}
    dates = {row.fields["opened"] for row in preview.rows if row.state == "new"}
    assert dates == {"1998-03-12", "1998-01-01", "1998-03-01", None}
    assert {row.fields["capacity"] for row in preview.rows if row.state == "new"} == {120, 1200, 85, 40, None}
    assert rows[20].fields["closed"] == "2019-12-31"
    assert rows[20].fields["extra"]["№ п/п"] == "17"


def test_nothing_is_written_before_apply_and_wrong_rows_never(office: Office) -> None:
    messy = messy_register.make()
    preview = read(office, messy.csv())
    assert office.writes == 0
    done = apply_register(preview, office.items, office, ANN)
    assert done.new == len(office.facilities) == messy_register.ROWS - len(messy.wrong)


@pytest.mark.parametrize("form", FORMS)
def test_the_same_file_twice_changes_nothing(office: Office, form: str) -> None:
    data = FORMS[form](messy_register.make())
    apply_register(read(office, data), office.items, office, ANN)
    writes = office.writes
    # No choices this time: what a person explained once is remembered.
    again = parse_register(data, Choices(defaults={"authority": "penal"}), office.known())
    assert again.counts["new"] == again.counts["changed"] == 0
    apply_register(again, office.items, office, ANN)
    assert office.writes == writes


def test_a_changed_row_changes_its_facility_and_keeps_what_the_file_does_not_say(office: Office) -> None:
    first = table(
        "код;название;вид;регион;лимит;адрес", "АК-301/1;Колония «Берёза»;Детский дом;Астана;100;ул. Мира, 1"
    )
    apply_register(read(office, first), office.items, office, ANN)
    second = table("код;название;вид;регион;лимит", "AK 301/1;Колония «Берёзка»;;;120")
    preview = read(office, second)
    (row,) = preview.rows
    assert row.state == "changed"
    assert set(row.changes) == {"name", "aliases", "capacity", "codes"}
    apply_register(preview, office.items, office, ANN)
    ((ident, facility),) = office.facilities.items()
    assert ident == row.id
    assert facility["name"]["ru"] == "Колония «Берёзка»"
    assert "Колония «Берёза»" in facility["aliases"], "the former name is still searched for"
    assert facility["capacity"] == 120
    assert facility["address"] == {"ru": "ул. Мира, 1"}
    assert facility["region"] == "KZ-71"


def test_the_same_name_in_another_region_is_another_facility(office: Office) -> None:
    data = table(
        "название;вид;регион", "Детский дом № 1;Детский дом;Астана", "Детский дом № 1;Детский дом;Шымкент"
    )
    assert read(office, data).counts == {"new": 2}


def test_bare_numbers_are_no_codes(office: Office) -> None:
    data = table("код;название;вид;регион", "№ 1;Первое;Детский дом;Астана", "1;Второе;Детский дом;Астана")
    assert read(office, data).counts == {"new": 2}


def test_a_nearly_equal_name_is_a_warning_and_not_a_merger(office: Office) -> None:
    row = "Психоневрологический центр «Самал»;Детский дом;Астана"
    apply_register(read(office, table("название;вид;регион", row)), office.items, office, ANN)
    preview = read(office, table("название;вид;регион", row.replace("Самал", "Самол")))
    assert preview.counts == {"new": 1}
    assert [each.code for each in preview.warnings] == ["looks-like"]


def test_regions_that_look_alike_are_not_taken_for_each_other(office: Office) -> None:
    office.items["regions"] = [{"id": "east", "label": {"en": "East Yorkshire"}}]
    data = table("name,type,region", "A,Children's home,West Yorkshire", "B,Children’s home,East Yorkshir")
    preview = read(office, data)
    assert preview.matches["region"] == {"West Yorkshire": "", "East Yorkshir": "east"}
    assert preview.suggestions["region"] == {"West Yorkshire": "east"}


def test_a_value_nobody_knows_can_be_created(office: Office) -> None:
    data = table("название;вид;регион", "Маяк;Маяк-тюрьма;Астана", "Маяк 2;Маяк-тюрьма;Астана")
    choices = Choices(values={("facility_type", "Маяк-тюрьма"): CREATE}, defaults={"authority": "penal"})
    preview = read(office, data, choices)
    assert preview.counts == {"new": 2}
    assert [each["id"] for each in preview.created["facility_types"]] == ["maiak-tiurma"]
    apply_register(preview, office.items, office, ANN)
    made = office.items["facility_types"][-1]
    assert made["label"] == {"ru": "Маяк-тюрьма"}
    assert set(made["recording"].values()) == {"forbidden"}, "recording is off until somebody sets it"


def test_a_person_may_say_what_a_column_is(office: Office) -> None:
    data = table("а;б;в", "Маяк;Детский дом;Астана")
    with pytest.raises(ImportRefused) as refused:
        read(office, data)
    assert refused.value.code == "no-name-column"
    columns = {"а": "name", "б": "facility_type", "в": "region"}
    assert read(office, data, replace(MESSY_CHOICES, columns=columns)).counts == {"new": 1}


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty"),
        (b"  \n \n", "empty"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\x00" * 600, "old-workbook"),
        (b"PK\x03\x04 but no archive", "damaged"),
        (bytes(range(256)) * 20, "not-a-table"),
        (b"name;type\n", "no-rows"),
        (b"a" * (MAX_BYTES + 1), "too-large"),
        (b"name\n" + b"x\n" * 20_100, "too-many-rows"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_wrong_file_is_refused_with_a_reason(office: Office, data: bytes, code: str) -> None:
    with pytest.raises(ImportRefused) as refused:
        read(office, data)
    assert refused.value.code == code
    assert len({refused.value.text(language) for language in ("ru", "kk", "en")}) == 3


@pytest.mark.skipif(not PRISONS.exists(), reason="the shared register is not here")
def test_a_real_register_of_173_prisons_comes_in_and_stays(office: Office) -> None:
    data = PRISONS.read_bytes()
    asked = parse_register(data, Choices(), office.known())
    assert asked.columns["operators"] == "authority"
    assert asked.columns["county"] == "region"
    assert asked.columns["name"] == "name"
    assert asked.language == "en"
    assert len(asked.suggestions["region"]) > 40, "counties are offered to be created"
    choices = Choices(create_missing=True, defaults=dict.fromkeys(CATALOGUE_OF, NOT_STATED))
    preview = parse_register(data, choices, office.known())
    assert preview.counts == {"new": 173}
    apply_register(preview, office.items, office, ANN)
    closed = sum(each["closed"] is not None for each in office.facilities.values())
    assert closed == sum(
        line.split(b",")[2] == b"0" for line in data.splitlines() if b'"' not in line.split(b",")[1]
    )
    parc = [each for each in office.facilities.values() if each["codes"] == ["PYI"]]
    assert parc[0]["name"] == {"en": "Parc (HMYOI)"}
    later = replace(office.known(), today=date(2027, 3, 1))
    again = parse_register(data, choices, later)
    assert again.counts == {"same": 173}
    assert not again.created
