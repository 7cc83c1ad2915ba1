// Passphrases of generated words.
//
// Owns: the choice of words, with the platform's generator and no bias, and the nearest word to a slip of the
// fingers. The lists are data (words/<language>.js), read when they are asked for; how many words it takes
// follows from a list's length. Safety: what is typed is compared with the public lists only, never with the
// vault's own words, so that an answer tells nothing that the lists do not.

import { normaliseWords } from './passphrase.js';

/** @type {Record<string, () => Promise<{default: readonly string[]}>>} */
const LISTS = {
  ru: () => import('./words/ru.js'),
  kk: () => import('./words/kk.js'),
  en: () => import('./words/en.js'),
};

const BITS = 64;
const MOST_NEAR = 3;

/**
 * @param {string} language a list's; another falls back to English
 * @returns {Promise<string[]>} worth at least 64 bits
 */
export async function suggestPassphrase(language) {
  const { default: list } = await (LISTS[language] ?? LISTS.en)();
  const count = Math.ceil(BITS / Math.log2(list.length));
  return Array.from({ length: count }, () => list[randomBelow(list.length)]);
}

/**
 * Typed words that stand in no list, each with the lists' words that it is one slip away from; those of the language
 * that most of the words are of come first.
 * @param {string | string[]} typed
 * @returns {Promise<{word: string, near: string[]}[]>} none where every word is a list's
 */
export async function strayWords(typed) {
  const words = normaliseWords(typed).split(' ').filter(Boolean);
  const lists = (await Promise.all(Object.values(LISTS).map((load) => load()))).map(({ default: list }) => list);
  const known = lists.map((list) => new Set(list));
  // The language of the rest decides between lists of one alphabet.
  const hits = known.map((set) => words.filter((word) => set.has(word)).length);
  const order = lists.map((_, i) => i).sort((a, b) => hits[b] - hits[a]);
  const strays = words.filter((word) => !known.some((set) => set.has(word)));
  return strays.map((word) => {
    const near = new Set(order.flatMap((i) => lists[i].filter((candidate) => isOneSlip(word, candidate))));
    return { word, near: [...near].slice(0, MOST_NEAR) };
  });
}

/**
 * One letter wrong, missing or too many, or two neighbours swapped.
 * @param {string} a
 * @param {string} b
 */
export function isOneSlip(a, b) {
  if (a === b || Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  if (restA.length > restB.length) return restA.slice(1) === restB;
  if (restA.length < restB.length) return restB.slice(1) === restA;
  const swapped = restA[1] === restB[0] && restA[0] === restB[1] && restA.slice(2) === restB.slice(2);
  return restA.slice(1) === restB.slice(1) || swapped;
}

/** @param {number} limit @returns {number} evenly from 0 to limit − 1: what would bias is drawn again */
export function randomBelow(limit) {
  const most = Math.floor(2 ** 32 / limit) * limit;
  const draw = new Uint32Array(1);
  do crypto.getRandomValues(draw); while (draw[0] >= most);
  return draw[0] % limit;
}
