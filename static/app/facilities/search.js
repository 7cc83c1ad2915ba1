/**
 * Finds facilities by anything a person may type: official and colloquial names, aliases, old codes, in any
 * of the three languages, in either alphabet. Pure.
 *
 * Every text is folded twice: as it *sounds* («Караганды», "Qaraghandy", "Karagandy" are one) and as it
 * *looks* («АК-159/7» typed with Latin A and K). A token matches when either folding matches.
 */

/** How letters sound, in a plain Latin skeleton. @type {Record<string, string>} */
const SOUND = {
  а: 'a', ә: 'a', б: 'b', в: 'v', г: 'g', ғ: 'g', д: 'd', е: 'e', ё: 'e', ж: 'zh', з: 'z', и: 'i', й: 'i', і: 'i', к: 'k', қ: 'k',
  л: 'l', м: 'm', н: 'n', ң: 'n', о: 'o', ө: 'o', п: 'p', р: 'r', с: 's', т: 't', у: 'u', ұ: 'u', ү: 'u', ф: 'f', х: 'h', һ: 'h',
  ц: 'ts', ч: 'ch', ш: 'sh', щ: 'sh', ъ: '', ы: 'i', ь: '', э: 'e', ю: 'iu', я: 'ia',
};
/** Which Latin letter a Cyrillic one looks like. @type {Record<string, string>} */
const LOOK = {
  а: 'a', в: 'b', с: 'c', е: 'e', ё: 'e', н: 'h', к: 'k', қ: 'k', м: 'm', о: 'o', ө: 'o', р: 'p', т: 't', у: 'y', ү: 'y', ұ: 'y', х: 'x', і: 'i',
};
/** Latin spellings of one sound, longest first. @type {[RegExp, string][]} */
const SPELLINGS = [
  [/shch/g, 'sh'], [/kh/g, 'h'], [/gh/g, 'g'], [/ng(?![aeiou])/g, 'n'], [/dzh/g, 'zh'], [/j/g, 'zh'], [/ya/g, 'ia'], [/yu/g, 'iu'], [/yo/g, 'e'],
  [/ye/g, 'e'], [/[yı]/g, 'i'], [/q/g, 'k'], [/w/g, 'u'], [/x/g, 'ks'], [/ii+/g, 'i'],
];

/**
 * Lower case, no diacritics of Latin letters, without the number sign. Kazakh letters stay letters of their own.
 * @param {string} text
 */
function plain(text) {
  const lower = text.toLowerCase().replace(/[№#]/g, ' ');
  return lower.replace(/[a-z\u00c0-\u024f]+/g, (latin) => latin.normalize('NFD').replace(/\p{M}/gu, ''));
}

/** As it sounds. @param {string} text */
export function foldSound(text) {
  const latin = [...plain(text)].map((letter) => SOUND[letter] ?? letter).join('');
  const spelt = SPELLINGS.reduce((word, [pattern, sound]) => word.replace(pattern, sound), latin);
  return spelt.replace(/([a-z])\1+/g, '$1');
}

/** As it looks. @param {string} text */
export function foldLook(text) {
  return [...plain(text)].map((letter) => LOOK[letter] ?? letter).join('');
}

/** @typedef {{words: string[], compact: string[]}} Folded words of all fields; each field in one piece */
/** @typedef {{sound: Folded, look: Folded}} SearchKeys */

/**
 * What is searched of a facility: names in all languages, aliases, codes.
 * @param {{name?: Record<string, string>, aliases?: string[], codes?: string[]}} facility
 * @returns {SearchKeys}
 */
export function searchKeys({ name = {}, aliases = [], codes = [] }) {
  const fields = [...Object.values(name), ...aliases, ...codes].filter(Boolean);
  return { sound: folded(fields, foldSound), look: folded(fields, foldLook) };
}

/**
 * @param {string[]} fields @param {(text: string) => string} fold
 * @returns {Folded}
 */
function folded(fields, fold) {
  const texts = fields.map(fold);
  return { words: texts.flatMap(pieces), compact: texts.map(squeeze) };
}

/** Runs of letters, and runs of digits. @param {string} text */
function pieces(text) {
  return text.match(/\p{L}+|\d+/gu) ?? [];
}

/** Letters and digits only. @param {string} text */
function squeeze(text) {
  return text.replace(/[^\p{L}\d]+/gu, '');
}

/**
 * How well the query fits; 0 is not at all. Every token has to be found; the whole query as one code counts most.
 * @param {SearchKeys} keys @param {string} query
 */
export function score(keys, query) {
  return Math.max(scoreFold(keys.sound, foldSound(query)), scoreFold(keys.look, foldLook(query)));
}

/** @param {Folded} keys @param {string} query already folded */
function scoreFold(keys, query) {
  const whole = squeeze(query);
  if (!whole) return 0;
  const exact = keys.compact.includes(whole) ? 20 : keys.compact.some((field) => field.startsWith(whole)) ? 8 : 0;
  let sum = exact;
  for (const token of query.split(/\s+/).filter(squeeze)) {
    const found = scoreToken(keys, token);
    if (found === 0) return exact;
    sum += found;
  }
  return sum;
}

/** @param {Folded} keys @param {string} typed */
function scoreToken({ words, compact }, typed) {
  const token = squeeze(typed);
  if (words.includes(token)) return 5;
  if (words.some((word) => word.startsWith(token))) return 3;
  // A number inside a longer number is another number: "66" is not "166".
  if (/^\d+$/.test(typed)) return 0;
  if (compact.some((field) => field.endsWith(token))) return 2;
  return token.length > 1 && compact.some((field) => field.includes(token)) ? 1 : 0;
}

/**
 * The items that fit, best first; equal ones keep their order. An empty query keeps all.
 * @template T
 * @param {T[]} items @param {(item: T) => SearchKeys} keysOf @param {string} query
 * @returns {T[]}
 */
export function find(items, keysOf, query) {
  if (!squeeze(plain(query))) return items;
  return items.map((item) => ({ item, points: score(keysOf(item), query) }))
    .filter(({ points }) => points > 0)
    .sort((a, b) => b.points - a.points)
    .map(({ item }) => item);
}
