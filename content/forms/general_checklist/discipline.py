"""Theme 3: discipline and solitary confinement."""

from __future__ import annotations

from content.forms.general_checklist.treatment import NOT_NEGATIVE
from content.forms.workbook import Row, Text, flag, group, question

_USED = "${solitary_used} = 'today' or ${solitary_used} = 'this_year'"
_ALONE = Text(
    "«Никого» и «Не проверено» не сочетаются с другими ответами.",
    "«Ешкім» мен «Тексерілмеді» басқа жауаптармен қатар белгіленбейді.",
    "“Nobody” and “Not checked” stand alone.",
)


def rows() -> list[Row]:
    """The page's rows in order."""
    return group(
        "discipline",
        Text(
            "Дисциплина и одиночное содержание",
            "Тәртіп және жеке камерада ұстау",
            "Discipline and solitary confinement",
        ),
        [
            question(
                "integer",
                "sanctions",
                Text(
                    "Сколько взысканий наложено за 12 месяцев?",
                    "12 айда неше рет жаза қолданылды?",
                    "How many disciplinary sanctions were imposed in the last 12 months?",
                ),
                None,
                NOT_NEGATIVE,
                constraint=". >= 0",
            ),
            question(
                "select_multiple hearing",
                "hearing",
                Text(
                    "Что обеспечено человеку при разборе проступка?",
                    "Теріс қылықты қарағанда адамға не қамтамасыз етіледі?",
                    "What is a person given when an offence is heard?",
                ),
            ),
            question(
                "select_one solitary_used",
                "solitary_used",
                Text(
                    "Применяют ли одиночное содержание?",
                    "Жеке камерада ұстау қолданыла ма?",
                    "Is solitary confinement used?",
                ),
                Text(
                    "Считайте любое содержание одного человека: карцер, изолятор, «безопасное место».",
                    "Адамды жалғыз ұстаудың кез келген түрін есептеңіз: карцер, изолятор, «қауіпсіз орын».",
                    "Count any holding of a person alone: punishment cell, isolation, “safe place”.",
                ),
            ),
            question(
                "decimal",
                "solitary_hours",
                Text(
                    "Сколько часов в сутки человек заперт без содержательного общения?",
                    "Адам тәулігіне неше сағат мазмұнды қарым-қатынассыз қамалып отырады?",
                    "How many hours a day is the person locked up without meaningful human contact?",
                ),
                None,
                Text("От 0 до 24 часов.", "0-ден 24 сағатқа дейін.", "From 0 to 24 hours."),
                relevant=_USED,
                constraint=". >= 0 and . <= 24",
            ),
            flag(
                "flag_solitary",
                "${solitary_hours} != '' and ${solitary_hours} >= 22",
                "mandela/44",
                Text(
                    "Это одиночное заключение: 22 часа в сутки или больше.",
                    "Бұл — жалғыз қамау: тәулігіне 22 сағат немесе одан көп.",
                    "This is solitary confinement: 22 hours or more a day.",
                ),
                Text(
                    "Правило 44 называет так содержание 22 часа и более без содержательного общения.",
                    "44-қағида мазмұнды қарым-қатынассыз 22 сағат және одан көп ұстауды осылай атайды.",
                    "Rule 44 defines it as 22 hours or more a day without meaningful human contact.",
                ),
            ),
            question(
                "integer",
                "solitary_days",
                Text(
                    "Сколько дней подряд длилось самое долгое такое содержание?",
                    "Ең ұзақ осындай ұстау қатарынан неше күнге созылды?",
                    "How many days in a row did the longest such confinement last?",
                ),
                Text(
                    "За последние 12 месяцев, по журналу.",
                    "Соңғы 12 айда, журнал бойынша.",
                    "In the last 12 months, by the register.",
                ),
                Text("От 0 до 3660 дней.", "0-ден 3660 күнге дейін.", "From 0 to 3,660 days."),
                relevant=_USED,
                constraint=". >= 0 and . <= 3660",
            ),
            flag(
                "flag_prolonged",
                "${solitary_hours} != '' and ${solitary_hours} >= 22 and ${solitary_days} != '' and ${solitary_days} > 15",
                "mandela/44",
                Text(
                    "Длительное одиночное заключение: больше 15 дней подряд.",
                    "Ұзақ мерзімді жалғыз қамау: қатарынан 15 күннен артық.",
                    "Prolonged solitary confinement: more than 15 days in a row.",
                ),
                Text(
                    "Правило 44: дольше 15 дней подряд. Правило 43 запрещает его без исключений.",
                    "44-қағида: қатарынан 15 күннен артық. 43-қағида оған ешбір жағдайда жол бермейді.",
                    "Rule 44: in excess of 15 consecutive days. Rule 43 prohibits it in all circumstances.",
                ),
            ),
            question(
                "select_multiple solitary_groups",
                "solitary_groups",
                Text(
                    "Кого из них помещали в одиночное содержание?",
                    "Жеке камераға олардың қайсысы орналастырылды?",
                    "Who among these was placed in solitary confinement?",
                ),
                None,
                _ALONE,
                relevant=_USED,
                constraint="not((selected(., 'nobody') or selected(., 'not_checked')) and count-selected(.) > 1)",
            ),
            flag(
                "flag_solitary_groups",
                "selected(${solitary_groups}, 'children') or selected(${solitary_groups}, 'women') "
                "or selected(${solitary_groups}, 'disability')",
                "mandela/45",
                Text(
                    "Одиночное заключение применено к тем, кого от него защищают.",
                    "Жалғыз қамау одан қорғалуға тиіс адамдарға қолданылған.",
                    "Solitary confinement was imposed on people who are protected from it.",
                ),
                Text(
                    "Правило 45: дети, беременные и матери с младенцами, люди с инвалидностью, которым от него хуже.",
                    "45-қағида: балалар, жүкті әйелдер мен сәбилі аналар, содан жағдайы нашарлайтын мүгедектігі бар адамдар.",
                    "Rule 45: children, pregnant women and mothers with infants, people with disabilities that it makes worse.",
                ),
            ),
            question(
                "integer",
                "solitary_doctor_days",
                Text(
                    "Сколько дней в неделю таких людей навещает медработник?",
                    "Медицина қызметкері мұндай адамдарға аптасына неше күн барады?",
                    "On how many days a week does health staff visit these people?",
                ),
                None,
                Text("От 0 до 7 дней.", "0-ден 7 күнге дейін.", "From 0 to 7 days."),
                relevant=_USED,
                constraint=". >= 0 and . <= 7",
            ),
            flag(
                "flag_solitary_doctor",
                "${solitary_doctor_days} != '' and ${solitary_doctor_days} < 7",
                "mandela/46",
                Text(
                    "Медработник навещает изолированных не каждый день.",
                    "Медицина қызметкері оқшауланғандарға күн сайын бармайды.",
                    "Health staff do not visit isolated people every day.",
                ),
                Text(
                    "Правило 46: ежедневно.",
                    "46-қағида: күн сайын.",
                    "Rule 46: on a daily basis.",
                ),
            ),
            question(
                "select_one cell_light",
                "solitary_light",
                Text(
                    "Какое освещение в этих камерах?",
                    "Бұл камераларда жарық қандай?",
                    "What is the light like in these cells?",
                ),
                relevant=_USED,
            ),
            flag(
                "flag_solitary_light",
                "${solitary_light} = 'dark' or ${solitary_light} = 'always_lit'",
                "mandela/43",
                Text(
                    "Человека держат в тёмной или постоянно освещённой камере.",
                    "Адам қараңғы немесе үнемі жарық камерада ұсталады.",
                    "A person is kept in a dark or constantly lit cell.",
                ),
                Text("Правило 43 это запрещает.", "43-қағида бұған тыйым салады.", "Rule 43 prohibits it."),
            ),
            question(
                "select_one sanction_family",
                "sanction_family",
                Text(
                    "Что происходит с контактами с семьёй на время взыскания?",
                    "Жаза кезінде отбасымен байланыс қалай болады?",
                    "What happens to family contact during a sanction?",
                ),
            ),
            flag(
                "flag_sanction_family",
                "${sanction_family} = 'banned'",
                "mandela/43",
                Text(
                    "Взыскание запрещает контакты с семьёй.",
                    "Жаза отбасымен байланысқа тыйым салады.",
                    "The sanction prohibits contact with the family.",
                ),
                Text(
                    "Правило 43: контакты можно ограничить на время, запретить нельзя.",
                    "43-қағида: байланысты уақытша шектеуге болады, тыйым салуға болмайды.",
                    "Rule 43: contact may be restricted for a limited time, never prohibited.",
                ),
            ),
            question(
                "date",
                "last_placement",
                Text(
                    "Когда сюда поместили последнего человека?",
                    "Мұнда соңғы адам қашан орналастырылды?",
                    "When was the last person placed here?",
                ),
                None,
                Text(
                    "Не позже сегодняшнего дня.", "Бүгінгі күннен кеш болмауы керек.", "Not later than today."
                ),
                relevant=_USED,
                constraint=". <= today()",
            ),
        ],
    )
