// Whether the office holds a medium's every part, by its signed word.
//
// Owns: the question and the check of the answer (protocol.md, section 6), before this tablet lets go of bytes that may
// be the only ones. Parts that are not vouched for are offered again. A connection that somebody rewrites on its way could say of anything that it has arrived; only
// the organisation's receipt key says it for this question, which nobody could foresee.

import { verify } from '../crypto/signing.js';
import { canonical, randomBytes, sha256, toBase64, toHex, utf8 } from '../crypto/wire.js';
import { Sender } from './sender.js';

const HASHES = 1000;

/**
 * @param {import('../session.js').Session} session
 * @param {import('./gateway.js').Gateway} gateway
 * @param {import('../types.js').ChunkRow[]} rows
 * @returns {Promise<boolean>} false also where the answer is not signed as it must be
 * @throws {import('./gateway.js').Unreachable | import('./gateway.js').Refusal}
 */
export async function holdsAll(session, gateway, rows) {
  const { database } = session.storage;
  const sender = await Sender.of(database, gateway);
  if (!sender) return false;
  for (let at = 0; at < rows.length; at += HASHES) {
    const asked = rows.slice(at, at + HASHES).map(({ sha256: hash }) => hash);
    const challenge = toBase64(randomBytes(16));
    const answer = await sender.post('/sync/media/missing', { hashes: asked, challenge });
    if (await isHeld(answer, { asked, challenge }, session.self.keyset.set)) continue;
    await database.write(rows.map(({ n }) => ({ store: 'chunks', key: n, change: (row) => row && { ...row, sent: 0 } })));
    return false;
  }
  return true;
}

/**
 * @param {any} answer
 * @param {{asked: string[], challenge: string}} question
 * @param {import('../types.js').KeySet} set
 */
async function isHeld(answer, { asked, challenge }, set) {
  const held = answer?.held;
  const known = [{ ...set.keys.receipt, purpose: 'receipt' }, ...set.retired];
  const key = known.find((candidate) => candidate.purpose === 'receipt' && candidate.id === held?.key);
  if (!key || held.challenge !== challenge || !Array.isArray(held.missing) || held.missing.length > 0) return false;
  if (held.asked !== toHex(await sha256(utf8(asked.join('\n'))))) return false;
  return verify(key.public, answer.signature, `aigaq/held/1\n${canonical(held)}`);
}
