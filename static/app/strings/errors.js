/**
 * What a person is told for every code of docs/engine.md: `.what` happened, what is `.safe`, what to `.do`.
 * `unknown` stands for anything without a code of ours.
 */
/** @type {Record<string, {what: string[], safe: string[], do: string[]}>} each in Russian, Kazakh, English */
const CODES = {
  'wrong-passphrase': {
    what: ['Слова не подошли.', 'Сөздер сәйкес келмеді.', 'These words do not fit.'],
    safe: ['Хранилище цело, попытки не ограничены.', 'Қойма бүтін, талпыныс саны шектелмеген.', 'The vault is intact, and you may try as often as you need.'],
    do: ['Проверьте порядок слов и опечатки.', 'Сөздердің ретін және қате терілмегенін тексеріңіз.', 'Check the order of the words and the spelling.'],
  },
  'wrong-passkey': {
    what: ['Слова и ключ доступа вместе не подошли.', 'Сөздер мен кіру кілті бірге сәйкес келмеді.', 'These words and this passkey do not fit together.'],
    safe: ['Хранилище цело.', 'Қойма бүтін.', 'The vault is intact.'],
    do: ['Проверьте первые четыре слова или введите все слова: они открывают и без ключа доступа.', 'Алғашқы төрт сөзді тексеріңіз немесе барлық сөзді енгізіңіз: олар кіру кілтінсіз де ашады.', 'Check the first four words, or type all of them: they open without the passkey.'],
  },
  'passkey-refused': {
    what: ['Ключ доступа не ответил: отмена, другой палец или его нет под рукой.', 'Кіру кілті жауап бермеді: бас тартылды, басқа саусақ немесе кілт қасыңызда жоқ.', 'The passkey did not answer: cancelled, another finger, or not at hand.'],
    safe: ['Ничего не изменилось.', 'Ештеңе өзгерген жоқ.', 'Nothing has changed.'],
    do: ['Повторите или введите все слова: они открывают и без ключа доступа.', 'Қайталаңыз немесе барлық сөзді енгізіңіз: олар кіру кілтінсіз де ашады.', 'Try again, or type all the words: they open without the passkey.'],
  },
  'passkey-unsupported': {
    what: ['Здесь ключ доступа не умеет того, что нужно хранилищу.', 'Мұндағы кіру кілті қоймаға қажет мүмкіндікті бермейді.', 'A passkey here cannot do what the vault needs.'],
    safe: ['Ничего не изменилось: открывают слова.', 'Ештеңе өзгерген жоқ: сөздер ашады.', 'Nothing has changed: the words open.'],
    do: ['Работайте со словами. Созданный ключ доступа можно удалить в настройках системы.', 'Сөздермен жұмыс істеңіз. Жасалған кіру кілтін жүйе баптауларынан жоюға болады.', 'Go on with the words. A passkey that was made can be removed in the system’s settings.'],
  },
  'vault-damaged': {
    what: ['Хранилище на этом планшете повреждено и не открывается ни с какими словами.', 'Осы планшеттегі қойма бүлінген, ол ешқандай сөзбен ашылмайды.', 'The vault on this tablet is damaged and opens with no words at all.'],
    safe: ['Запечатанное ранее всё равно отправится.', 'Бұрын мөрленгені бәрібір жіберіледі.', 'What was sealed before is still delivered.'],
    do: ['Подключите планшет к сети и сообщите в офис; не стирайте данные браузера.', 'Планшетті желіге қосып, кеңсеге хабарлаңыз; браузер деректерін өшірмеңіз.', 'Connect the tablet and tell the office; do not clear the browser’s data.'],
  },
  'newer-version': {
    what: ['Данные на этом планшете записаны более новой версией Айғақ.', 'Осы планшеттегі дерек Айғақтың жаңарақ нұсқасымен жазылған.', 'The data on this tablet were written by a newer version of Aigaq.'],
    safe: ['Всё на месте, ничего не изменено.', 'Бәрі орнында, ештеңе өзгерген жоқ.', 'Everything is in its place; nothing was changed.'],
    do: ['Подключите планшет к сети, закройте все вкладки Айғақ и откройте снова: загрузится новая версия.', 'Планшетті желіге қосып, Айғақтың барлық қойындысын жауып, қайта ашыңыз: жаңа нұсқа жүктеледі.', 'Connect the tablet, close all tabs of Aigaq and open it again: the new version will load.'],
  },
  'no-vault': {
    what: ['На этом планшете ещё нет хранилища.', 'Бұл планшетте әлі қойма жоқ.', 'There is no vault on this tablet yet.'],
    safe: ['Терять здесь нечего.', 'Мұнда жоғалтатын ештеңе жоқ.', 'There is nothing here to lose.'],
    do: ['Попросите в офисе код и начните подключение.', 'Кеңседен код сұрап, қосуды бастаңыз.', 'Ask the office for a code and start enrolling.'],
  },
  locked: {
    what: ['Планшет заблокирован.', 'Планшет құлыпталған.', 'The tablet is locked.'],
    safe: ['Всё сохранённое на месте.', 'Сақталғанның бәрі орнында.', 'Everything saved is in its place.'],
    do: ['Разблокируйте его и повторите.', 'Құлпын ашып, қайталаңыз.', 'Unlock it and try again.'],
  },
  'not-owner': {
    what: ['Айғақ открыт в другой вкладке.', 'Айғақ басқа қойындыда ашық.', 'Aigaq is open in another tab.'],
    safe: ['Там всё сохранено.', 'Ондағының бәрі сақталған.', 'Everything is saved there.'],
    do: ['Вернитесь в ту вкладку или продолжите здесь.', 'Сол қойындыға оралыңыз немесе осында жалғастырыңыз.', 'Go back to that tab, or continue here.'],
  },
  'wrong-pin': {
    what: ['PIN-код не подошёл.', 'PIN-код сәйкес келмеді.', 'The PIN does not fit.'],
    safe: ['После пяти ошибок понадобятся слова доступа; записанное не пострадает.', 'Бес қатеден кейін кіру сөздері қажет болады; жазылғанға зиян келмейді.', 'After five mistakes the access words are needed; what you recorded does not suffer.'],
    do: ['Введите PIN ещё раз.', 'PIN-кодты қайта енгізіңіз.', 'Enter the PIN again.'],
  },
  'pin-gone': {
    what: ['PIN больше не открывает: ключи удалены из памяти.', 'PIN енді ашпайды: кілттер жадтан жойылды.', 'The PIN no longer opens: the keys have left the memory.'],
    safe: ['Всё сохранённое на месте.', 'Сақталғанның бәрі орнында.', 'Everything saved is in its place.'],
    do: ['Введите слова доступа.', 'Кіру сөздерін енгізіңіз.', 'Enter your access words.'],
  },
  offline: {
    what: ['Нет связи с сервером.', 'Сервермен байланыс жоқ.', 'There is no connection to the server.'],
    safe: ['Всё записанное сохранено на планшете.', 'Жазылғанның бәрі планшетте сақталған.', 'Everything recorded is saved on the tablet.'],
    do: ['Продолжайте; когда связь появится, всё уйдёт само.', 'Жалғастыра беріңіз; байланыс пайда болғанда бәрі өзі жіберіледі.', 'Carry on; when there is a connection it all leaves by itself.'],
  },
  portal: {
    what: ['Эта сеть Wi-Fi сначала просит войти через браузер.', 'Бұл Wi-Fi желісі алдымен браузер арқылы кіруді сұрайды.', 'This Wi-Fi network first wants a sign-in in the browser.'],
    safe: ['Серверу ничего чужого не отправлено, записанное ждёт здесь.', 'Бөтен серверге ештеңе жіберілген жоқ, жазылғаны осында күтеді.', 'Nothing was sent to a stranger; what you recorded waits here.'],
    do: ['Войдите в сеть в браузере или возьмите другую.', 'Браузерде желіге кіріңіз немесе басқа желіні таңдаңыз.', 'Sign in to the network in the browser, or take another one.'],
  },
  'server-error': {
    what: ['Сервер ответил ошибкой.', 'Сервер қатемен жауап берді.', 'The server answered with an error.'],
    safe: ['Записанное сохранено на планшете.', 'Жазылғаны планшетте сақталған.', 'What you recorded is saved on the tablet.'],
    do: ['Планшет повторит сам; если это длится дольше часа, сообщите в офис.', 'Планшет өзі қайталайды; бұл бір сағаттан ұзаққа созылса, кеңсеге хабарлаңыз.', 'The tablet tries again by itself; tell the office if it lasts more than an hour.'],
  },
  'code-unknown': {
    what: ['Сервер не знает такого кода.', 'Сервер мұндай кодты білмейді.', 'The server does not know this code.'],
    safe: ['Ничего не изменилось.', 'Ештеңе өзгерген жоқ.', 'Nothing has changed.'],
    do: ['Сверьте код с экраном офиса.', 'Кодты кеңсе экранымен салыстырыңыз.', 'Compare the code with the office’s screen.'],
  },
  'code-expired': {
    what: ['Срок кода истёк, или он уже использован.', 'Кодтың мерзімі өткен немесе ол пайдаланылған.', 'The code has expired or has been used.'],
    safe: ['Ничего не изменилось.', 'Ештеңе өзгерген жоқ.', 'Nothing has changed.'],
    do: ['Попросите в офисе новый код: он действует 15 минут.', 'Кеңседен жаңа код сұраңыз: ол 15 минут жарамды.', 'Ask the office for a new code: it is good for 15 minutes.'],
  },
  'code-mistyped': {
    what: ['В коде опечатка.', 'Кодта қате бар.', 'The code is mistyped.'],
    safe: ['Код ещё действует.', 'Код әлі жарамды.', 'The code is still good.'],
    do: ['Введите 12 знаков ещё раз, как на экране офиса.', 'Кеңсе экранындағыдай 12 таңбаны қайта енгізіңіз.', 'Enter the 12 characters again as the office’s screen shows them.'],
  },
  'root-mismatch': {
    what: ['Этот сервер не тот, от которого получен код.', 'Бұл сервер код алынған сервер емес.', 'This server is not the one that gave the code.'],
    safe: ['Планшет ничего ему не доверил.', 'Планшет оған ештеңе сеніп тапсырған жоқ.', 'The tablet has trusted it with nothing.'],
    do: ['Не продолжайте в этой сети; сообщите в офис.', 'Бұл желіде жалғастырмаңыз; кеңсеге хабарлаңыз.', 'Do not go on in this network; tell the office.'],
  },
  'device-revoked': {
    what: ['Офис отозвал этот планшет.', 'Кеңсе бұл планшеттің рұқсатын қайтарып алды.', 'The office has withdrawn this tablet.'],
    safe: ['Записанное вами всё равно принимается.', 'Сіз жазғандар бәрібір қабылданады.', 'What you recorded is still accepted.'],
    do: ['Позвоните в офис, если это ошибка.', 'Бұл қате болса, кеңсеге қоңырау шалыңыз.', 'Call the office if this is a mistake.'],
  },
  'storage-full': {
    what: ['На планшете кончилось место.', 'Планшетте орын қалмады.', 'The tablet has run out of space.'],
    safe: ['Всё, что отмечено сохранённым, сохранено.', '«Сақталды» деп белгіленгеннің бәрі сақталған.', 'Everything marked as saved is saved.'],
    do: ['Освободите место на шаге «Отправка» или удалите с планшета посторонние файлы.', '«Жіберу» қадамында орын босатыңыз немесе планшеттен бөгде файлдарды жойыңыз.', 'Free space in the step “Deliver”, or remove other files from the tablet.'],
  },
  'nearly-full': {
    what: ['На планшете почти не осталось места: новую запись начать нельзя.', 'Планшетте орын бітуге жақын: жаңа жазба бастауға болмайды.', 'The tablet is nearly full: no recording can be started.'],
    safe: ['Всё, что отмечено сохранённым, сохранено. Заметки и формы по-прежнему сохраняются.', '«Сақталды» деп белгіленгеннің бәрі сақталған. Ескертпелер мен нысандар бұрынғыдай сақталады.', 'Everything marked as saved is saved. Notes and forms are still saved.'],
    do: ['На шаге «Отправка» отправьте собранное и освободите место.', '«Жіберу» қадамында жиналғанды жіберіп, орын босатыңыз.', 'In the step “Deliver”, deliver what was collected and free some space.'],
  },
  'storage-refused': {
    what: ['Браузер не даёт хранить данные: возможно, это частное окно.', 'Браузер деректерді сақтауға рұқсат бермейді: бұл жеке терезе болуы мүмкін.', 'The browser refuses to store data: this may be a private window.'],
    safe: ['Сохранённое раньше не тронуто.', 'Бұрын сақталғанға тиіскен жоқпыз.', 'What was saved before is untouched.'],
    do: ['Откройте Айғақ в обычном окне и разрешите хранение.', 'Айғақты кәдімгі терезеде ашып, сақтауға рұқсат беріңіз.', 'Open Aigaq in an ordinary window and allow storage.'],
  },
  'record-damaged': {
    what: ['Одна запись на диске повреждена.', 'Дискідегі бір жазба бүлінген.', 'One record on the disk is damaged.'],
    safe: ['Остальные записи открываются, отправленное есть на сервере.', 'Қалған жазбалар ашылады, жіберілгені серверде бар.', 'The others open, and what was delivered is on the server.'],
    do: ['Продолжайте и сообщите в офис.', 'Жалғастырып, кеңсеге хабарлаңыз.', 'Carry on and tell the office.'],
  },
  sealed: {
    what: ['Это запечатано: на планшете оно больше не открывается.', 'Бұл мөрленген: планшетте енді ашылмайды.', 'This is sealed: it no longer opens on the tablet.'],
    safe: ['Оно цело и откроется у хранителя ключей в офисе.', 'Ол бүтін, оны кеңседегі кілт сақтаушы ашады.', 'It is whole, and a key holder in the office can open it.'],
    do: ['Если нужно дополнить, напишите краткое изложение или заметку.', 'Толықтыру керек болса, қысқаша мазмұн немесе ескертпе жазыңыз.', 'To add to it, write a summary or a note.'],
  },
  'not-here': {
    what: ['Этот файл на другом планшете или на сервере.', 'Бұл файл басқа планшетте немесе серверде.', 'This file is on another tablet or on the server.'],
    safe: ['Он не потерян.', 'Ол жоғалған жоқ.', 'It is not lost.'],
    do: ['Откройте его, когда будет связь.', 'Байланыс болғанда ашыңыз.', 'Open it when there is a connection.'],
  },
  erased: {
    what: ['Содержание стёрто по просьбе человека.', 'Мазмұны адамның өтінішімен өшірілген.', 'The content was erased at the person’s wish.'],
    safe: ['Так и должно быть.', 'Солай болуы керек.', 'This is as it should be.'],
    do: ['Делать ничего не нужно.', 'Ештеңе істеудің қажеті жоқ.', 'There is nothing to do.'],
  },
  'bad-document': {
    what: ['Запись не сохранена: в ней есть то, чего быть не может.', 'Жазба сақталмады: онда болмайтын нәрсе бар.', 'The item was not saved: something in it cannot be.'],
    safe: ['Введённое ещё на экране и в черновике.', 'Енгізілгені әлі экранда және жобада тұр.', 'What you entered is still on the screen and in the draft.'],
    do: ['Проверьте поля и сохраните ещё раз.', 'Өрістерді тексеріп, қайта сақтаңыз.', 'Check the fields and save again.'],
  },
  'unknown-medium': {
    what: ['Эта запись уже закрыта.', 'Бұл жазба жабылып қойған.', 'This recording is already closed.'],
    safe: ['Что было записано, сохранено.', 'Жазылғаны сақталған.', 'What was recorded is saved.'],
    do: ['Начните новую запись.', 'Жаңа жазуды бастаңыз.', 'Start a new recording.'],
  },
  refused: {
    what: ['Это действие не выполнено.', 'Бұл әрекет орындалмады.', 'This was not done.'],
    safe: ['Сохранённое не изменилось.', 'Сақталғаны өзгерген жоқ.', 'What is saved has not changed.'],
    do: ['Повторите; если не выйдет, заблокируйте и откройте Айғақ заново.', 'Қайталаңыз; болмаса, Айғақты құлыптап, қайта ашыңыз.', 'Try again; if that fails, lock Aigaq and open it anew.'],
  },
  unknown: {
    what: ['Этот экран споткнулся.', 'Бұл экранда ақау шықты.', 'This screen has stumbled.'],
    safe: ['Всё, что отмечено сохранённым, сохранено и отправится.', '«Сақталды» деп белгіленгеннің бәрі сақталған және жіберіледі.', 'Everything marked as saved is saved and will be delivered.'],
    do: ['Вернитесь и попробуйте ещё раз; если повторится, сообщите в офис.', 'Артқа оралып, қайта көріңіз; қайталанса, кеңсеге хабарлаңыз.', 'Go back and try again; if it happens again, tell the office.'],
  },
  screen: {
    what: ['Экран не загрузился.', 'Экран жүктелмеді.', 'The screen did not load.'],
    safe: ['Записанное на месте.', 'Жазылғаны орнында.', 'What you recorded is in its place.'],
    do: ['Вернитесь и откройте его снова; если вы без связи впервые, подключитесь один раз.', 'Артқа оралып, қайта ашыңыз; алғаш рет байланыссыз болсаңыз, бір рет желіге қосылыңыз.', 'Go back and open it again; if you are offline for the first time, connect once.'],
  },
};

/** @type {import('../i18n.js').Strings} */
const strings = {
  'errors.title': { ru: 'Что-то пошло не так', kk: 'Бірдеңе дұрыс болмады', en: 'Something went wrong' },
  'errors.retry': { ru: 'Открыть ещё раз', kk: 'Қайта ашу', en: 'Open again' },
  'errors.home': { ru: 'На главный экран', kk: 'Басты экранға', en: 'To the first screen' },
  'errors.detail': { ru: 'Для офиса: {detail}', kk: 'Кеңсе үшін: {detail}', en: 'For the office: {detail}' },
};
for (const [code, parts] of Object.entries(CODES)) {
  for (const [part, [ru, kk, en]] of Object.entries(parts)) strings[`errors.${code}.${part}`] = { ru, kk, en };
}

export default strings;
