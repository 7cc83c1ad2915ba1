// The vault's header: what turns words into the vault key.
//
// Owns: its bytes. One header is 192 bytes:
//   magic "AIGAQHD1" (8) ‖ generation u32 ‖ memory KiB u32 ‖ passes u32 ‖ lanes u32 ‖ vault id (16)
//   ‖ salt (16) ‖ box of the vault key (60) ‖ zeros (44) ‖ SHA-256 of all before (32)
// The hash tells a damaged header from wrong words; it authenticates nothing, the box does that,
// and everything before the box is its associated data. Where the bytes live: store/header_file.js.

import { concat, randomBytes, sha256, toHex, utf8 } from './wire.js';
import { EngineError } from '../errors.js';
import { boxKey, open, seal } from './box.js';
import { deriveKey } from './passphrase.js';

/** @typedef {import('./wire.js').Bytes} Bytes */

export const HEADER_SIZE = 192;
const MAGIC = utf8('AIGAQHD1');
/** The magic's last character is the format's version. */
const DIGITS = 0x30;
const FIELDS = 56;
const BOX = 60;
const HASH = HEADER_SIZE - 32;

/**
 * @typedef {object} Header
 * @property {number} generation grows with every new wrapping
 * @property {{memoryKib: number, passes: number}} cost
 * @property {Bytes} vaultId 16 bytes
 * @property {Bytes} salt 16 bytes
 * @property {Bytes} fields the bytes that the box authenticates
 * @property {Bytes} box
 */

/**
 * Wraps the vault key under new words.
 * @param {{vaultKey: Bytes, vaultId: Bytes, generation: number, words: string | string[],
 *   cost: {memoryKib: number, passes: number}}} vault
 * @returns {Promise<Bytes>} HEADER_SIZE bytes
 */
export async function makeHeader({ vaultKey, vaultId, generation, words, cost }) {
  const salt = randomBytes(16);
  const numbers = new DataView(new ArrayBuffer(16));
  [generation, cost.memoryKib, cost.passes, 1].forEach((value, i) => numbers.setUint32(4 * i, value));
  const fields = concat(MAGIC, new Uint8Array(numbers.buffer), vaultId, salt);
  const key = await boxKey(await deriveKey(words, salt, cost));
  const box = await seal(key, vaultKey, toHex(fields));
  const body = concat(fields, box, new Uint8Array(HASH - FIELDS - BOX));
  return concat(body, await sha256(body));
}

/**
 * @param {Bytes} bytes
 * @returns {Promise<Header | null>} null where they are no whole header
 * @throws {EngineError} `newer-version`: whole, and of a format that this app does not know
 */
export async function parseHeader(bytes) {
  if (bytes.length !== HEADER_SIZE) return null;
  const body = bytes.subarray(0, HASH);
  if (toHex(await sha256(body)) !== toHex(bytes.subarray(HASH))) return null;
  if (toHex(bytes.subarray(0, 7)) !== toHex(MAGIC.subarray(0, 7))) return null;
  if (bytes[7] !== MAGIC[7]) throw new EngineError('newer-version', { what: 'header', version: bytes[7] - DIGITS });
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const cost = { memoryKib: view.getUint32(12), passes: view.getUint32(16) };
  // A header that asks for more than any of ours would hang the tablet instead of opening it.
  if (cost.memoryKib < 8 || cost.memoryKib > 1 << 20 || cost.passes < 1 || cost.passes > 64) return null;
  return {
    generation: view.getUint32(8),
    cost,
    vaultId: bytes.slice(24, 40),
    salt: bytes.slice(40, 56),
    fields: bytes.slice(0, FIELDS),
    box: bytes.slice(FIELDS, FIELDS + BOX),
  };
}

/**
 * @param {Header} header
 * @param {string | string[]} words
 * @returns {Promise<Bytes>} the vault key
 * @throws {EngineError} `wrong-passphrase`
 */
export async function openHeader(header, words) {
  const key = await boxKey(await deriveKey(words, header.salt, header.cost));
  try {
    return await open(key, header.box, toHex(header.fields));
  } catch {
    throw new EngineError('wrong-passphrase');
  }
}
