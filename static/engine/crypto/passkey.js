// The second wrap of the vault key: opens with the first words and a passkey together, with neither alone.
//
// Owns: its bytes. One record is 1,024 bytes:
//   magic "AIGAQPK1" (8) ‖ memory KiB u32 ‖ passes u32 ‖ lanes u32 ‖ length of the credential id u32 ‖ vault id (16)
//   ‖ salt of the words (16) ‖ salt of the passkey (32) ‖ credential id, random to its end (512)
//   ‖ box of the vault key (60) ‖ random (332) ‖ SHA-256 of all before (32)
// Everything before the box is its associated data. The box's key is
//   HKDF-SHA256(Argon2id(first four words) ‖ PRF output of the authenticator, salt: vault id).
// Safety: without the authenticator the key is 256 unknown bits, whatever is known of the words. A finger that was
// forced onto it gives those away; then four words of 2,048 (44 bits) at the vault's cost stand in the way, which is
// why what is known is no PIN. The words are the vault's own first four: whoever finds them here has the vault open
// already. Where the bytes live: store/header_file.js.

import { concat, randomBytes, sha256, toHex, utf8 } from './wire.js';
import { EngineError } from '../errors.js';
import { open, seal, subkey } from './box.js';
import { deriveKey, normaliseWords } from './passphrase.js';

/** @typedef {import('./wire.js').Bytes} Bytes */

export const PASSKEY_SIZE = 1024;
export const PASSKEY_WORDS = 4;
export const PRF_SIZE = 32;
const LONGEST_ID = 512;
const MAGIC = utf8('AIGAQPK1');
const ID = 88;
const BOX = ID + LONGEST_ID;
const BOX_SIZE = 60;
const HASH = PASSKEY_SIZE - 32;

/**
 * @typedef {object} PasskeyRecord
 * @property {{memoryKib: number, passes: number}} cost
 * @property {Bytes} vaultId 16 bytes
 * @property {Bytes} salt 16 bytes, of the words
 * @property {Bytes} prfSalt 32 bytes, what the authenticator is asked with
 * @property {Bytes} credential the id that the authenticator gave
 * @property {Bytes} fields the bytes that the box authenticates
 * @property {Bytes} box
 */

/**
 * Wraps the vault key once more.
 * @param {{vaultKey: Bytes, vaultId: Bytes, words: string | string[], cost: {memoryKib: number, passes: number},
 *   credential: Bytes, prfSalt: Bytes, prf: Bytes}} vault `words`: all of them, or the first four
 * @returns {Promise<Bytes>} PASSKEY_SIZE bytes
 * @throws {EngineError} `passkey-unsupported` where the authenticator gave what cannot be kept
 */
export async function makePasskey({ vaultKey, vaultId, words, cost, credential, prfSalt, prf }) {
  if (credential.length < 1 || credential.length > LONGEST_ID || prf.length !== PRF_SIZE || prfSalt.length !== 32) {
    throw new EngineError('passkey-unsupported', 'size');
  }
  const salt = randomBytes(16);
  const numbers = new DataView(new ArrayBuffer(16));
  [cost.memoryKib, cost.passes, 1, credential.length].forEach((value, i) => numbers.setUint32(4 * i, value));
  const fields = concat(
    MAGIC, new Uint8Array(numbers.buffer), vaultId, salt, prfSalt, credential, randomBytes(LONGEST_ID - credential.length));
  const key = await wrappingKey({ words, salt, cost, vaultId, prf });
  const box = await seal(key, vaultKey, toHex(fields));
  const body = concat(fields, box, randomBytes(HASH - BOX - BOX_SIZE));
  return concat(body, await sha256(body));
}

/**
 * @param {Bytes} bytes
 * @returns {Promise<PasskeyRecord | null>} null where no passkey is set, or its record is not whole
 */
export async function parsePasskey(bytes) {
  if (bytes.length !== PASSKEY_SIZE || toHex(bytes.subarray(0, 8)) !== toHex(MAGIC)) return null;
  if (toHex(await sha256(bytes.subarray(0, HASH))) !== toHex(bytes.subarray(HASH))) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const cost = { memoryKib: view.getUint32(8), passes: view.getUint32(12) };
  const length = view.getUint32(20);
  // As with the header: what none of ours would ask for would hang the tablet.
  if (cost.memoryKib < 8 || cost.memoryKib > 1 << 20 || cost.passes < 1 || cost.passes > 64 || length < 1 || length > LONGEST_ID) return null;
  return {
    cost,
    vaultId: bytes.slice(24, 40),
    salt: bytes.slice(40, 56),
    prfSalt: bytes.slice(56, ID),
    credential: bytes.slice(ID, ID + length),
    fields: bytes.slice(0, BOX),
    box: bytes.slice(BOX, BOX + BOX_SIZE),
  };
}

/**
 * @param {PasskeyRecord} record
 * @param {string | string[]} words all of them, or the first four
 * @param {Bytes} prf
 * @returns {Promise<Bytes>} the vault key
 * @throws {EngineError} `wrong-passkey`, which does not tell whether the words or the authenticator were wrong
 */
export async function openPasskey(record, words, prf) {
  try {
    const key = await wrappingKey({ words, salt: record.salt, cost: record.cost, vaultId: record.vaultId, prf });
    return await open(key, record.box, toHex(record.fields));
  } catch {
    throw new EngineError('wrong-passkey');
  }
}

/** @param {{words: string | string[], salt: Bytes, cost: {memoryKib: number, passes: number}, vaultId: Bytes, prf: Bytes}} of */
async function wrappingKey({ words, salt, cost, vaultId, prf }) {
  const first = normaliseWords(words).split(' ').filter(Boolean).slice(0, PASSKEY_WORDS);
  if (first.length < PASSKEY_WORDS || prf.length !== PRF_SIZE) throw new EngineError('wrong-passkey');
  const known = await deriveKey(first, salt, cost);
  const material = concat(known, prf);
  try {
    return await subkey(material, vaultId, 'passkey');
  } finally {
    known.fill(0);
    material.fill(0);
  }
}
