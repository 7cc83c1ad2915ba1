"""Theme 4: material conditions, with a repeat for the cells looked at."""

from __future__ import annotations

from content.forms.general_checklist.treatment import NOT_NEGATIVE
from content.forms.workbook import FORM_THRESHOLD, Row, Text, flag, group, question, repeat


def rows() -> list[Row]:
    """The page's rows in order."""
    return group(
        "conditions",
        Text("Материальные условия", "Материалдық жағдайлар", "Material conditions"),
        [
            *repeat("cells", Text("Камера", "Камера", "Cell"), _cell()),
            *_everywhere(),
        ],
    )


def _cell() -> list[Row]:
    return [
        question(
            "text",
            "cell_name",
            Text(
                "Какая это камера или палата?", "Бұл қай камера немесе палата?", "Which cell or room is this?"
            ),
            Text("Номер и корпус.", "Нөмірі мен корпусы.", "Its number and building."),
            required="yes",
        ),
        question(
            "integer",
            "cell_people",
            Text(
                "Сколько человек содержится в камере на деле?",
                "Камерада іс жүзінде неше адам ұсталады?",
                "How many people actually live in the cell?",
            ),
            None,
            Text("От 0 до 500 человек.", "0-ден 500 адамға дейін.", "From 0 to 500 people."),
            constraint=". >= 0 and . <= 500",
        ),
        question(
            "integer",
            "cell_listed",
            Text("Сколько человек в ней по списку?", "Тізім бойынша неше адам?", "How many by the list?"),
            None,
            Text("От 0 до 500 человек.", "0-ден 500 адамға дейін.", "From 0 to 500 people."),
            constraint=". >= 0 and . <= 500",
        ),
        question(
            "integer",
            "cell_beds",
            Text(
                "Сколько в ней спальных мест?", "Онда неше ұйықтайтын орын бар?", "How many beds are there?"
            ),
            None,
            NOT_NEGATIVE,
            constraint=". >= 0",
        ),
        flag(
            "flag_bed",
            "${cell_people} != '' and ${cell_beds} != '' and ${cell_people} > ${cell_beds}",
            "mandela/21",
            Text(
                "Отдельной кровати хватает не всем.",
                "Жеке төсек бәріне жетпейді.",
                "Not everyone has a bed of their own.",
            ),
            Text(
                "Правило 21: отдельная кровать у каждого.",
                "21-қағида: әр адамның жеке төсегі болуға тиіс.",
                "Rule 21: every prisoner has a separate bed.",
            ),
        ),
        question(
            "decimal",
            "cell_area",
            Text(
                "Какова площадь камеры, м²?",
                "Камераның ауданы қандай, м²?",
                "What is the floor area of the cell, m²?",
            ),
            Text("Без санузла.", "Санитарлық торапсыз.", "Without the sanitary unit."),
            Text("От 0,5 до 2000 м².", "0,5-тен 2000 м²-ге дейін.", "From 0.5 to 2,000 m²."),
            constraint=". >= 0.5 and . <= 2000",
        ),
        question(
            "calculate",
            "cell_per_person",
            Text("Площадь на человека, м²", "Бір адамға шаққандағы аудан, м²", "Area per person, m²"),
            Text(
                "Считается сама: площадь делится на число людей.",
                "Өзі есептеледі: аудан адам санына бөлінеді.",
                "Worked out by itself: the area divided by the people.",
            ),
            calculation="if(${cell_people} > 0 and ${cell_area} > 0, round(${cell_area} div ${cell_people}, 1), '')",
        ),
        flag(
            "flag_area",
            "${cell_people} > 0 and ${cell_area} > 0 and (${cell_area} div ${cell_people}) < 4",
            FORM_THRESHOLD,
            Text(
                "Меньше 4 м² на человека. Порог задан формой.",
                "Бір адамға 4 м²-ден аз. Шекті нысан белгілеген.",
                "Less than 4 m² per person. Threshold set by the form.",
            ),
            Text(
                "Правило 13 требует достаточной площади, но числа не называет.",
                "13-қағида жеткілікті ауданды талап етеді, бірақ сан атамайды.",
                "Rule 13 asks for minimum floor space but names no number.",
            ),
            theme="accommodation",
        ),
        question(
            "select_one enough",
            "cell_daylight",
            Text(
                "Хватает ли дневного света, чтобы читать?",
                "Оқуға табиғи жарық жете ме?",
                "Is there enough daylight to read by?",
            ),
        ),
        flag(
            "flag_daylight",
            "${cell_daylight} = 'no'",
            "mandela/14",
            Text(
                "Читать при дневном свете нельзя.",
                "Табиғи жарықпен оқу мүмкін емес.",
                "It is not possible to read by natural light.",
            ),
            Text(
                "Правило 14: окна позволяют читать при дневном свете.",
                "14-қағида: терезелер табиғи жарықпен оқуға мүмкіндік береді.",
                "Rule 14: windows large enough to read or work by natural light.",
            ),
        ),
        question(
            "select_one air",
            "cell_air",
            Text("Поступает ли свежий воздух?", "Таза ауа кіре ме?", "Does fresh air come in?"),
        ),
        question(
            "decimal",
            "cell_temperature",
            Text(
                "Какая в камере температура, °C?",
                "Камерадағы температура қандай, °C?",
                "What is the temperature in the cell, °C?",
            ),
            None,
            Text("От −40 до 60 °C.", "−40-тан 60 °C-қа дейін.", "From −40 to 60 °C."),
            constraint=". >= -40 and . <= 60",
        ),
        question(
            "select_one toilet",
            "cell_toilet",
            Text("Как устроен туалет?", "Дәретхана қалай орналасқан?", "How is the toilet arranged?"),
        ),
        question(
            "image",
            "cell_photo",
            Text("Снимок камеры", "Камераның фотосы", "Photo of the cell"),
            Text("Без лиц людей.", "Адамдардың бет-жүзінсіз.", "No faces."),
        ),
    ]


