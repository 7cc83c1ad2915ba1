// The key set that the open vault follows.
//
// Owns: taking a newer one over, into the log under the pinned root and beside the vault for delivery while
// locked, in one transaction. A set of another root or a lower number changes nothing. protocol.md, section 1.

import { follow } from '../crypto/keyset.js';
import { canonical } from '../crypto/wire.js';

/**
 * @typedef {import('../session.js').Session} Session
 * @typedef {import('../types.js').SignedKeySet} SignedKeySet
 */

/**
 * @param {Session} session
 * @param {SignedKeySet} offered
 * @returns {Promise<boolean>} whether it is followed from now on
 * @throws {import('../errors.js').EngineError} `root-mismatch`
 */
export async function adopt(session, offered) {
  const { self } = session;
  const keyset = await follow(self.keyset, offered, self.root);
  if (keyset === self.keyset) return false;
  await session.commit([{ t: 'self', self: { ...self, keyset } }], [keptBeside(keyset)]);
  return true;
}

/**
 * What a delivery has brought while the vault was locked. Whoever holds the tablet could have exchanged that row:
 * one that the pinned root did not sign is put back.
 * @param {Session} session
 */
export async function adoptKept(session) {
  const { database } = session.storage;
  const kept = (await database.get('public', 'keyset'))?.signed;
  // Compared whole: a signature alone could stand over another set.
  if (kept && canonical(kept) === canonical(session.self.keyset)) return;
  const adopted = kept ? await adopt(session, kept).catch(() => false) : false;
  if (!adopted) await database.write([keptBeside(session.self.keyset)]);
}

/** @param {SignedKeySet} signed @returns {import('../store/database.js').Write} */
function keptBeside(signed) {
  return { store: 'public', put: { name: 'keyset', signed } };
}
