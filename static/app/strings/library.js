/** Strings of the library and of the choice of a norm. */
/** @type {import('../i18n.js').Strings} */
export default {
  'library.search': { ru: 'Слово, правило или тема', kk: 'Сөз, ереже немесе тақырып', en: 'Word, rule or theme' },
  'library.theme': { ru: 'Тема', kk: 'Тақырып', en: 'Theme' },
  'library.allThemes': { ru: 'Все темы', kk: 'Барлық тақырып', en: 'All themes' },
  'library.articles': {
    ru: { one: '{n} статья', few: '{n} статьи', many: '{n} статей', other: '{n} статьи' },
    kk: { other: '{n} бап' }, en: { one: '{n} article', other: '{n} articles' },
  },
  'library.kind.treaty': { ru: 'Договор', kk: 'Шарт', en: 'Treaty' },
  'library.kind.law': { ru: 'Закон', kk: 'Заң', en: 'Law' },
  'library.kind.standard': { ru: 'Стандарт', kk: 'Стандарт', en: 'Standard' },
  'library.kind.guide': { ru: 'Памятка', kk: 'Жадынама', en: 'Guide' },
  'library.empty': { ru: 'Библиотека ещё не загружена', kk: 'Кітапхана әлі жүктелген жоқ', en: 'The library has not arrived yet' },
  'library.none': { ru: 'Ничего не нашлось', kk: 'Ештеңе табылмады', en: 'Nothing found' },
  'library.none.text': { ru: 'Попробуйте другое слово или номер правила. Тексты ищутся на том языке, на котором они записаны.', kk: 'Басқа сөзді немесе ереже нөмірін қолданып көріңіз. Мәтіндер жазылған тілінде ізделеді.', en: 'Try another word or the number of a rule. Texts are searched in the language they are written in.' },
  'library.reset': { ru: 'Показать всё', kk: 'Бәрін көрсету', en: 'Show all' },
  'library.textIn': { ru: 'Текст на языке: {language}', kk: 'Мәтін тілі: {language}', en: 'Text in {language}' },
  'library.previous': { ru: 'Предыдущая', kk: 'Алдыңғысы', en: 'Previous' },
  'library.next': { ru: 'Следующая', kk: 'Келесісі', en: 'Next' },
  'library.contents': { ru: 'Содержание', kk: 'Мазмұны', en: 'Contents' },
  'library.missing': { ru: 'Этой статьи нет на планшете.', kk: 'Бұл бап планшетте жоқ.', en: 'This article is not on the tablet.' },
  'library.toLibrary': { ru: 'К библиотеке', kk: 'Кітапханаға', en: 'To the library' },
  'library.pick': { ru: 'На какую норму сослаться?', kk: 'Қай нормаға сілтеме жасау керек?', en: 'Which norm applies?' },
  'library.pickThis': { ru: 'Сослаться', kk: 'Сілтеме жасау', en: 'Cite' },
  'library.choose': { ru: 'Выберите статью: она откроется здесь.', kk: 'Бапты таңдаңыз: ол осында ашылады.', en: 'Choose an article: it opens here.' },
};