def _everywhere() -> list[Row]:
    return [
        question(
            "calculate",
            "cells_people",
            Text(
                "Человек в осмотренных камерах",
                "Қаралған камералардағы адам саны",
                "People in the cells looked at",
            ),
            calculation="sum(${cell_people})",
        ),
        question(
            "decimal",
            "showers_week",
            Text(
                "Сколько раз в неделю можно помыться в душе или бане?",
                "Аптасына неше рет душқа немесе моншаға түсуге болады?",
                "How many times a week can people take a shower or bath?",
            ),
            Text("Раз в две недели: 0,5.", "Екі аптада бір рет: 0,5.", "Once a fortnight: 0.5."),
            Text("От 0 до 21 раза.", "0-ден 21 ретке дейін.", "From 0 to 21 times."),
            constraint=". >= 0 and . <= 21",
        ),
        flag(
            "flag_shower",
            "${showers_week} != '' and ${showers_week} < 1",
            "mandela/16",
            Text(
                "Помыться можно реже раза в неделю.",
                "Жуынуға аптасына бір реттен сирек болады.",
                "A shower less than once a week.",
            ),
            Text(
                "Правило 16: не реже раза в неделю в умеренном климате.",
                "16-қағида: қоңыржай климатта кемінде аптасына бір рет.",
                "Rule 16: at least once a week in a temperate climate.",
            ),
        ),
        question(
            "select_one water",
            "drinking_water",
            Text(
                "Когда доступна питьевая вода?",
                "Ауыз су қашан қолжетімді?",
                "When is drinking water available?",
            ),
        ),
        flag(
            "flag_water",
            "${drinking_water} = 'at_hours' or ${drinking_water} = 'none'",
            "mandela/22",
            Text(
                "Питьевая вода доступна не всегда.",
                "Ауыз су әрдайым қолжетімді емес.",
                "Drinking water is not available at all times.",
            ),
            Text(
                "Правило 22: вода доступна каждому, когда она ему нужна.",
                "22-қағида: су әркімге қажет кезінде қолжетімді.",
                "Rule 22: available to every prisoner whenever he or she needs it.",
            ),
        ),
        question(
            "integer",
            "meals_day",
            Text(
                "Сколько раз в день кормят?",
                "Күніне неше рет тамақтандырады?",
                "How many meals a day are served?",
            ),
            None,
            Text("От 0 до 8 раз.", "0-ден 8 ретке дейін.", "From 0 to 8."),
            constraint=". >= 0 and . <= 8",
        ),
        question(
            "time",
            "last_meal",
            Text(
                "Во сколько последний приём пищи?",
                "Соңғы тамақ сағат нешеде?",
                "At what time is the last meal?",
            ),
        ),
        question(
            "select_multiple bedding",
            "bedding",
            Text("Что выдают каждому?", "Әркімге не беріледі?", "What is each person given?"),
        ),
        question(
            "video",
            "conditions_video",
            Text("Видео помещений", "Үй-жайлардың бейнежазбасы", "Video of the premises"),
            Text(
                "Без лиц людей и постов охраны.",
                "Адамдардың бет-жүзі мен күзет бекеттерінсіз.",
                "No faces and no guard posts.",
            ),
        ),
    ]
