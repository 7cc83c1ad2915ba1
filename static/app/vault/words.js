/**
 * The access words as a person types them; pure.
 *
 * Forgiving where it costs no strength: case, spaces, punctuation between words, numbers of the list.
 * The engine alone knows whether they fit.
 */

/**
 * The words in what was typed or pasted from a numbered list.
 * @param {string} typed
 * @returns {string[]}
 */
export function readWords(typed) {
  return typed.normalize('NFC').toLowerCase().split(/[\s\d.,;:()/|—–_-]+/u).filter(Boolean);
}

/**
 * Whether a word is the one that was shown; е for ё is let pass.
 * @param {string} typed @param {string} shown
 */
export function isSameWord(typed, shown) {
  const plain = (/** @type {string} */ word) => readWords(word).join('').replaceAll('ё', 'е');
  return plain(typed) !== '' && plain(typed) === plain(shown);
}

/**
 * Two places to ask for, in order; never the first word, which the eye remembers by itself.
 * @param {number} length of the list
 * @param {(limit: number) => number} random an integer below the limit
 * @returns {[number, number]}
 */
export function twoPlaces(length, random) {
  const first = 1 + random(length - 1);
  let second = 1 + random(length - 2);
  if (second >= first) second += 1;
  return first < second ? [first, second] : [second, first];
}

/**
 * Whether what was typed mixes alphabets, as happens with a forgotten keyboard layout.
 * @param {string} typed
 */
export function mixesAlphabets(typed) {
  return readWords(typed).some((word) => /\p{Script=Latin}/u.test(word) && /\p{Script=Cyrillic}/u.test(word));
}

/**
 * A PIN that a stranger tries first: one digit throughout, a run up or down, a year-like pair repeated.
 * @param {string} pin
 */
export function isWeakPin(pin) {
  const steps = [...pin].slice(1).map((digit, index) => Number(digit) - Number(pin[index]));
  const run = steps.every((step) => step === steps[0]) && Math.abs(steps[0] ?? 0) <= 1;
  const half = pin.slice(0, pin.length / 2);
  return run || /^(\d{1,2})\1+$/.test(pin) || (pin.length % 2 === 0 && half === pin.slice(pin.length / 2));
}
