// Receipts that delivery left on outbox rows, taken into the log.
//
// Owns: the second check. Delivery runs without the vault and verifies with the key set it finds on the
// disk, which whoever holds the tablet could exchange; here the set is the one the vault keeps, under the
// pinned root. What fails is sealed and offered again: its content is still in the log. So is what was sealed to
// a transport key that the office has given up meanwhile.

import { verify } from '../crypto/signing.js';
import { canonical } from '../crypto/wire.js';
import { isKnownRow } from './delivery.js';
import { adoptKept } from './keysets.js';

/**
 * @param {import('../session.js').Session} session
 * @param {import('../writing.js').Writing} writing
 * @returns {Promise<{channel: string, id: string}[]>} documents whose state changed
 */
export async function absorbReceipts(session, writing) {
  const { database } = session.storage;
  await adoptKept(session);
  const { transport } = session.self.keyset.set.keys;
  // What is carried for others is none of this tablet's log: its receipts wait for their authors.
  const all = (await database.all('outbox')).filter((row) => !row.carried && isKnownRow(row));
  const rows = all.filter((row) => row.receipt);
  const abandoned = all.filter((row) => row.error === 'unsealable' && row.key !== transport.id);
  /** @type {import('../store/records.js').Entry[]} */
  const entries = [];
  /** @type {import('../store/database.js').Write[]} */
  const writes = [];
  const changed = [];
  const anew = [];
  for (const row of rows) {
    const envelope = session.records.envelopes.get(row.id);
    writes.push({ store: 'outbox', remove: row.n });
    if (!envelope) continue;
    changed.push({ channel: envelope.channel, id: envelope.document });
    if (await isGenuine(row, session.self.keyset.set)) entries.push({ t: 'receipt', id: row.id, receipt: row.receipt, q: row.quarantined });
    else anew.push(envelope);
  }
  for (const row of abandoned) {
    const envelope = session.records.envelopes.get(row.id);
    if (!envelope) continue;
    writes.push({ store: 'outbox', remove: row.n });
    anew.push(envelope);
  }
  if (writes.length > 0) await session.commit(entries, writes);
  for (const { channel, document } of anew) await writing.offerAgain(channel, document);
  return changed;
}

/** @param {any} row @param {import('../types.js').KeySet} set */
async function isGenuine(row, set) {
  const keys = [{ ...set.keys.receipt, purpose: 'receipt' }, ...set.retired];
  const key = keys.find(({ purpose, id }) => purpose === 'receipt' && id === row.receipt.key);
  if (!key || row.receipt.envelope !== row.id || row.receipt.sealed_sha256 !== row.sha256) return false;
  return verify(key.public, row.receiptSignature, `aigaq/receipt/1\n${canonical(row.receipt)}`);
}
