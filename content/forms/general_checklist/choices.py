"""The answers of the general checklist's select questions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from content.forms.workbook import Choice, Text

_NOT_CHECKED = Choice("not_checked", Text("Не проверено", "Тексерілмеді", "Not checked"))
_OTHER = Choice("other", Text("Другое", "Басқа", "Other"))


def _choices(*items: tuple[str, str, str, str], other: bool = False) -> Sequence[Choice]:
    """Choices from (value, ru, kk, en), closed by «Other» where asked and always by «Not checked»."""
    listed = [Choice(value, Text(ru, kk, en)) for value, ru, kk, en in items]
    return [*listed, *([_OTHER] if other else []), _NOT_CHECKED]


CHOICES: Mapping[str, Sequence[Choice]] = {
    "received_by": _choices(
        ("head", "Начальник", "Басшы", "The head"),
        ("deputy", "Заместитель", "Орынбасар", "A deputy"),
        ("duty", "Дежурный", "Кезекші", "The duty officer"),
        ("nobody", "Никто", "Ешкім", "Nobody"),
    ),
    "register_entries": _choices(
        ("identity", "Личность", "Жеке басы", "Identity"),
        ("reasons", "Основание и орган", "Негіз және орган", "Reasons and authority"),
        (
            "arrest",
            "Дата, время и место задержания",
            "Ұсталған күні, уақыты, орны",
            "Date, time and place of arrest",
        ),
        (
            "hours",
            "День и час приёма, перевода, освобождения",
            "Қабылдау, ауыстыру, босату күні мен сағаты",
            "Day and hour of admission, transfer, release",
        ),
        (
            "injuries",
            "Видимые повреждения и жалобы",
            "Көзге көрінетін жарақаттар мен шағымдар",
            "Visible injuries and complaints",
        ),
        ("property", "Опись вещей", "Заттар тізімі", "Inventory of property"),
        ("family", "Члены семьи", "Отбасы мүшелері", "Family members"),
        ("emergency", "Кому сообщить", "Кімге хабарлау керек", "Emergency contact"),
    ),
    "restraints": _choices(
        ("none", "Никаких", "Ешқандай", "None"),
        ("handcuffs", "Наручники", "Кісен", "Handcuffs"),
        ("belts", "Ремни, вязки", "Белдік, байлау", "Belts, straps"),
        ("jacket", "Смирительная рубашка", "Тыныштандыру жейдесі", "Straitjacket"),
        ("chains", "Цепи или кандалы", "Шынжыр немесе бұғау", "Chains or irons"),
        other=True,
    ),
    "strip_search": _choices(
        (
            "private",
            "Без посторонних, сотрудник того же пола",
            "Оңаша, сол жыныстағы қызметкер",
            "In private, staff of the same sex",
        ),
        ("in_view", "На виду у других", "Басқалардың көзінше", "In view of others"),
        ("other_sex", "Сотрудник другого пола", "Басқа жыныстағы қызметкер", "Staff of the other sex"),
        ("never", "Не проводят", "Жүргізілмейді", "Not carried out"),
    ),
    "hearing": _choices(
        ("told", "Сообщают, в чём обвиняют", "Неге айыпталғаны айтылады", "Told of the accusation"),
        ("time", "Время подготовиться", "Дайындалуға уақыт", "Time to prepare"),
        ("heard", "Слушают лично", "Жеке тыңдалады", "Heard in person"),
        ("lawyer", "Помощь адвоката", "Адвокат көмегі", "Legal help"),
        ("appeal", "Можно обжаловать", "Шағымдануға болады", "May appeal"),
        ("nothing", "Ничего из этого", "Бұлардың ешқайсысы", "None of these"),
    ),
    "solitary_used": _choices(
        ("today", "Да, есть и сегодня", "Иә, бүгін де бар", "Yes, today as well"),
        ("this_year", "Да, за 12 месяцев", "Иә, соңғы 12 айда", "Yes, in the last 12 months"),
        ("no", "Нет", "Жоқ", "No"),
    ),
    "solitary_groups": _choices(
        ("nobody", "Никого из них", "Олардың ешқайсысы", "Nobody among them"),
        ("children", "Несовершеннолетние", "Кәмелетке толмағандар", "Children"),
        (
            "women",
            "Беременные, матери с младенцами",
            "Жүкті әйелдер, сәбилі аналар",
            "Pregnant women, mothers with infants",
        ),
        (
            "disability",
            "Люди с инвалидностью, которым стало хуже",
            "Жағдайы нашарлаған мүгедектігі бар адамдар",
            "People with disabilities that it made worse",
        ),
    ),
    "cell_light": _choices(
        (
            "normal",
            "Днём светло, ночью гасят",
            "Күндіз жарық, түнде сөндіріледі",
            "Light by day, off at night",
        ),
        ("dark", "Темно", "Қараңғы", "Dark"),
        ("always_lit", "Свет горит всегда", "Жарық үнемі жанып тұрады", "Lit day and night"),
    ),
    "sanction_family": _choices(
        ("kept", "Сохраняются", "Сақталады", "Kept"),
        ("limited", "Ограничены на время", "Уақытша шектеледі", "Limited for a time"),
        ("banned", "Запрещены", "Тыйым салынады", "Prohibited"),
    ),
    "enough": _choices(
        ("yes", "Да", "Иә", "Yes"), ("partly", "Частично", "Ішінара", "Partly"), ("no", "Нет", "Жоқ", "No")
    ),
    "air": _choices(
        ("window", "Окно открывается", "Терезе ашылады", "The window opens"),
        ("fan", "Только вентиляция", "Тек желдету", "Ventilation only"),
        ("stale", "Душно", "Тынысы тар", "The air is stale"),
    ),
    "toilet": _choices(
        ("closed", "Отгорожен полностью", "Толық бөлінген", "Fully enclosed"),
        ("half", "Отгорожен частично", "Ішінара бөлінген", "Partly enclosed"),
        ("open", "Не отгорожен", "Бөлінбеген", "Open"),
        ("outside", "Вне камеры", "Камерадан тыс", "Outside the cell"),
    ),
    "water": _choices(
        ("always", "Всегда", "Әрдайым", "At all times"),
        ("at_hours", "По часам", "Белгілі сағаттарда", "At set hours"),
        ("none", "Нет", "Жоқ", "None"),
    ),
    "bedding": _choices(
        ("mattress", "Матрас", "Матрас", "Mattress"),
        ("blanket", "Одеяло", "Көрпе", "Blanket"),
        ("linen", "Чистое бельё", "Таза төсек жаймасы", "Clean linen"),
        ("soap", "Мыло, зубная паста", "Сабын, тіс пастасы", "Soap, toothpaste"),
        ("pads", "Гигиенические прокладки", "Гигиеналық төсемдер", "Sanitary pads"),
    ),
    "exam_privacy": _choices(
        ("alone", "Никто", "Ешкім", "Nobody"),
        (
            "staff_see",
            "Сотрудники видят, но не слышат",
            "Қызметкерлер көреді, бірақ естімейді",
            "Guards see but do not hear",
        ),
        ("staff_hear", "Сотрудники слышат", "Қызметкерлер естиді", "Guards hear"),
    ),
    "night_care": _choices(
        ("doctor", "Врач на месте", "Орнындағы дәрігер", "A doctor on site"),
        ("nurse", "Фельдшер или медсестра", "Фельдшер немесе мейіргер", "A nurse or paramedic"),
        ("ambulance", "Вызывают скорую", "Жедел жәрдем шақырылады", "An ambulance is called"),
        ("nobody", "Никто", "Ешкім", "Nobody"),
    ),
    "overruled": _choices(
        ("never", "Никогда", "Ешқашан", "Never"),
        ("sometimes", "Иногда", "Кейде", "Sometimes"),
        ("often", "Часто", "Жиі", "Often"),
    ),
    "medicines": _choices(
        ("none", "Хватает всех", "Бәрі жетеді", "None"),
        ("tb", "От туберкулёза", "Туберкулезге қарсы", "For tuberculosis"),
        ("hiv", "От ВИЧ", "АИТВ-ға қарсы", "For HIV"),
        ("psychiatric", "Психиатрических", "Психиатриялық", "Psychiatric"),
        ("pain", "Обезболивающих", "Ауырсынуды басатын", "For pain"),
        other=True,
    ),
    "visit_room": _choices(
        ("open", "Без перегородки", "Қалқасыз", "Without a partition"),
        ("glass", "Через стекло", "Шыны арқылы", "Through glass"),
        ("video", "Только по видеосвязи", "Тек бейнебайланыс арқылы", "By video only"),
        ("none", "Не проходят", "Өтпейді", "Not held"),
    ),
    "lawyer_meeting": _choices(
        ("private", "Наедине", "Оңаша", "In private"),
        ("seen", "Видят, но не слышат", "Көреді, бірақ естімейді", "Seen but not heard"),
        ("heard", "Сотрудники слышат", "Қызметкерлер естиді", "Staff can hear"),
        ("none", "Не проходят", "Өтпейді", "Not held"),
    ),
    "rights_info": _choices(
        (
            "written",
            "Письменно, на понятном языке",
            "Жазбаша, түсінікті тілде",
            "In writing, in a language they know",
        ),
        ("poster", "Письменно, на одном языке", "Жазбаша, бір ғана тілде", "In writing, in one language"),
        ("oral", "Только устно", "Тек ауызша", "By word of mouth only"),
        ("nothing", "Никак", "Айтылмайды", "Not at all"),
    ),
    "complaint_ways": _choices(
        ("box", "Ящик для жалоб", "Шағым жәшігі", "Complaints box"),
        ("sealed", "Закрытое письмо", "Жабық хат", "Sealed letter"),
        ("phone", "Телефон", "Телефон", "Telephone"),
        ("terminal", "Электронный терминал", "Электрондық терминал", "Electronic terminal"),
        ("staff", "Только через сотрудника", "Тек қызметкер арқылы", "Only through staff"),
    ),
    "yard": _choices(
        ("open", "Открытый, просторный", "Ашық, кең", "Open and spacious"),
        ("small", "Открытый, тесный", "Ашық, тар", "Open and cramped"),
        ("roofed", "Крытый бокс", "Жабық бокс", "A roofed box"),
        ("none", "Двора нет", "Аула жоқ", "There is none"),
    ),
    "work_pay": _choices(
        (
            "full",
            "Не ниже минимальной зарплаты",
            "Ең төменгі жалақыдан кем емес",
            "At least the minimum wage",
        ),
        ("less", "Ниже минимальной", "Ең төменгі жалақыдан кем", "Below the minimum wage"),
        ("none", "Не оплачивается", "Ақы төленбейді", "Not paid"),
    ),
    "activities": _choices(
        ("sport", "Спорт", "Спорт", "Sport"),
        ("study", "Учёба", "Оқу", "Study"),
        ("craft", "Ремёсла", "Қолөнер", "Crafts"),
        ("tv", "Телевизор, радио", "Теледидар, радио", "Television, radio"),
        ("games", "Игры", "Ойындар", "Games"),
        ("nothing", "Ничем", "Ештеңемен", "Nothing"),
    ),
    "library_use": _choices(
        ("weekly", "Да, каждую неделю", "Иә, апта сайын", "Yes, every week"),
        ("rarely", "Реже", "Сирегірек", "Less often"),
        ("none", "Библиотеки нет", "Кітапхана жоқ", "There is no library"),
    ),
    "religion": _choices(
        ("free", "Да, свободно", "Иә, еркін", "Yes, freely"),
        ("limited", "С ограничениями", "Шектеулермен", "With restrictions"),
        ("no", "Нет", "Жоқ", "No"),
    ),
    "separation": _choices(
        ("separate", "Да, полностью", "Иә, толық", "Yes, fully"),
        ("partly", "Не всегда", "Әрдайым емес", "Not always"),
        ("together", "Нет, вместе", "Жоқ, бірге", "No, together"),
        ("not_held", "Таких людей нет", "Мұндай адамдар жоқ", "No such people here"),
    ),
    "women_area": _choices(
        ("never", "Никогда", "Ешқашан", "Never"),
        ("sometimes", "Иногда", "Кейде", "Sometimes"),
        ("often", "Часто", "Жиі", "Often"),
        ("no_women", "Женщин здесь нет", "Мұнда әйелдер жоқ", "No women here"),
    ),
    "access": _choices(
        ("ramp", "Вход и пандус", "Кіреберіс және пандус", "Entrance and ramp"),
        ("toilet", "Туалет и душ", "Дәретхана және душ", "Toilet and shower"),
        ("bed", "Кровать", "Төсек", "Bed"),
        ("help", "Помощник", "Көмекші", "A helper"),
        ("nothing", "Ничего", "Ештеңе", "Nothing"),
    ),
    "interpreter": _choices(
        ("always", "Всегда", "Әрдайым", "Always"),
        (
            "hearings",
            "Только на следствии и в суде",
            "Тек тергеу мен сотта",
            "Only for investigation and court",
        ),
        ("none", "Нет", "Жоқ", "None"),
    ),
    "training": _choices(
        ("rights", "Права человека", "Адам құқықтары", "Human rights"),
        ("force", "Применение силы", "Күш қолдану", "Use of force"),
        ("calm", "Снятие напряжения без силы", "Күшсіз шиеленісті бәсеңдету", "De-escalation"),
        ("firstaid", "Первая помощь", "Алғашқы көмек", "First aid"),
        ("suicide", "Предупреждение суицида", "Суицидтің алдын алу", "Suicide prevention"),
        ("nothing", "Ничему", "Ештеңеге", "Nothing"),
    ),
}
