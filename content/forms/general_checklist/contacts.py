"""Theme 6: contact with the outside world, information and complaints."""

from __future__ import annotations

from content.forms.general_checklist.treatment import NOT_NEGATIVE
from content.forms.workbook import Row, Text, flag, group, question

_MINUTES = Text("От 0 до 1440 минут.", "0-ден 1440 минутқа дейін.", "From 0 to 1,440 minutes.")


def rows() -> list[Row]:
    """The page's rows in order."""
    return group(
        "contacts",
        Text(
            "Связь с внешним миром и жалобы",
            "Сыртқы әлеммен байланыс және шағымдар",
            "Outside contact and complaints",
        ),
        [
            question(
                "integer",
                "admissions_checked",
                Text(
                    "Сколько последних поступивших вы опросили или проверили?",
                    "Соңғы түскендердің нешеуінен сұрадыңыз немесе нешеуін тексердіңіз?",
                    "How many of the latest arrivals did you ask about or check?",
                ),
                None,
                NOT_NEGATIVE,
                constraint=". >= 0",
            ),
            question(
                "integer",
                "family_not_told",
                Text(
                    "Скольким из них не дали сразу сообщить семье?",
                    "Олардың нешеуіне отбасына бірден хабарлауға мүмкіндік берілмеді?",
                    "How many of them were not able to tell their family at once?",
                ),
                None,
                Text(
                    "Не больше числа проверенных.",
                    "Тексерілгендер санынан аспауы керек.",
                    "No more than those checked.",
                ),
                relevant="${admissions_checked} > 0",
                constraint=". >= 0 and . <= ${admissions_checked}",
            ),
            flag(
                "flag_family_told",
                "${family_not_told} > 0",
                "mandela/68",
                Text(
                    "Не каждому дали сразу сообщить семье.",
                    "Отбасына бірден хабарлауға әркімге мүмкіндік берілмеген.",
                    "Not everyone could tell their family at once.",
                ),
                Text(
                    "Правило 68: каждый вправе немедленно сообщить семье.",
                    "68-қағида: әркім отбасына дереу хабарлауға құқылы.",
                    "Rule 68: every prisoner is able to inform the family immediately.",
                ),
            ),
            question(
                "integer",
                "visits_month",
                Text(
                    "Сколько свиданий в месяц разрешено человеку?",
                    "Бір адамға айына неше рет кездесуге рұқсат етілген?",
                    "How many visits a month is a person allowed?",
                ),
                None,
                Text("От 0 до 100.", "0-ден 100-ге дейін.", "From 0 to 100."),
                constraint=". >= 0 and . <= 100",
            ),
            question(
                "select_one visit_room",
                "visit_room",
                Text("Как проходят свидания?", "Кездесулер қалай өтеді?", "How do visits take place?"),
            ),
            question(
                "integer",
                "calls_month",
                Text(
                    "Сколько раз в месяц можно позвонить?",
                    "Айына неше рет телефон соғуға болады?",
                    "How many telephone calls a month are possible?",
                ),
                None,
                Text("От 0 до 1000.", "0-ден 1000-ға дейін.", "From 0 to 1,000."),
                constraint=". >= 0 and . <= 1000",
            ),
            question(
                "integer",
                "call_minutes",
                Text(
                    "Сколько минут длится один звонок?",
                    "Бір қоңырау неше минутқа созылады?",
                    "How many minutes does a call last?",
                ),
                None,
                _MINUTES,
                relevant="${calls_month} > 0",
                constraint=". >= 0 and . <= 1440",
            ),
            question(
                "select_one lawyer_meeting",
                "lawyer_meeting",
                Text(
                    "Как проходят встречи с адвокатом?",
                    "Адвокатпен кездесу қалай өтеді?",
                    "How do meetings with a lawyer take place?",
                ),
            ),
            flag(
                "flag_lawyer",
                "${lawyer_meeting} = 'heard'",
                "mandela/61",
                Text(
                    "Сотрудники слышат разговор с адвокатом.",
                    "Қызметкерлер адвокатпен әңгімені естиді.",
                    "Staff can hear what is said to the lawyer.",
                ),
                Text(
                    "Правило 61: можно видеть, нельзя слышать.",
                    "61-қағида: көруге болады, естуге болмайды.",
                    "Rule 61: within sight, but not within hearing.",
                ),
            ),
            question(
                "select_one rights_info",
                "rights_info",
                Text(
                    "Как людям сообщают об их правах при поступлении?",
                    "Түскен кезде адамдарға құқықтары қалай айтылады?",
                    "How are people told of their rights on admission?",
                ),
            ),
            flag(
                "flag_rights_info",
                "${rights_info} = 'oral' or ${rights_info} = 'nothing'",
                "mandela/54",
                Text(
                    "Письменных сведений о правах при поступлении не дают.",
                    "Түскен кезде құқықтар туралы жазбаша мәлімет берілмейді.",
                    "No written information about rights is given on admission.",
                ),
                Text(
                    "Правило 54: письменные сведения каждому сразу при поступлении.",
                    "54-қағида: түскен бойда әркімге жазбаша мәлімет беріледі.",
                    "Rule 54: every prisoner is promptly given written information upon admission.",
                ),
            ),
            question(
                "select_multiple complaint_ways",
                "complaint_ways",
                Text(
                    "Как можно подать жалобу?",
                    "Шағымды қалай беруге болады?",
                    "In which ways can a complaint be made?",
                ),
            ),
            question(
                "integer",
                "complaint_days",
                Text(
                    "Сколько дней в неделю можно обратиться к начальнику или его представителю?",
                    "Аптасына неше күн басшыға немесе оның өкіліне жүгінуге болады?",
                    "On how many days a week can people turn to the director or a representative?",
                ),
                None,
                Text("От 0 до 7 дней.", "0-ден 7 күнге дейін.", "From 0 to 7 days."),
                constraint=". >= 0 and . <= 7",
            ),
            flag(
                "flag_complaint_days",
                "${complaint_days} != '' and ${complaint_days} < 7",
                "mandela/56",
                Text(
                    "Обратиться с просьбой или жалобой можно не каждый день.",
                    "Өтінішпен немесе шағыммен күн сайын жүгіну мүмкін емес.",
                    "Requests and complaints cannot be made every day.",
                ),
                Text(
                    "Правило 56: такая возможность есть ежедневно.",
                    "56-қағида: мұндай мүмкіндік күн сайын болуға тиіс.",
                    "Rule 56: every prisoner has the opportunity each day.",
                ),
            ),
            question(
                "integer",
                "complaints_year",
                Text(
                    "Сколько жалоб зарегистрировано за 12 месяцев?",
                    "12 айда неше шағым тіркелді?",
                    "How many complaints were registered in the last 12 months?",
                ),
                None,
                NOT_NEGATIVE,
                constraint=". >= 0",
            ),
            question(
                "decimal",
                "complaint_answer_days",
                Text(
                    "Через сколько дней в среднем отвечают?",
                    "Орташа есеппен неше күннен кейін жауап береді?",
                    "After how many days, on average, is there an answer?",
                ),
                None,
                NOT_NEGATIVE,
                relevant="${complaints_year} > 0",
                constraint=". >= 0",
            ),
        ],
    )
