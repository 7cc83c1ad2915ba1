// Identifiers: ULIDs for documents, random ones of the same form for what must not tell its time.
//
// Owns: Crockford's base 32. Time and randomness are given or come from the platform's generator.

import { randomBytes } from './wire.js';

const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** @param {number} time milliseconds @returns {string} 26 characters */
export function ulid(time) {
  let head = '';
  let rest = Math.max(0, Math.floor(time));
  for (let i = 0; i < 10; i += 1) {
    head = ALPHABET[rest % 32] + head;
    rest = Math.floor(rest / 32);
  }
  return head + randomCharacters(16);
}

/** The form of a ULID, but nothing of it is a time: envelope ids stay readable on a locked tablet. */
export function randomId() {
  return ALPHABET[randomBytes(1)[0] % 8] + randomCharacters(25);
}

/** @param {number} count @returns {string} 32 divides 256, so the remainder has no bias */
function randomCharacters(count) {
  let characters = '';
  for (const byte of randomBytes(count)) characters += ALPHABET[byte % 32];
  return characters;
}

/**
 * The canonical form of what a person typed: upper case, no dashes or spaces, O→0, I and L→1.
 * @param {string} typed
 * @returns {string | null} null where a character is none of the alphabet
 */
export function parseCrockford(typed) {
  const clean = typed.toUpperCase().replace(/[\s-]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  return [...clean].every((character) => ALPHABET.includes(character)) ? clean : null;
}

/**
 * @param {Uint8Array} bytes
 * @param {number} characters each five bits, from the first bit on
 */
export function crockford(bytes, characters) {
  let value = '';
  for (let i = 0; i < characters; i += 1) {
    const bit = i * 5;
    const pair = (bytes[bit >> 3] << 8) | (bytes[(bit >> 3) + 1] ?? 0);
    value += ALPHABET[(pair >> (11 - (bit & 7))) & 31];
  }
  return value;
}
