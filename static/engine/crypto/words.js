// Passphrases of generated words.
//
// Owns: the choice of words, with the platform's generator and no bias. The lists are data
// (words/<language>.js), read when they are asked for; how many words it takes follows from a list's length.

/** @type {Record<string, () => Promise<{default: readonly string[]}>>} */
const LISTS = {
  ru: () => import('./words/ru.js'),
  kk: () => import('./words/kk.js'),
  en: () => import('./words/en.js'),
};

const BITS = 64;

/**
 * @param {string} language a list's; another falls back to English
 * @returns {Promise<string[]>} worth at least 64 bits
 */
export async function suggestPassphrase(language) {
  const { default: list } = await (LISTS[language] ?? LISTS.en)();
  const count = Math.ceil(BITS / Math.log2(list.length));
  return Array.from({ length: count }, () => list[randomBelow(list.length)]);
}

/** @param {number} limit @returns {number} evenly from 0 to limit − 1: what would bias is drawn again */
export function randomBelow(limit) {
  const most = Math.floor(2 ** 32 / limit) * limit;
  const draw = new Uint32Array(1);
  do crypto.getRandomValues(draw); while (draw[0] >= most);
  return draw[0] % limit;
}
