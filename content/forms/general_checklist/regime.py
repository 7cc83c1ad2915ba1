"""Theme 7: regime and activities."""

from __future__ import annotations

from content.forms.general_checklist.treatment import NOT_NEGATIVE
from content.forms.workbook import Row, Text, flag, group, question


def rows() -> list[Row]:
    """The page's rows in order."""
    return group(
        "regime",
        Text("Режим и занятость", "Режим және жұмыспен қамту", "Regime and activities"),
        [
            question(
                "integer",
                "outdoor_minutes",
                Text(
                    "Сколько минут в день человек проводит на свежем воздухе?",
                    "Адам күніне неше минут таза ауада болады?",
                    "How many minutes a day does a person spend in the open air?",
                ),
                Text(
                    "На деле, а не по распорядку. Возьмите тех, у кого прогулка короче всего.",
                    "Күн тәртібі бойынша емес, іс жүзінде. Серуені ең қысқа адамдарды алыңыз.",
                    "In fact, not by the timetable. Take those whose walk is shortest.",
                ),
                Text("От 0 до 1440 минут.", "0-ден 1440 минутқа дейін.", "From 0 to 1,440 minutes."),
                constraint=". >= 0 and . <= 1440",
            ),
            flag(
                "flag_outdoor",
                "${outdoor_minutes} != '' and ${outdoor_minutes} < 60",
                "mandela/23",
                Text(
                    "На воздухе меньше часа в день.",
                    "Таза ауада күніне бір сағаттан аз.",
                    "Less than one hour a day in the open air.",
                ),
                Text(
                    "Правило 23: не меньше часа ежедневно, если позволяет погода.",
                    "23-қағида: ауа райы қолайлы болса, күн сайын кемінде бір сағат.",
                    "Rule 23: at least one hour daily, if the weather permits.",
                ),
            ),
            question(
                "decimal",
                "out_of_cell_hours",
                Text(
                    "Сколько часов в сутки человек может быть вне камеры?",
                    "Адам тәулігіне неше сағат камерадан тыс бола алады?",
                    "How many hours a day can a person be out of the cell?",
                ),
                None,
                Text("От 0 до 24 часов.", "0-ден 24 сағатқа дейін.", "From 0 to 24 hours."),
                constraint=". >= 0 and . <= 24",
            ),
            question(
                "select_one yard",
                "yard",
                Text(
                    "Какой прогулочный двор?", "Серуендейтін аула қандай?", "What is the exercise yard like?"
                ),
            ),
            question(
                "integer",
                "working",
                Text("Сколько человек работает?", "Неше адам жұмыс істейді?", "How many people work?"),
                None,
                NOT_NEGATIVE,
                constraint=". >= 0",
            ),
            question(
                "select_one work_pay",
                "work_pay",
                Text("Как оплачивается работа?", "Еңбекке қалай ақы төленеді?", "How is the work paid?"),
                relevant="${working} > 0",
            ),
            question(
                "integer",
                "studying",
                Text("Сколько человек учится?", "Неше адам оқиды?", "How many people study?"),
                None,
                NOT_NEGATIVE,
                constraint=". >= 0",
            ),
            question(
                "select_multiple activities",
                "activities",
                Text("Чем можно заняться?", "Немен айналысуға болады?", "What activities are there?"),
            ),
            question(
                "select_one library_use",
                "library_use",
                Text(
                    "Можно ли пользоваться библиотекой?",
                    "Кітапхананы пайдалануға бола ма?",
                    "Can people use the library?",
                ),
            ),
            question(
                "select_one religion",
                "religion",
                Text(
                    "Могут ли люди соблюдать свою религию?",
                    "Адамдар өз дінін ұстана ала ма?",
                    "Can people practise their religion?",
                ),
            ),
            question(
                "text",
                "regime_note",
                Text(
                    "Как проходит обычный день?",
                    "Әдеттегі күн қалай өтеді?",
                    "What does an ordinary day look like?",
                ),
                Text(
                    "Несколько слов от подъёма до отбоя.",
                    "Тұрудан ұйқыға дейін бірнеше сөзбен.",
                    "A few words, from morning to night.",
                ),
                appearance="multiline",
            ),
        ],
    )
