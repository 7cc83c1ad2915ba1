// The organisation's key sets and the root that is pinned (protocol.md, sections 1 and 2).
//
// Owns: deciding whether a key set may be followed. A tablet pins the root's fingerprint at enrolment
// and follows only higher numbers signed by that root, so that an old set cannot be played back.

import { canonical, fromBase64, sha256, toBase64, toHex } from './wire.js';
import { EngineError } from '../errors.js';
import { crockford, parseCrockford } from './ulid.js';
import { verify } from './signing.js';

/** @typedef {import('../types.js').SignedKeySet} SignedKeySet */

const CODE = 12;
const ROOT = 4;

/**
 * @param {string} typed `XXXX-XXXX-XXXX`
 * @returns {{code: string, root: string}} as the server wants it, and the root's four characters
 * @throws {EngineError} `code-mistyped`
 */
export function parseCode(typed) {
  const code = parseCrockford(typed);
  if (code === null || code.length !== CODE) throw new EngineError('code-mistyped');
  return { code: `${code.slice(0, 4)}-${code.slice(4, 8)}-${code.slice(8)}`, root: code.slice(CODE - ROOT) };
}

/** @param {SignedKeySet} signed @returns {Promise<string>} hexadecimal SHA-256 of the root's public bytes */
export async function rootFingerprint(signed) {
  return toHex(await sha256(fromBase64(signed.root)));
}

/**
 * At enrolment: the set must be signed, and its root must be the one that the code (and the QR) named.
 * @param {SignedKeySet} signed
 * @param {{root: string, full?: string}} expected four characters, and the full fingerprint where known
 * @returns {Promise<string>} the fingerprint to pin
 * @throws {EngineError} `root-mismatch`
 */
export async function acceptFirst(signed, expected) {
  await requireSignature(signed);
  const digest = await sha256(fromBase64(signed.root));
  if (crockford(digest, ROOT) !== expected.root) throw new EngineError('root-mismatch', 'code');
  if (expected.full && ![toHex(digest), toBase64(digest)].includes(expected.full.trim().replace(/=+$/, ''))) {
    throw new EngineError('root-mismatch', 'fingerprint');
  }
  return toHex(digest);
}

/**
 * Later: the set to follow from now on.
 * @param {SignedKeySet} current
 * @param {SignedKeySet} offered
 * @param {string} pinned fingerprint
 * @returns {Promise<SignedKeySet>} `current` where the offered one is not newer
 * @throws {EngineError} `root-mismatch`
 */
export async function follow(current, offered, pinned) {
  if (await rootFingerprint(offered) !== pinned) throw new EngineError('root-mismatch', 'pinned');
  await requireSignature(offered);
  return offered.set.number > current.set.number ? offered : current;
}

/** Whether the root that a key set names has signed it; whose root it is, is another question. @param {SignedKeySet} signed */
export function isSigned(signed) {
  return verify(signed.root, signed.signature, `aigaq/keyset/1\n${canonical(signed.set)}`);
}

/** @param {SignedKeySet} signed */
async function requireSignature(signed) {
  if (!(await isSigned(signed))) throw new EngineError('root-mismatch', 'signature');
}
