"""Theme 5: health care."""

from __future__ import annotations

from content.forms.general_checklist.treatment import NOT_NEGATIVE
from content.forms.workbook import Row, Text, flag, group, question


def rows() -> list[Row]:
    """The page's rows in order."""
    return group(
        "health",
        Text("Медицинская помощь", "Медициналық көмек", "Health care"),
        [
            question(
                "integer",
                "exam_files",
                Text(
                    "Сколько медицинских карт вы посмотрели?",
                    "Неше медициналық картаны қарадыңыз?",
                    "How many medical files did you look at?",
                ),
                None,
                NOT_NEGATIVE,
                constraint=". >= 0",
            ),
            question(
                "integer",
                "exam_missing",
                Text(
                    "В скольких нет осмотра после поступления?",
                    "Нешеуінде түскеннен кейінгі тексеру жоқ?",
                    "How many show no examination after admission?",
                ),
                None,
                Text("Не больше числа карт.", "Карталар санынан аспауы керек.", "No more than the files."),
                relevant="${exam_files} > 0",
                constraint=". >= 0 and . <= ${exam_files}",
            ),
            flag(
                "flag_exam",
                "${exam_missing} > 0",
                "mandela/30",
                Text(
                    "При поступлении осматривают не каждого.",
                    "Түскен кезде әр адам тексерілмейді.",
                    "Not everyone is examined on admission.",
                ),
                Text(
                    "Правило 30: осматривают каждого, как можно скорее после поступления.",
                    "30-қағида: әр адам түскеннен кейін мүмкіндігінше тез тексеріледі.",
                    "Rule 30: every prisoner is examined as soon as possible following admission.",
                ),
            ),
            question(
                "integer",
                "exam_hours",
                Text(
                    "Через сколько часов осмотрели того, кто ждал дольше всех?",
                    "Ең ұзақ күткен адамды неше сағаттан кейін тексерді?",
                    "After how many hours was the person who waited longest examined?",
                ),
                Text(
                    "Правило 30 говорит «как можно скорее» и часов не называет.",
                    "30-қағидада «мүмкіндігінше тез» делінген, сағат көрсетілмеген.",
                    "Rule 30 says “as soon as possible” and names no hours.",
                ),
                Text("От 0 до 8760 часов.", "0-ден 8760 сағатқа дейін.", "From 0 to 8,760 hours."),
                relevant="${exam_files} > 0",
                constraint=". >= 0 and . <= 8760",
            ),
            question(
                "select_one exam_privacy",
                "exam_privacy",
                Text(
                    "Кто присутствует при осмотре, кроме медиков?",
                    "Тексеру кезінде медиктерден басқа кім болады?",
                    "Who is present at examinations besides health staff?",
                ),
            ),
            flag(
                "flag_exam_privacy",
                "${exam_privacy} = 'staff_hear'",
                "mandela/31",
                Text(
                    "Осмотр проходит в пределах слышимости сотрудников.",
                    "Тексеру қызметкерлер еститін жерде өтеді.",
                    "Examinations take place within hearing of guards.",
                ),
                Text(
                    "Правило 31: полная конфиденциальность осмотра.",
                    "31-қағида: тексеру толық құпиялылықта өтеді.",
                    "Rule 31: all medical examinations are fully confidential.",
                ),
            ),
            question(
                "decimal",
                "doctor_posts",
                Text(
                    "Сколько ставок врачей по штату?",
                    "Штат бойынша неше дәрігер ставкасы бар?",
                    "How many doctors' posts are there?",
                ),
                None,
                NOT_NEGATIVE,
                constraint=". >= 0",
            ),
            question(
                "decimal",
                "doctor_filled",
                Text(
                    "Сколько ставок занято?",
                    "Неше ставка толтырылған?",
                    "How many of these posts are filled?",
                ),
                None,
                Text("Не больше числа ставок.", "Ставкалар санынан аспауы керек.", "No more than the posts."),
                relevant="${doctor_posts} > 0",
                constraint=". >= 0 and . <= ${doctor_posts}",
            ),
            question(
                "calculate",
                "doctor_share",
                Text("Укомплектованность врачами, %", "Дәрігерлермен қамтылу, %", "Doctors' posts filled, %"),
                calculation="if(${doctor_posts} > 0 and ${doctor_filled} != '', round(${doctor_filled} * 100 div ${doctor_posts}, 0), '')",
            ),
            question(
                "select_one night_care",
                "night_care",
                Text(
                    "Кто оказывает помощь ночью?",
                    "Түнде көмекті кім көрсетеді?",
                    "Who gives medical help at night?",
                ),
            ),
            question(
                "select_one overruled",
                "overruled",
                Text(
                    "Отменяет ли администрация решения врачей?",
                    "Әкімшілік дәрігерлердің шешімін жоққа шығара ма?",
                    "Does the administration overrule doctors' decisions?",
                ),
                Text(
                    "Например, не везёт в больницу, хотя врач направил.",
                    "Мысалы, дәрігер жіберсе де, ауруханаға апармайды.",
                    "For example, no transfer to hospital although the doctor ordered it.",
                ),
            ),
            flag(
                "flag_overruled",
                "${overruled} = 'sometimes' or ${overruled} = 'often'",
                "mandela/27",
                Text(
                    "Решения врачей отменяют не медики.",
                    "Дәрігерлердің шешімін медик еместер жоққа шығарады.",
                    "Clinical decisions are overruled by non-medical staff.",
                ),
                Text(
                    "Правило 27: немедицинский персонал не может отменять решения врачей.",
                    "27-қағида: медициналық емес қызметкерлер дәрігер шешімін жоққа шығара алмайды.",
                    "Rule 27: clinical decisions may not be overruled by non-medical staff.",
                ),
            ),
            question(
                "integer",
                "referrals_waiting",
                Text(
                    "Сколько человек ждут направления в больницу?",
                    "Ауруханаға жолдама күтіп отырған неше адам бар?",
                    "How many people are waiting to be sent to hospital?",
                ),
                None,
                NOT_NEGATIVE,
                constraint=". >= 0",
            ),
            question(
                "integer",
                "self_harm",
                Text(
                    "Сколько случаев самоповреждения и попыток суицида за 12 месяцев?",
                    "12 айда өзіне зиян келтіру мен суицид әрекетінің неше жағдайы болды?",
                    "How many cases of self-harm and attempted suicide in the last 12 months?",
                ),
                None,
                NOT_NEGATIVE,
                constraint=". >= 0",
            ),
            question(
                "select_multiple medicines",
                "medicines",
                Text(
                    "Каких лекарств не хватает?", "Қандай дәрілер жетіспейді?", "Which medicines are lacking?"
                ),
                None,
                Text(
                    "«Хватает всех» и «Не проверено» не сочетаются с другими ответами.",
                    "«Бәрі жетеді» мен «Тексерілмеді» басқа жауаптармен қатар белгіленбейді.",
                    "“None” and “Not checked” stand alone.",
                ),
                constraint="not((selected(., 'none') or selected(., 'not_checked')) and count-selected(.) > 1)",
            ),
            question(
                "date",
                "sanitary_check",
                Text(
                    "Когда здесь последний раз была санитарная проверка?",
                    "Мұнда соңғы санитариялық тексеру қашан болды?",
                    "When was the last sanitary inspection?",
                ),
                None,
                Text(
                    "Не позже сегодняшнего дня.", "Бүгінгі күннен кеш болмауы керек.", "Not later than today."
                ),
                constraint=". <= today()",
            ),
        ],
    )
