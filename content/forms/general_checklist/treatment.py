"""Theme 2: treatment and safety."""

from __future__ import annotations

from content.forms.workbook import Row, Text, flag, group, question

NOT_NEGATIVE = Text(
    "Число не может быть отрицательным.", "Сан теріс болмауы керек.", "The number cannot be negative."
)
_NOT_MORE_CASES = Text(
    "Не больше числа случаев.", "Жағдайлар санынан аспауы керек.", "No more than the number of cases."
)


def rows() -> list[Row]:
    """The page's rows in order."""
    return group(
        "treatment",
        Text("Обращение и безопасность", "Қарым-қатынас және қауіпсіздік", "Treatment and safety"),
        [
            question(
                "integer",
                "injuries",
                Text(
                    "Сколько телесных повреждений записано в медицинском журнале за 12 месяцев?",
                    "12 айда медициналық журналға неше дене жарақаты жазылды?",
                    "How many injuries does the medical register show for the last 12 months?",
                ),
                None,
                NOT_NEGATIVE,
                constraint=". >= 0",
            ),
            question(
                "integer",
                "allegations",
                Text(
                    "Сколько сообщений о пытках или жестоком обращении зарегистрировано за 12 месяцев?",
                    "12 айда азаптау немесе қатыгез қарау туралы неше хабарлама тіркелді?",
                    "How many allegations of torture or ill-treatment were registered in the last 12 months?",
                ),
                None,
                NOT_NEGATIVE,
                constraint=". >= 0",
            ),
            question(
                "integer",
                "allegations_investigated",
                Text(
                    "По скольким из них ведёт или вёл расследование независимый орган?",
                    "Олардың нешеуін тәуелсіз орган тергеп жатыр немесе тергеді?",
                    "How many of them are or were investigated by an independent authority?",
                ),
                None,
                Text(
                    "Не больше числа сообщений.",
                    "Хабарламалар санынан аспауы керек.",
                    "No more than the allegations.",
                ),
                relevant="${allegations} > 0",
                constraint=". >= 0 and . <= ${allegations}",
            ),
            flag(
                "flag_allegations",
                "${allegations_investigated} != '' and ${allegations_investigated} < ${allegations}",
                "mandela/57",
                Text(
                    "Независимое расследование ведётся не по каждому сообщению.",
                    "Тәуелсіз тергеу хабарламалардың бәрі бойынша жүргізілмейді.",
                    "Not every allegation is investigated by an independent authority.",
                ),
                Text(
                    "Правило 57: по каждому такому сообщению независимый орган проводит быстрое и беспристрастное расследование.",
                    "57-қағида: мұндай әр хабарламаны тәуелсіз орган жедел әрі бейтарап тергейді.",
                    "Rule 57: such allegations result in a prompt and impartial investigation by an independent national authority.",
                ),
            ),
            question(
                "integer",
                "deaths",
                Text(
                    "Сколько человек умерло за 12 месяцев?",
                    "12 айда неше адам қайтыс болды?",
                    "How many people died in the last 12 months?",
                ),
                None,
                NOT_NEGATIVE,
                constraint=". >= 0",
            ),
            question(
                "integer",
                "deaths_reported",
                Text(
                    "О скольких смертях сразу сообщили независимому органу?",
                    "Неше өлім туралы тәуелсіз органға бірден хабарланды?",
                    "How many deaths were reported at once to an independent authority?",
                ),
                None,
                _NOT_MORE_CASES,
                relevant="${deaths} > 0",
                constraint=". >= 0 and . <= ${deaths}",
            ),
            flag(
                "flag_deaths",
                "${deaths_reported} != '' and ${deaths_reported} < ${deaths}",
                "mandela/71",
                Text(
                    "О смерти сообщили не во всех случаях.",
                    "Өлім туралы барлық жағдайда хабарланбаған.",
                    "Not every death was reported.",
                ),
                Text(
                    "Правило 71: о любой смерти без промедления сообщают независимому органу.",
                    "71-қағида: кез келген өлім туралы тәуелсіз органға кідіріссіз хабарланады.",
                    "Rule 71: any custodial death is reported without delay to an independent authority.",
                ),
            ),
            question(
                "select_multiple restraints",
                "restraints",
                Text(
                    "Какие средства сдерживания вы видели или нашли в журнале?",
                    "Қандай тежеу құралдарын көрдіңіз немесе журналдан таптыңыз?",
                    "Which instruments of restraint did you see or find in the register?",
                ),
                None,
                Text(
                    "«Никаких» и «Не проверено» не сочетаются с другими ответами.",
                    "«Ешқандай» мен «Тексерілмеді» басқа жауаптармен қатар белгіленбейді.",
                    "“None” and “Not checked” stand alone.",
                ),
                constraint="not((selected(., 'none') or selected(., 'not_checked')) and count-selected(.) > 1)",
            ),
            flag(
                "flag_chains",
                "selected(${restraints}, 'chains')",
                "mandela/47",
                Text(
                    "Применяются цепи или кандалы.",
                    "Шынжыр немесе кісен-бұғау қолданылады.",
                    "Chains or irons are used.",
                ),
                Text(
                    "Правило 47: цепи, кандалы и другие унижающие или причиняющие боль средства запрещены.",
                    "47-қағида: шынжыр, бұғау және өзге де қорлайтын немесе ауыртатын құралдарға тыйым салынған.",
                    "Rule 47: chains, irons and other degrading or painful instruments are prohibited.",
                ),
            ),
            question(
                "integer",
                "restraint_cases",
                Text(
                    "Сколько раз за 12 месяцев их применяли внутри учреждения?",
                    "12 айда оларды мекеме ішінде неше рет қолданды?",
                    "How often were they used inside the facility in the last 12 months?",
                ),
                Text(
                    "Без перевозок и конвоя.",
                    "Тасымалдау мен айдауылды қоспағанда.",
                    "Transfers and escorts excluded.",
                ),
                NOT_NEGATIVE,
                relevant="${restraints} != '' and not(selected(${restraints}, 'none'))",
                constraint=". >= 0",
            ),
            question(
                "integer",
                "restraint_no_doctor",
                Text(
                    "В скольких случаях врача не известили сразу?",
                    "Неше жағдайда дәрігерге бірден хабарланбады?",
                    "In how many cases was the physician not alerted at once?",
                ),
                None,
                _NOT_MORE_CASES,
                relevant="${restraint_cases} > 0",
                constraint=". >= 0 and . <= ${restraint_cases}",
            ),
            flag(
                "flag_restraint_doctor",
                "${restraint_no_doctor} > 0",
                "mandela/47",
                Text(
                    "Врача известили не во всех случаях.",
                    "Дәрігерге барлық жағдайда хабарланбаған.",
                    "The physician was not alerted in every case.",
                ),
                Text(
                    "Правило 47: начальник немедленно извещает врача.",
                    "47-қағида: мекеме басшысы дәрігерге дереу хабарлайды.",
                    "Rule 47: the director shall immediately alert the physician.",
                ),
            ),
            question(
                "select_one strip_search",
                "strip_search",
                Text(
                    "Как проводят обыск с раздеванием?",
                    "Шешіндіріп тінту қалай жүргізіледі?",
                    "How are strip searches carried out?",
                ),
            ),
            flag(
                "flag_strip_search",
                "${strip_search} = 'other_sex' or ${strip_search} = 'in_view'",
                "mandela/52",
                Text(
                    "Обыск проводят на виду или сотрудники другого пола.",
                    "Тінтуді көпшілік көзінше немесе басқа жыныстағы қызметкерлер жүргізеді.",
                    "Searches are made in view of others or by staff of the other sex.",
                ),
                Text(
                    "Правило 52: без посторонних, обученные сотрудники того же пола.",
                    "52-қағида: оңаша жерде, сол жыныстағы дайындықтан өткен қызметкерлер жүргізеді.",
                    "Rule 52: in private and by trained staff of the same sex.",
                ),
            ),
            question(
                "text",
                "treatment_account",
                Text(
                    "Что люди рассказывают об обращении с ними?",
                    "Адамдар өздеріне деген қарым-қатынас туралы не айтады?",
                    "What do people say about how they are treated?",
                ),
                Text(
                    "Без имён и примет: рассказы отдельных людей записывайте в беседах.",
                    "Есімдер мен белгілерсіз: жеке адамдардың әңгімесін «Әңгімелесу» бөліміне жазыңыз.",
                    "No names or features: what one person tells belongs in an interview.",
                ),
                appearance="multiline",
            ),
            question(
                "audio",
                "treatment_voice",
                Text(
                    "Ваше наблюдение голосом", "Байқауыңызды дауыспен жазыңыз", "Your own observation, spoken"
                ),
                Text(
                    "Говорите сами и там, где вас не слышат.",
                    "Өзіңіз, ешкім естімейтін жерде айтыңыз.",
                    "Your own voice only, where nobody can hear you.",
                ),
            ),
        ],
    )
