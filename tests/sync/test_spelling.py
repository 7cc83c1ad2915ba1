"""One facility is found however its name is typed; the tablet's search makes the same promises (tests/app/search.test.mjs)."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from sync.projections.spelling import fold_look, fold_sound, search_forms, search_text

ROOT = Path(__file__).parent.parent.parent
COLONY = search_text(["Учреждение № 66 «Тасты-Көл»", "№ 66 мекеме «Тасты-Көл»", "Шестёрка", "АК-159/7"])
KARAGANDA = search_text(["СИЗО г. Караганды", "Қарағанды қ. тергеу изоляторы", "ЛА-155/8"])
NAMES = [
    "Қарағанды", "Qaraghandy", "Щучинск", "Жезқазған", "Ақтөбе", "Ұзынағаш", "Подъёмный", "АК-159/7", "Öskemen",
    "№ 66", "Yessil", "Xерсон", "Эмба-5", "Institution No. 1 “Tereng-Saz”",
]  # fmt: skip


def finds(text: str, query: str) -> bool:
    return all(
        any(form in text for form in search_forms(word)) for word in query.split() if search_forms(word)
    )


@pytest.mark.parametrize(
    "query",
    [
        "66", "№66", "№ 66", "ШЕСТЁРКА", "шестерка", "АК-159/7", "ак 159/7", "ак1597", "АК—159/7", "AK-159/7", "159/7",
        "тасты-кол", "Тасты Көл", "tasty kol", "tastykol",
    ],
)  # fmt: skip
def test_a_facility_is_found_by_what_people_type(query: str) -> None:
    assert finds(COLONY, query)
    assert not finds(KARAGANDA, query)


@pytest.mark.parametrize("query", ["қарағанды", "караганды", "Karagandy", "Qaraghandy", "LA-155/8"])
def test_a_town_is_found_in_either_alphabet(query: str) -> None:
    assert finds(KARAGANDA, query)


def test_a_number_is_itself_and_not_a_part_of_a_longer_one() -> None:
    assert not finds(search_text(["Учреждение № 166", "АК-159/71"]), "66")


def test_signs_alone_ask_for_nothing() -> None:
    assert search_forms("№") == search_forms("%") == search_forms("«»") == []


def test_the_office_folds_as_the_tablet_does() -> None:
    script = (
        "import { foldSound, foldLook } from './static/app/facilities/search.js';"
        "const names = JSON.parse(process.argv[1]);"
        "console.log(JSON.stringify(names.map((name) => [foldSound(name), foldLook(name)])));"
    )
    output = subprocess.run(
        ["node", "--input-type=module", "-e", script, json.dumps(NAMES)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    ).stdout  # fmt: skip
    assert [[fold_sound(name), fold_look(name)] for name in NAMES] == json.loads(output)
