"""Theme 8: vulnerable groups and staff."""

from __future__ import annotations

from content.forms.general_checklist.treatment import NOT_NEGATIVE
from content.forms.workbook import Row, Text, flag, group, question


def rows() -> list[Row]:
    """The page's rows in order."""
    return group(
        "people",
        Text("Уязвимые группы и персонал", "Осал топтар және қызметкерлер", "Vulnerable groups and staff"),
        [
            question(
                "select_one separation",
                "remand_separate",
                Text(
                    "Содержатся ли неосуждённые отдельно от осуждённых?",
                    "Сотталмағандар сотталғандардан бөлек ұстала ма?",
                    "Are untried people kept apart from convicted ones?",
                ),
            ),
            flag(
                "flag_remand",
                "${remand_separate} = 'partly' or ${remand_separate} = 'together'",
                "mandela/11",
                Text(
                    "Неосуждённых держат вместе с осуждёнными.",
                    "Сотталмағандар сотталғандармен бірге ұсталады.",
                    "Untried people are kept together with convicted ones.",
                ),
                Text("Правило 11: раздельно.", "11-қағида: бөлек ұсталады.", "Rule 11: kept separate."),
            ),
            question(
                "select_one separation",
                "children_separate",
                Text(
                    "Содержатся ли несовершеннолетние отдельно от взрослых?",
                    "Кәмелетке толмағандар ересектерден бөлек ұстала ма?",
                    "Are children kept apart from adults?",
                ),
            ),
            flag(
                "flag_children",
                "${children_separate} = 'partly' or ${children_separate} = 'together'",
                "mandela/11",
                Text(
                    "Несовершеннолетних держат вместе со взрослыми.",
                    "Кәмелетке толмағандар ересектермен бірге ұсталады.",
                    "Children are kept together with adults.",
                ),
                Text("Правило 11: раздельно.", "11-қағида: бөлек ұсталады.", "Rule 11: kept separate."),
            ),
            question(
                "select_one women_area",
                "women_area",
                Text(
                    "Заходят ли сотрудники-мужчины одни туда, где живут женщины?",
                    "Ер қызметкерлер әйелдер тұратын бөлікке жалғыз кіре ме?",
                    "Do male staff enter the women's part on their own?",
                ),
            ),
            flag(
                "flag_women_area",
                "${women_area} = 'sometimes' or ${women_area} = 'often'",
                "mandela/81",
                Text(
                    "Мужчины заходят к женщинам без сопровождения сотрудницы.",
                    "Ер қызметкерлер әйелдер бөлігіне әйел қызметкерсіз кіреді.",
                    "Male staff enter the women's part unaccompanied.",
                ),
                Text(
                    "Правило 81: только в сопровождении сотрудницы.",
                    "81-қағида: тек әйел қызметкердің қатысуымен.",
                    "Rule 81: only if accompanied by a woman staff member.",
                ),
            ),
            question(
                "integer",
                "with_disability",
                Text(
                    "Сколько людей с инвалидностью?",
                    "Мүгедектігі бар неше адам бар?",
                    "How many people have a disability?",
                ),
                None,
                NOT_NEGATIVE,
                constraint=". >= 0",
            ),
            question(
                "select_multiple access",
                "access",
                Text("Что для них приспособлено?", "Олар үшін не бейімделген?", "What is adapted for them?"),
                relevant="${with_disability} > 0",
            ),
            question(
                "integer",
                "foreigners",
                Text(
                    "Сколько иностранцев и лиц без гражданства?",
                    "Шетелдіктер мен азаматтығы жоқ адамдар нешеу?",
                    "How many are foreign or stateless?",
                ),
                None,
                NOT_NEGATIVE,
                constraint=". >= 0",
            ),
            question(
                "select_one interpreter",
                "interpreter",
                Text(
                    "Есть ли для них переводчик?",
                    "Олар үшін аудармашы бар ма?",
                    "Is there an interpreter for them?",
                ),
                relevant="${foreigners} > 0",
            ),
            question(
                "integer",
                "staff_posts",
                Text(
                    "Сколько должностей по штату?",
                    "Штат бойынша неше лауазым бар?",
                    "How many staff posts are there?",
                ),
                None,
                Text("Хотя бы одна должность.", "Кемінде бір лауазым.", "At least one post."),
                constraint=". > 0",
            ),
            question(
                "integer",
                "staff_filled",
                Text("Сколько из них занято?", "Олардың нешеуі толтырылған?", "How many of them are filled?"),
                None,
                Text(
                    "Не больше числа должностей.",
                    "Лауазымдар санынан аспауы керек.",
                    "No more than the posts.",
                ),
                relevant="${staff_posts} > 0",
                constraint=". >= 0 and . <= ${staff_posts}",
            ),
            question(
                "calculate",
                "people_per_staff",
                Text(
                    "Человек на одного сотрудника",
                    "Бір қызметкерге шаққандағы адам саны",
                    "People held per member of staff",
                ),
                calculation="if(${staff_filled} > 0 and ${held_total} != '', round(${held_total} div ${staff_filled}, 1), '')",
            ),
            question(
                "integer",
                "night_staff",
                Text(
                    "Сколько сотрудников дежурит ночью?",
                    "Түнде неше қызметкер кезекшілікте болады?",
                    "How many staff are on duty at night?",
                ),
                None,
                NOT_NEGATIVE,
                constraint=". >= 0",
            ),
            question(
                "select_multiple training",
                "training",
                Text(
                    "Чему персонал обучали за 12 месяцев?",
                    "12 айда қызметкерлер неге оқытылды?",
                    "What were staff trained in during the last 12 months?",
                ),
            ),
            question(
                "dateTime",
                "round_finished",
                Text(
                    "Когда вы закончили обход?", "Аралауды қашан аяқтадыңыз?", "When did you finish the tour?"
                ),
            ),
            question(
                "text",
                "overall",
                Text(
                    "Что поразило вас больше всего?",
                    "Сізге не қатты әсер етті?",
                    "What struck you most?",
                ),
                Text("Хорошее тоже запишите.", "Жақсысын да жазыңыз.", "Write down the good as well."),
                appearance="multiline",
            ),
        ],
    )
