"""Makes a register as offices really send them: a title line above the headings, trailing spaces, three
languages, dates in every shape, doubles, old codes, a broken row. 200 rows, the same every time.
"""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass, field
from random import Random

from openpyxl import Workbook

TITLE = "Сведения об учреждениях (по состоянию на 1 января)"
HEADINGS = [
    "№ п/п",
    "Старый код",
    "Наименование учреждения (рус.)",
    "Атауы (қаз.)",
    "Вид",
    "Область",
    "Дата открытия",
    "Дата закрытия",
    "Лимит",
    "Примечание",
]
ROWS = 200

_TYPES = [
    "Изолятор временного содержания (ИВС)",
    "ивс",
    "Детский дом",
    "балалар үйі",
    "Correctional colony",
    "Следственный изолятор",
    "СИЗО",
    "КПЗ",
]
_REGIONS = [
    "Павлодарская область",
    "павлодарская обл.",
    "Павлодар облысы",
    "Pavlodar Region",
    "г. Астана",
    "Шымкент қаласы",
    "Карагандинскя область",
    "область Ұлытау",
]
_DATES = [
    "12.03.1998",
    "1998-03-12",
    "12/03/1998",
    "12 марта 1998 г.",
    "1998",
    "03.1998",
    "1998 жылғы 12 наурыз",
    "",
]
# What must be refused: the cell and the reason.
_BAD_DATES = [
    ("31.02.2001", "no-such-day"),
    ("12.03.98", "short-year"),
    ("давно", "bad-date"),
    ("12.03.3998", "unlikely-year"),
]


@dataclass
class Messy:
    """A file's rows, and what must be found wrong: `{spreadsheet row: code}`."""

    rows: list[list[str]]
    wrong: dict[int, str] = field(default_factory=dict)

    def csv(self, encoding: str = "kz1048", delimiter: str = ";") -> bytes:
        """As CSV; kz1048 is cp1251 with the Kazakh letters."""
        text = io.StringIO()
        csv.writer(text, delimiter=delimiter, lineterminator="\r\n").writerows(self.rows)
        return text.getvalue().encode(encoding, "replace")

    def xlsx(self) -> bytes:
        workbook = Workbook()
        sheet = workbook.active
        assert sheet is not None
        for row in self.rows:
            sheet.append(row)
        sheet.merge_cells(start_row=1, start_column=1, end_row=1, end_column=len(HEADINGS))
        out = io.BytesIO()
        workbook.save(out)
        return out.getvalue()


def make() -> Messy:
    """The same 200 rows every time."""
    random = Random(200)
    messy = Messy([[TITLE] + [""] * (len(HEADINGS) - 1), [""] * len(HEADINGS), list(HEADINGS)])
    for number in range(1, ROWS + 1):
        messy.rows.append(_good(random, number))
    # The rows that are wrong, each in its own way; a spreadsheet counts from 1, headings are row 3.
    for index, (cell, code) in enumerate(_BAD_DATES):
        _spoil(messy, 20 + index, 6, cell, code)
    _spoil(messy, 40, 2, "  ", "no-name")
    messy.rows[40 + 2][3] = ""
    _spoil(messy, 50, 5, "Тридевятое царство", "unknown-item")
    _spoil(messy, 51, 4, "Звездолёт", "unknown-item")
    _spoil(messy, 52, 8, "много", "bad-number")
    _spoil(messy, 53, 8, "-5", "unlikely-number")
    _spoil(messy, 54, 7, "01.01.1950", "closed-before-opened")
    messy.rows[54 + 2][6] = "01.01.1960"
    _spoil(messy, 55, 4, "", "missing")
    _spoil(messy, 70, 2, messy.rows[60 + 2][2].strip().upper(), "same-as-row")
    messy.rows[70 + 2][5] = messy.rows[60 + 2][5]
    _spoil(messy, 71, 1, messy.rows[61 + 2][1].replace("-", " "), "same-as-row")
    return messy


def _good(random: Random, number: int) -> list[str]:
    code = (
        f"АК-3{number:03d}/{random.randint(1, 9)}"
        if number % 3
        else f"ак 3{number:03d}/{random.randint(1, 9)}"
    )
    closed = "31.12.2019" if number % 17 == 0 else random.choice(["", "-", "нет данных"])
    return [
        str(number),
        code,
        f" Учреждение «Номер-{number}»{' ' * (number % 3)}",
        f"«Нөмір-{number}» мекемесі " if number % 5 == 0 else "",
        random.choice(_TYPES),
        random.choice(_REGIONS) + "  " * (number % 2),
        random.choice(_DATES),
        closed,
        random.choice(["120", "1 200", "85 мест", "", "40.0"]),
        random.choice(["", "на ремонте", "переехало; см. приказ"]),
    ]


def _spoil(messy: Messy, number: int, column: int, cell: str, code: str) -> None:
    row = number + 2
    messy.rows[row][column] = cell
    messy.wrong[row + 1] = code
