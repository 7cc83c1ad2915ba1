/**
 * The custody key in a key holder's browser: made, wrapped by a passphrase, opened again.
 *
 * Owns: the wrapped form (docs/keys.md; the twin of sync/gateway/custody_file.py), and which words are strong
 * enough. The private key is in memory only while it is used; the server gets the wrapped form and the public key.
 */
import { boxKey, open as openBox, seal as sealBox } from '../../engine/crypto/box.js';
import { STANDARD_COST, calibrate, deriveKey, normaliseWords } from '../../engine/crypto/passphrase.js';
import { openWith } from '../../engine/crypto/sealing.js';
import { concat, fromBase64, randomBytes, toBase64 } from '../../engine/crypto/wire.js';

/** @typedef {import('../../engine/crypto/wire.js').Bytes} Bytes */
/**
 * @typedef {object} Wrapped
 * @property {{alg: string, memory_kib: number, time: number, parallelism: number, salt: string}} kdf
 * @property {string} nonce b64, 12 bytes
 * @property {string} ciphertext b64: AES-256-GCM of the 32 bytes, no associated data
 */

/** The words do not open the wrapped key. */
export class WrongWords extends Error {}

const NONCE = 12;
const X25519 = { name: 'X25519' };
/** What stands before the 32 bytes of a private key in PKCS #8 (RFC 8410). */
const PKCS8 = new Uint8Array([0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x6e, 4, 0x22, 4, 0x20]);
const ENOUGH_BITS = 64;
/** What a word is worth that a person chose: common words come to mind first. */
const OWN_WORD_BITS = 8;
const SHORTEST_WORD = 3;

/** @returns {Promise<{privateKey: Bytes, publicKey: Bytes}>} 32 bytes each */
export async function makeKey() {
  const pair = /** @type {CryptoKeyPair} */ (await crypto.subtle.generateKey(X25519, true, ['deriveBits']));
  const { d, x } = await crypto.subtle.exportKey('jwk', pair.privateKey);
  return { privateKey: fromBase64(/** @type {string} */ (d)), publicKey: fromBase64(/** @type {string} */ (x)) };
}

/** @param {Bytes} privateKey 32 bytes @returns {Promise<Bytes>} the public key, 32 bytes */
export async function publicOf(privateKey) {
  const key = await crypto.subtle.importKey('pkcs8', concat(PKCS8, privateKey), X25519, true, ['deriveBits']);
  return fromBase64(/** @type {string} */ ((await crypto.subtle.exportKey('jwk', key)).x));
}

/**
 * @param {Bytes} privateKey
 * @param {string | string[]} words
 * @param {import('../../engine/types.js').KdfCost} [cost]
 * @returns {Promise<Wrapped>} opened again once before it is returned: what is stored is known to open
 */
export async function wrapKey(privateKey, words, cost = STANDARD_COST) {
  const { memoryKib, passes } = await calibrate(cost, () => performance.now());
  const salt = randomBytes(16);
  const key = await boxKey(await deriveKey(words, salt, { memoryKib, passes }));
  // The wrapping key is used for this one message: the random nonce cannot repeat under it.
  const box = await sealBox(key, privateKey, '');
  const wrapped = {
    kdf: { alg: 'argon2id', memory_kib: memoryKib, time: passes, parallelism: 1, salt: toBase64(salt) },
    nonce: toBase64(box.slice(0, NONCE)),
    ciphertext: toBase64(box.slice(NONCE)),
  };
  await unwrapKey(wrapped, words);
  return wrapped;
}

/**
 * @param {Wrapped} wrapped
 * @param {string | string[]} words
 * @returns {Promise<Bytes>} 32 bytes
 * @throws {WrongWords}
 */
export async function unwrapKey({ kdf, nonce, ciphertext }, words) {
  const key = await deriveKey(words, fromBase64(kdf.salt), { memoryKib: kdf.memory_kib, passes: kdf.time });
  try {
    return await openBox(await boxKey(key), concat(fromBase64(nonce), fromBase64(ciphertext)), '');
  } catch {
    throw new WrongWords('the words do not open this key');
  }
}

/**
 * The proof that this browser has a key: what the server sealed to it, opened.
 * @param {Bytes} privateKey
 * @param {{key_id: string, sealed: string}} challenge
 * @returns {Promise<string>} b64
 */
export async function answerChallenge(privateKey, { key_id: id, sealed }) {
  return toBase64(await openWith(privateKey, fromBase64(sealed), `aigaq/custody-proof/1\n${id}`));
}

/**
 * Whether words that a person chose may wrap a key that many lives hang on: eight different ones at least.
 * A line of a song passes here and would not withstand; the page says so.
 * @param {string} typed
 */
export function strongEnough(typed) {
  const words = new Set(normaliseWords(typed).split(' ').filter((word) => word.length >= SHORTEST_WORD));
  return words.size * OWN_WORD_BITS >= ENOUGH_BITS;
}
