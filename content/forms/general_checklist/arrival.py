"""Theme 1: arrival and registers."""

from __future__ import annotations

from content.forms.workbook import FORM_THRESHOLD, Row, Text, flag, group, question

_NOT_MORE = Text(
    "Не больше числа людей в учреждении.",
    "Мекемедегі адамдар санынан аспауы керек.",
    "No more than the number of people in the facility.",
)


def rows() -> list[Row]:
    """The page's rows in order."""
    return group(
        "arrival",
        Text("Прибытие и учёт", "Келу және есепке алу", "Arrival and registers"),
        [
            question(
                "time",
                "arrived_at",
                Text(
                    "Во сколько вы подошли к входу?",
                    "Кіреберіске сағат нешеде келдіңіз?",
                    "At what time did you reach the entrance?",
                ),
            ),
            question(
                "integer",
                "wait_minutes",
                Text(
                    "Сколько минут вы ждали допуска?",
                    "Рұқсатты неше минут күттіңіз?",
                    "How many minutes did you wait to be let in?",
                ),
                Text(
                    "Если вошли сразу, напишите 0.",
                    "Бірден кірсеңіз, 0 деп жазыңыз.",
                    "Write 0 if you went straight in.",
                ),
                Text("От 0 до 1440 минут.", "0-ден 1440 минутқа дейін.", "From 0 to 1,440 minutes."),
                constraint=". >= 0 and . <= 1440",
            ),
            question(
                "select_one received_by",
                "received_by",
                Text("Кто вас принял?", "Сізді кім қабылдады?", "Who received you?"),
            ),
            question(
                "integer",
                "capacity",
                Text(
                    "На сколько мест рассчитано учреждение?",
                    "Мекеме неше орынға есептелген?",
                    "What is the official capacity of the facility?",
                ),
                Text(
                    "Лимит наполнения по документам.",
                    "Құжат бойынша толтыру лимиті.",
                    "The number of places on paper.",
                ),
                Text("Хотя бы одно место.", "Кемінде бір орын.", "At least one place."),
                constraint=". > 0",
                required="yes",
            ),
            question(
                "integer",
                "held_total",
                Text(
                    "Сколько человек содержится сегодня?",
                    "Бүгін неше адам ұсталып отыр?",
                    "How many people are held here today?",
                ),
                Text(
                    "По журналу учёта на момент посещения.",
                    "Бару кезіндегі есепке алу журналы бойынша.",
                    "By the register, at the time of the visit.",
                ),
                Text(
                    "Число не может быть отрицательным.",
                    "Сан теріс болмауы керек.",
                    "The number cannot be negative.",
                ),
                constraint=". >= 0",
                required="yes",
            ),
            question(
                "calculate",
                "occupancy",
                Text("Наполнение, % от лимита", "Толымдылық, лимиттің %-ы", "Occupancy, % of capacity"),
                calculation="if(${capacity} > 0 and ${held_total} != '', round(${held_total} * 100 div ${capacity}, 0), '')",
            ),
            flag(
                "flag_overcrowded",
                "${occupancy} != '' and ${occupancy} > 100",
                FORM_THRESHOLD,
                Text(
                    "Людей больше, чем мест. Порог задан формой: 100 % лимита.",
                    "Адам саны орыннан көп. Шекті нысан белгілеген: лимиттің 100 %-ы.",
                    "More people than places. Threshold set by the form: 100 % of capacity.",
                ),
                theme="accommodation",
            ),
            question(
                "integer",
                "held_women",
                Text("Сколько из них женщин?", "Олардың нешеуі әйел?", "How many of them are women?"),
                None,
                _NOT_MORE,
                constraint=". >= 0 and (${held_total} = '' or . <= ${held_total})",
            ),
            question(
                "integer",
                "held_children",
                Text(
                    "Сколько из них несовершеннолетних?",
                    "Олардың нешеуі кәмелетке толмаған?",
                    "How many of them are children?",
                ),
                None,
                _NOT_MORE,
                constraint=". >= 0 and (${held_total} = '' or . <= ${held_total})",
            ),
            question(
                "integer",
                "held_remand",
                Text(
                    "Сколько из них ещё не осуждены?",
                    "Олардың нешеуі әлі сотталмаған?",
                    "How many of them have not been convicted?",
                ),
                None,
                _NOT_MORE,
                constraint=". >= 0 and (${held_total} = '' or . <= ${held_total})",
            ),
            question(
                "select_multiple register_entries",
                "register_entries",
                Text(
                    "Какие записи есть в личных делах?",
                    "Жеке істерде қандай жазбалар бар?",
                    "Which entries do the personal files hold?",
                ),
                Text(
                    "Возьмите несколько дел наугад и отметьте то, что есть в каждом.",
                    "Кездейсоқ бірнеше істі алып, әрқайсысында бар жазбаларды белгілеңіз.",
                    "Take a few files at random and mark what is in every one of them.",
                ),
            ),
            question(
                "integer",
                "files_checked",
                Text("Сколько дел вы проверили?", "Неше істі тексердіңіз?", "How many files did you check?"),
                None,
                Text(
                    "Число не может быть отрицательным.",
                    "Сан теріс болмауы керек.",
                    "The number cannot be negative.",
                ),
                constraint=". >= 0",
            ),
            question(
                "integer",
                "files_incomplete",
                Text(
                    "В скольких делах не хватает хотя бы одной обязательной записи?",
                    "Неше істе міндетті жазбалардың кемінде біреуі жоқ?",
                    "How many of them lack at least one required entry?",
                ),
                None,
                Text(
                    "Не больше числа проверенных дел.",
                    "Тексерілген істер санынан аспауы керек.",
                    "No more than the files checked.",
                ),
                relevant="${files_checked} > 0",
                constraint=". >= 0 and . <= ${files_checked}",
            ),
            flag(
                "flag_files",
                "${files_incomplete} > 0",
                "mandela/7",
                Text(
                    "Не в каждом деле есть все обязательные сведения.",
                    "Әр істе міндетті мәліметтің бәрі бірдей жоқ.",
                    "Not every file holds all the required information.",
                ),
                Text(
                    "Правило 7: сведения вносятся при приёме каждого человека.",
                    "7-қағида: мәліметтер әр адамды қабылдаған кезде енгізіледі.",
                    "Rule 7: the information is entered upon admission of every person.",
                ),
            ),
            question(
                "integer",
                "without_order",
                Text(
                    "Сколько человек принято без действующего решения о заключении?",
                    "Қамау туралы қолданыстағы шешімсіз неше адам қабылданған?",
                    "How many people were received without a valid commitment order?",
                ),
                None,
                _NOT_MORE,
                constraint=". >= 0 and (${held_total} = '' or . <= ${held_total})",
            ),
            flag(
                "flag_without_order",
                "${without_order} > 0",
                "mandela/7",
                Text(
                    "Людей принимают без действующего решения.",
                    "Адамдар қолданыстағы шешімсіз қабылданады.",
                    "People are received without a valid order.",
                ),
                Text(
                    "Правило 7: без действующего решения не принимают никого.",
                    "7-қағида: қолданыстағы шешімсіз ешкім қабылданбайды.",
                    "Rule 7: no person shall be received without a valid commitment order.",
                ),
            ),
            question(
                "image",
                "register_photo",
                Text("Снимок страницы журнала", "Журнал бетінің фотосы", "Photo of a register page"),
                Text("Закройте имена и фамилии.", "Аты-жөндерді жауып түсіріңіз.", "Cover the names."),
            ),
        ],
    )
