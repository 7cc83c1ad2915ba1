// Where each item is: captured → sealed → received → verified.
//
// Owns: reading that out of records and rows. Nothing is called verified without a receipt whose
// signature and hash were checked, and for a medium without every chunk being held by the server.

import { isKnownRow } from './delivery.js';
import { decisionsOf } from './quarantine.js';

/**
 * @typedef {import('../session.js').Session} Session
 * @typedef {import('../types.js').Ledger} Ledger
 * @typedef {import('../types.js').LedgerItem} LedgerItem
 * @typedef {import('../types.js').ChunkRow} ChunkRow
 * @typedef {import('../types.js').OutboxRow} OutboxRow
 */

const TITLE = 80;

/**
 * @param {Session} session
 * @param {string | null} channel null: all
 * @returns {Promise<Ledger>}
 */
export async function readLedger(session, channel) {
  const { database } = session.storage;
  /** @type {Map<string, ChunkRow[]>} */
  const chunks = groupByFile(await database.all('chunks'));
  const errors = new Map((await database.all('outbox')).map((/** @type {OutboxRow} */ row) => [row.id, isKnownRow(row) ? row.error : 'newer-version']));
  const decided = decisionsOf(session);
  /** @type {LedgerItem[]} */
  const items = [];
  for (const name of channel ? [channel] : session.records.channels.keys()) {
    const own = [...session.records.channels.get(name)?.values() ?? []].filter((held) => !held.erased && session.records.isLocal(held));
    const readings = await session.readings.read(own);
    for (const [i, held] of own.entries()) items.push(itemOf(session, held, readings[i]?.doc ?? {}, { chunks, errors, decided }));
  }
  items.sort((a, b) => (a.at < b.at ? 1 : -1));
  return { totals: totalsOf(items, chunks, session), items };
}

/**
 * Media whose bytes may leave this tablet.
 * @param {Session} session
 * @param {string} channel
 * @returns {Promise<{bytes: number, items: string[]}>}
 */
export async function readReleasable(session, channel) {
  const { items } = await readLedger(session, channel);
  const free = items.filter(({ id, verified, quarantined }) => verified && !quarantined && session.records.files.get(id)?.freed === false);
  return { bytes: free.reduce((sum, item) => sum + item.bytes, 0), items: free.map(({ id }) => id) };
}

/**
 * @param {Session} session
 * @param {import('../store/records.js').Held} held
 * @param {any} doc its reading's; of a deleted one there is nothing
 * @param {{chunks: Map<string, ChunkRow[]>, errors: Map<string, string | null>, decided: ReturnType<typeof decisionsOf>}} rows
 * @returns {LedgerItem}
 */
function itemOf(session, held, doc, { chunks, errors, decided }) {
  const envelope = session.records.envelopesOf(held.id).at(-1);
  const received = session.records.isDelivered(held);
  const parts = held.type === 'medium' ? partsOf(session, held.id, doc, chunks) : null;
  const arrived = !parts || (doc.state !== 'recording' && parts[0] === parts[1]);
  return {
    id: held.id,
    channel: held.channel,
    type: held.type,
    kind: doc.kind ?? null,
    title: titleOf(doc),
    at: doc.at ?? doc.created_at ?? held.leaves[0]?.age ?? '',
    bytes: held.type === 'medium' ? (doc.bytes ?? 0) : (envelope?.size ?? 0),
    parts,
    captured: true,
    sealed: Boolean(envelope),
    received,
    verified: received && arrived,
    receipt: envelope?.receipt ? { seq: envelope.receipt.seq, received_at: envelope.receipt.received_at } : null,
    quarantined: envelope?.quarantined ?? null,
    decision: envelope?.quarantined ? decided(envelope.id) : null,
    error: (envelope && errors.get(envelope.id)) ?? null,
  };
}

/**
 * @param {Session} session
 * @param {string} id
 * @param {any} doc
 * @param {Map<string, ChunkRow[]>} chunks
 * @returns {[number, number]}
 */
function partsOf(session, id, doc, chunks) {
  const file = session.records.files.get(id);
  const rows = file ? chunks.get(file.file) ?? [] : [];
  const all = Math.max(doc.chunks?.length ?? 0, rows.length);
  return [file?.freed ? all : rows.filter((row) => row.sent).length, all];
}

/** @param {any} doc @returns {string} */
function titleOf(doc) {
  const said = [doc.title, doc.caption, doc.handle, doc.text].find((value) => typeof value === 'string' && value.trim());
  const title = (said ?? '').trim();
  return title.length > TITLE ? `${title.slice(0, TITLE - 1)}…` : title;
}

/** @param {LedgerItem[]} items @param {Map<string, ChunkRow[]>} chunks @param {Session} session */
function totalsOf(items, chunks, session) {
  let waitingBytes = 0;
  for (const item of items) {
    const file = session.records.files.get(item.id);
    const unsent = (file && chunks.get(file.file)) ?? [];
    waitingBytes += unsent.reduce((sum, row) => sum + (row.sent ? 0 : row.size), 0);
    if (!item.received) waitingBytes += session.records.envelopesOf(item.id).reduce((sum, e) => sum + (e.receipt ? 0 : e.size), 0);
  }
  /** @param {'captured' | 'sealed' | 'received' | 'verified'} step */
  const count = (step) => items.filter((item) => item[step]).length;
  return { captured: count('captured'), sealed: count('sealed'), received: count('received'), verified: count('verified'), waitingBytes };
}

/** @param {ChunkRow[]} rows */
function groupByFile(rows) {
  const groups = new Map();
  for (const row of rows) {
    const group = groups.get(row.file);
    if (group) group.push(row);
    else groups.set(row.file, [row]);
  }
  return groups;
}
