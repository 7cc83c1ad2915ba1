// From words to the key that wraps the vault key: Argon2id.
//
// Owns: the forgiving reading of typed words, the cost, and its calibration. Knows nothing of headers.
// Safety: six words of 2,048 are 66 bits; at 64 MiB and three passes no list of guesses reaches that.

import { argon2id } from '../../vendor/argon2.js';

/** @typedef {import('../types.js').KdfCost} KdfCost */
/** @typedef {import('./wire.js').Bytes} Bytes */

/** The least cost of a vault that a person uses; a fast machine pays more. @type {KdfCost} */
export const STANDARD_COST = { memoryKib: 65536, passes: 3, calibrate: true };

/** For tests, which open many vaults. Given to EngineClient.start, never guessed. @type {KdfCost} */
export const TEST_COST = { memoryKib: 1024, passes: 1, calibrate: false };

/** What opening the vault may take on the device that makes the header. */
const AIM_MS = 750;
const MOST_PASSES = 24;

/**
 * Case, spaces, dashes, ё and accents of typing make no difference.
 * @param {string | string[]} words
 * @returns {string}
 */
export function normaliseWords(words) {
  const typed = Array.isArray(words) ? words.join(' ') : words;
  return typed.normalize('NFKC').toLowerCase().replaceAll('ё', 'е').split(/[\s,.;:_\-‐‑–—]+/u).filter(Boolean).join(' ');
}

/**
 * @param {string | string[]} words
 * @param {Uint8Array} salt 16 bytes
 * @param {{memoryKib: number, passes: number}} cost
 * @returns {Promise<Bytes>} 32 bytes
 */
export async function deriveKey(words, salt, { memoryKib, passes }) {
  const key = await argon2id({
    password: normaliseWords(words),
    salt,
    iterations: passes,
    parallelism: 1,
    memorySize: memoryKib,
    hashLength: 32,
    outputType: 'binary',
  });
  return new Uint8Array(key);
}

/**
 * The cost of a new header on this device, measured.
 * @param {KdfCost} cost
 * @param {() => number} now milliseconds
 * @returns {Promise<{memoryKib: number, passes: number}>}
 */
export async function calibrate(cost, now) {
  const { memoryKib, passes } = cost;
  if (!cost.calibrate) return { memoryKib, passes };
  const began = now();
  await deriveKey('calibration', new Uint8Array(16), { memoryKib, passes });
  return strengthen(cost, { memoryKib, passes }, now() - began);
}

/**
 * Upward only, in passes alone: a header that asks for more memory than the tablet can spare at a bad moment
 * would lock its owner out, a further pass only takes time.
 * @param {KdfCost} least
 * @param {{memoryKib: number, passes: number}} measured
 * @param {number} milliseconds that a derivation of the measured cost took
 * @returns {{memoryKib: number, passes: number}} never less than the least or the measured cost
 */
export function strengthen(least, measured, milliseconds) {
  const memoryKib = Math.max(least.memoryKib, measured.memoryKib);
  const passes = Math.max(least.passes, measured.passes);
  if (!least.calibrate) return { memoryKib, passes };
  const perPass = Math.max(1, milliseconds) / measured.passes * (memoryKib / measured.memoryKib);
  return { memoryKib, passes: Math.max(passes, Math.min(MOST_PASSES, Math.floor(AIM_MS / perPass))) };
}

/**
 * Whether a header that opened in so much time is worth a stronger one: half as slow as it should be, or below
 * what a vault has at least.
 * @param {KdfCost} least
 * @param {{memoryKib: number, passes: number}} cost of the header
 * @param {number} milliseconds
 */
export function isWeak(least, cost, milliseconds) {
  const { memoryKib, passes } = strengthen(least, cost, milliseconds);
  return memoryKib > cost.memoryKib || passes >= 2 * cost.passes || cost.passes < least.passes;
}
