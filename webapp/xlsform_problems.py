"""What can be wrong with a form somebody sends in, in the three languages of the office.

Owns: the codes, and the sentence that a person is shown for each. Must not know: how a workbook is read.
A problem names the sheet and the row wherever there is one, so that it can be put right in the sheet.
"""

from __future__ import annotations

from collections.abc import Mapping

_SENTENCES: Mapping[str, Mapping[str, str]] = {
    "not-a-workbook": {
        "ru": "Это не файл .xlsx. Сохраните форму в LibreOffice или Excel как «Книга Excel (.xlsx)».",
        "kk": "Бұл .xlsx файлы емес. Нысанды LibreOffice немесе Excel-де «Excel кітабы (.xlsx)» түрінде сақтаңыз.",
        "en": "This is not an .xlsx file. Save the form in LibreOffice or Excel as “Excel workbook (.xlsx)”.",
    },
    "too-large": {
        "ru": "Файл слишком большой: {size} МБ после распаковки, можно не больше {limit} МБ.",
        "kk": "Файл тым үлкен: ашқанда {size} МБ, шегі {limit} МБ.",
        "en": "The file is too large: {size} MB unpacked, at most {limit} MB is allowed.",
    },
    "doctype": {
        "ru": "В файле есть описание DOCTYPE. Такие файлы не принимаются: через них можно читать чужие данные.",
        "kk": "Файлда DOCTYPE сипаттамасы бар. Мұндай файл қабылданбайды: ол арқылы бөтен деректі оқуға болады.",
        "en": "The file holds a DOCTYPE. Such files are refused: they can be used to read other data.",
    },
    "no-sheet": {
        "ru": "Нет листа «{name}».",
        "kk": "«{name}» парағы жоқ.",
        "en": "There is no sheet “{name}”.",
    },
    "no-column": {
        "ru": "Нет столбца «{name}».",
        "kk": "«{name}» бағаны жоқ.",
        "en": "There is no column “{name}”.",
    },
    "no-questions": {
        "ru": "В форме нет ни одного вопроса.",
        "kk": "Нысанда бірде-бір сұрақ жоқ.",
        "en": "The form has no questions.",
    },
    "no-name": {
        "ru": "У вопроса нет имени (столбец name).",
        "kk": "Сұрақтың аты жоқ (name бағаны).",
        "en": "The question has no name (column name).",
    },
    "bad-name": {
        "ru": "Имя «{name}» не годится: латинские буквы, цифры, «_», без пробелов, в начале буква.",
        "kk": "«{name}» аты жарамайды: латын әріптері, сандар, «_», бос орынсыз, әріптен басталады.",
        "en": "The name “{name}” will not do: Latin letters, digits and “_”, no spaces, beginning with a letter.",
    },
    "same-name": {
        "ru": "Имя «{name}» уже занято в строке {other}.",
        "kk": "«{name}» аты {other}-жолда бұрыннан бар.",
        "en": "The name “{name}” is already used in row {other}.",
    },
    "unknown-type": {
        "ru": "Неизвестный вид вопроса «{name}».",
        "kk": "Сұрақ түрі белгісіз: «{name}».",
        "en": "Unknown question type “{name}”.",
    },
    "no-list": {
        "ru": "Нет списка ответов «{name}» на листе choices.",
        "kk": "choices парағында «{name}» жауаптар тізімі жоқ.",
        "en": "There is no list of answers “{name}” on the sheet choices.",
    },
    "no-reference": {
        "ru": "Формула ссылается на «{name}», а такого вопроса нет.",
        "kk": "Формула «{name}» сұрағына сілтейді, бірақ ондай сұрақ жоқ.",
        "en": "A formula refers to “{name}”, but there is no such question.",
    },
    "open-group": {
        "ru": "Группа «{name}» не закрыта: нет строки end_group или end_repeat.",
        "kk": "«{name}» тобы жабылмаған: end_group немесе end_repeat жолы жоқ.",
        "en": "The group “{name}” is not closed: a row end_group or end_repeat is missing.",
    },
    "closed-twice": {
        "ru": "Здесь закрывается группа, которая не открыта.",
        "kk": "Мұнда ашылмаған топ жабылып тұр.",
        "en": "A group that was not opened is closed here.",
    },
    "outside-file": {
        "ru": "Вопрос берёт ответы из другого файла. Перенесите их на лист choices.",
        "kk": "Сұрақ жауаптарды басқа файлдан алады. Оларды choices парағына көшіріңіз.",
        "en": "The question takes its answers from another file. Move them to the sheet choices.",
    },
    "bad-norm": {
        "ru": "Норма «{name}» записана неверно. Пример: mandela/44; form, если порог задан самой формой.",
        "kk": "«{name}» нормасы қате жазылған. Мысалы: mandela/44; шекті нысанның өзі белгілесе, form.",
        "en": "The norm “{name}” is not written as it should be. Example: mandela/44; form where the threshold is the form's own.",
    },
    "norm-without-condition": {
        "ru": "У флага нет условия (столбец relevant) или это не строка note.",
        "kk": "Белгінің шарты (relevant бағаны) жоқ немесе бұл note жолы емес.",
        "en": "The flag has no condition (column relevant), or the row is not a note.",
    },
    "not-converted": {
        "ru": "Форму не удалось преобразовать: {detail}",
        "kk": "Нысанды түрлендіру мүмкін болмады: {detail}",
        "en": "The form could not be converted: {detail}",
    },
}
_PLACE: Mapping[str, Mapping[str, str]] = {
    "ru": {"row": "Лист {sheet}, строка {row}. ", "sheet": "Лист {sheet}. "},
    "kk": {"row": "{sheet} парағы, {row}-жол. ", "sheet": "{sheet} парағы. "},
    "en": {"row": "Sheet {sheet}, row {row}. ", "sheet": "Sheet {sheet}. "},
}

CODES = frozenset(_SENTENCES)


class FormProblem(Exception):  # noqa: N818 (what a person is shown is a problem, not an error)
    """A form that cannot be taken in. `code` is one of CODES; `row` counts as the spreadsheet does, from 1."""

    def __init__(
        self, code: str, *, sheet: str | None = None, row: int | None = None, **parameters: str | int
    ) -> None:
        super().__init__(f"{code} {sheet or ''} {row or ''} {parameters or ''}".strip())
        self.code = code
        self.sheet = sheet
        self.row = row
        self.parameters = parameters

    def sentence(self, language: str) -> str:
        """What happened and where, in `language` (English where there is no such language)."""
        place = _PLACE.get(language, _PLACE["en"])
        where = (
            ""
            if self.sheet is None
            else place["sheet" if self.row is None else "row"].format(sheet=self.sheet, row=self.row)
        )
        sentences = _SENTENCES[self.code]
        return where + sentences.get(language, sentences["en"]).format(**self.parameters)
