/**
 * Recovery shares of a custody key: any two of three bring it back, one tells nothing.
 *
 * Owns: how a share is written on paper. Shamir's scheme is the library's. A share is five lines of four groups of
 * four characters; each line ends in a check over all lines so far, so that a slip of the pen is found in its line,
 * and lines of two shares do not mix. Pure; knows no page.
 *
 *     share  = 40 bytes: version (1) ‖ beginning of SHA-256 of the public key (6) ‖ the scheme's share (33)
 *     line n = 8 bytes of it ‖ 2 bytes of SHA-256("aigaq/share/1" ‖ n ‖ all bytes of lines 1…n), in base 32
 *
 * Safety: the scheme verifies nothing, so whoever combines compares the public key that comes out.
 */
import { concat, sha256, utf8 } from '../../engine/crypto/wire.js';
import { combine, split } from '../../vendor/shamir.js';
import { publicOf } from './wrapping.js';

/** @typedef {import('../../engine/crypto/wire.js').Bytes} Bytes */

export const SHARES = 3;
export const NEEDED = 2;
export const LINES = 5;
const VERSION = 1;
const TAG = 6;
const DATA = 8;
const CHECK = 2;
/** Crockford's: no I, L, O, U. */
const ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const LINE_CHARACTERS = (DATA + CHECK) * 8 / 5;

/** A share that was typed is not one, or two do not belong together. `line`: where, from 1; 0 for the whole. */
export class ShareWrong extends Error {
  /** @param {'length' | 'line' | 'version' | 'other-key' | 'same' | 'useless'} code @param {number} [line] */
  constructor(code, line = 0) {
    super(code);
    this.code = code;
    this.line = line;
  }
}

/**
 * @param {Bytes} privateKey 32 bytes
 * @param {Bytes} publicKey 32 bytes
 * @returns {Promise<string[][]>} three shares, each of five lines
 */
export async function makeShares(privateKey, publicKey) {
  const parts = await split(privateKey, SHARES, NEEDED);
  const tag = (await sha256(publicKey)).subarray(0, TAG);
  return Promise.all(parts.map((part) => write(concat(new Uint8Array([VERSION]), tag, part))));
}

/**
 * @param {string[]} typed two shares as they were typed
 * @param {Bytes} publicKey that they should bring back
 * @returns {Promise<Bytes>} the private key, 32 bytes
 * @throws {ShareWrong}
 */
export async function restoreKey(typed, publicKey) {
  const tag = (await sha256(publicKey)).subarray(0, TAG);
  const parts = [];
  for (const text of typed) {
    const bytes = await readShare(text);
    if (bytes[0] !== VERSION) throw new ShareWrong('version');
    if (tag.some((byte, i) => bytes[1 + i] !== byte)) throw new ShareWrong('other-key');
    parts.push(bytes.slice(1 + TAG));
  }
  // The last byte of a part says which of the three it is.
  if (new Set(parts.map((part) => part.at(-1))).size < NEEDED) throw new ShareWrong('same');
  const privateKey = new Uint8Array(await combine(parts));
  const restored = await publicOf(privateKey);
  if (restored.some((byte, i) => byte !== publicKey[i])) throw new ShareWrong('useless');
  return privateKey;
}

/**
 * @param {string} text as typed: case, spaces and dashes make no difference, nor do O for 0, I and L for 1
 * @returns {Promise<Bytes>} 40 bytes
 * @throws {ShareWrong}
 */
export async function readShare(text) {
  const plain = text.toUpperCase().replace(/[^0-9A-Z]/g, '').replaceAll('O', '0').replace(/[IL]/g, '1');
  /** @type {Bytes} */
  let bytes = new Uint8Array();
  for (let line = 1; line <= LINES; line += 1) {
    const characters = plain.slice((line - 1) * LINE_CHARACTERS, line * LINE_CHARACTERS);
    if (characters.length < LINE_CHARACTERS) throw new ShareWrong('length', line);
    const decoded = decode(characters);
    if (!decoded) throw new ShareWrong('line', line);
    bytes = concat(bytes, decoded.subarray(0, DATA));
    const check = await checkOf(line, bytes);
    if (check.some((byte, i) => byte !== decoded[DATA + i])) throw new ShareWrong('line', line);
  }
  if (plain.length > LINES * LINE_CHARACTERS) throw new ShareWrong('length', LINES);
  return bytes;
}

/** @param {Bytes} bytes 40 @returns {Promise<string[]>} lines as they are written */
async function write(bytes) {
  const lines = [];
  for (let line = 1; line <= LINES; line += 1) {
    const check = await checkOf(line, bytes.slice(0, line * DATA));
    const characters = encode(concat(bytes.subarray((line - 1) * DATA, line * DATA), check));
    lines.push(/** @type {string[]} */ (characters.match(/.{4}/g)).join(' '));
  }
  return lines;
}

/** @param {number} line @param {Bytes} bytes of all lines so far */
async function checkOf(line, bytes) {
  return (await sha256(concat(utf8('aigaq/share/1'), new Uint8Array([line]), bytes))).subarray(0, CHECK);
}

/** @param {Uint8Array} bytes a multiple of five */
function encode(bytes) {
  let characters = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      characters += ALPHABET[(held >> bits) & 31];
    }
    held &= (1 << bits) - 1;
  }
  return characters;
}

/** @param {string} characters a multiple of eight @returns {Bytes | null} null: a character that is none of ours */
function decode(characters) {
  const bytes = [];
  let held = 0;
  let bits = 0;
  for (const character of characters) {
    const value = ALPHABET.indexOf(character);
    if (value < 0) return null;
    held = (held << 5) | value;
    bits += 5;
    if (bits >= 8) {
      bits -= 8;
      bytes.push((held >> bits) & 255);
      held &= (1 << bits) - 1;
    }
  }
  return new Uint8Array(bytes);
}
