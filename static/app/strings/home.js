/** Strings of the first screen. */
/** @type {import('../i18n.js').Strings} */
export default {
  'home.greeting': { ru: 'Здравствуйте, {name}', kk: 'Сәлеметсіз бе, {name}', en: 'Hello, {name}' },
  'home.today': { ru: 'Сегодня', kk: 'Бүгін', en: 'Today' },
  'home.unfinished': { ru: 'Не завершено', kk: 'Аяқталмаған', en: 'Not finished' },
  'home.unfinished.text': { ru: 'Посещение прошло, но его материал ещё не сдан.', kk: 'Бару өтті, бірақ оның материалы әлі тапсырылған жоқ.', en: 'The visit is over, but its material has not been handed in.' },
  'home.coming': { ru: 'Скоро', kk: 'Жақында', en: 'Coming' },
  'home.earlier': { ru: 'Закрытые посещения на планшете', kk: 'Планшеттегі жабылған барулар', en: 'Closed visits on the tablet' },
  'home.go.onsite': { ru: 'На место', kk: 'Орынға', en: 'Go on site' },
  'home.go.continue': { ru: 'Продолжить на месте', kk: 'Орында жалғастыру', en: 'Continue on site' },
  'home.go.wrapup': { ru: 'К выводам', kk: 'Қорытындыларға', en: 'Go to the findings' },
  'home.go.deliver': { ru: 'К отправке', kk: 'Жіберуге', en: 'Go to delivery' },
  'home.go.prepare': { ru: 'Подготовиться', kk: 'Дайындалу', en: 'Prepare' },
  'home.prepare': { ru: 'Подготовка', kk: 'Дайындық', en: 'Preparation' },
  'home.in': {
    ru: { one: 'через {n} день', few: 'через {n} дня', many: 'через {n} дней', other: 'через {n} дня' },
    kk: { other: '{n} күннен кейін' }, en: { one: 'in {n} day', other: 'in {n} days' },
  },
  'home.team': {
    ru: { one: '{n} участник', few: '{n} участника', many: '{n} участников', other: '{n} участника' },
    kk: { other: '{n} қатысушы' }, en: { one: '{n} member', other: '{n} members' },
  },
  'home.recommendations': {
    ru: { one: 'проверить {n} рекомендацию', few: 'проверить {n} рекомендации', many: 'проверить {n} рекомендаций', other: 'проверить {n} рекомендации' },
    kk: { other: '{n} ұсынымды тексеру' }, en: { one: '{n} recommendation to check', other: '{n} recommendations to check' },
  },
  'home.overdue': {
    ru: { one: 'по {n} срок истёк', few: 'по {n} срок истёк', many: 'по {n} срок истёк', other: 'по {n} срок истёк' },
    kk: { other: '{n} ұсынымның мерзімі өткен' }, en: { one: '{n} is overdue', other: '{n} are overdue' },
  },
  'home.here': { ru: 'Только на этом планшете', kk: 'Тек осы планшетте', en: 'On this tablet only' },
  'home.here.items': {
    ru: { one: 'запись ещё не на сервере', few: 'записи ещё не на сервере', many: 'записей ещё не на сервере', other: 'записи ещё не на сервере' },
    kk: { other: 'жазба әлі серверде жоқ' }, en: { one: 'item is not on the server yet', other: 'items are not on the server yet' },
  },
  'home.here.none': { ru: 'Всё записанное уже на сервере.', kk: 'Жазылғанның бәрі серверде.', en: 'Everything recorded is on the server.' },
  'home.here.more': { ru: 'Подробнее', kk: 'Толығырақ', en: 'Details' },
  'home.returned': {
    ru: { one: 'Офис вернул {n} запись на доработку.', few: 'Офис вернул {n} записи на доработку.', many: 'Офис вернул {n} записей на доработку.', other: 'Офис вернул {n} записи на доработку.' },
    kk: { other: 'Кеңсе {n} жазбаны түзетуге қайтарды.' }, en: { one: 'The office handed back {n} item to be mended.', other: 'The office handed back {n} items to be mended.' },
  },
  'home.returned.see': { ru: 'Посмотреть', kk: 'Қарау', en: 'See' },
  'home.special': { ru: 'Внеплановое посещение', kk: 'Жоспардан тыс бару', en: 'Unplanned visit' },
  'home.special.text': { ru: 'Поступило сообщение? Начните специальное посещение прямо здесь, связь не нужна.', kk: 'Хабарлама түсті ме? Арнайы баруды осында бастаңыз, байланыс қажет емес.', en: 'A report has come in? Start a special visit right here; no connection is needed.' },
  'home.empty': { ru: 'Посещений на планшете пока нет', kk: 'Планшетте әзірге барулар жоқ', en: 'There are no visits on the tablet yet' },
  'home.empty.text': { ru: 'Когда вас включат в группу посещения, оно придёт сюда само вместе с материалами. Пока можно посмотреть учреждения и стандарты.', kk: 'Сізді бару тобына қосқанда, ол материалдарымен бірге осында өзі келеді. Әзірге мекемелер мен стандарттарды қарауға болады.', en: 'When you are put on a visit’s team, it comes here by itself with its material. Meanwhile you can look at the facilities and the standards.' },
  'home.pin': { ru: 'Задайте PIN: после блокировки планшет откроется быстрее.', kk: 'PIN-код орнатыңыз: құлыпталғаннан кейін планшет тезірек ашылады.', en: 'Set a PIN: after locking, the tablet re-opens faster.' },
  'home.notToday': { ru: 'На сегодня посещений нет', kk: 'Бүгінге бару жоспарланбаған', en: 'No visit today' },
};
