// What of this tablet's own lies in the office's quarantine, and what a person decided about it.
//
// Owns: taking the stream's standing in (protocol.md, section 5), and which documents wait for it. What the office
// keeps as it is, or has let in, asks nothing more of the tablet; what it hands back is a task for its author.

/**
 * @typedef {import('../session.js').Session} Session
 * @typedef {import('../types.js').Decision} Decision
 * @typedef {{envelope: string, channel: string, document: string, reason: string, decision: 'returned' | 'kept' | null,
 *   note: string, fields: string[], at: string}} Item
 */

const META = 'quarantine';
/** Nothing further is expected of the tablet. */
const KEPT = 'kept';

/** What the office is told that this tablet knows. @param {Session} session @returns {string} */
export function knownStanding(session) {
  return session.records.meta.get(META)?.digest ?? '';
}

/**
 * Durable when resolved.
 * @param {Session} session
 * @param {any} standing the stream's line
 * @returns {Promise<{channel: string, id: string}[]>} documents that stand differently now
 */
export async function takeStanding(session, standing) {
  const items = /** @type {Item[]} */ ((Array.isArray(standing?.items) ? standing.items : []).filter(isItem));
  const byEnvelope = new Map(items.map((item) => [item.envelope, item]));
  const before = decisions(session);
  /** @type {import('../store/entries.js').Entry[]} */
  const entries = [];
  const changed = [];
  for (const { id, channel, document, receipt, quarantined } of session.records.envelopes.values()) {
    if (!receipt) continue;
    const item = byEnvelope.get(id);
    // One that arrived after the office looked is not named yet; an older one that is not named was let in.
    const reason = item ? item.reason : receipt.seq <= standing.seq ? null : quarantined;
    if (reason !== quarantined) entries.push({ t: 'receipt', id, receipt, q: reason });
    if (reason !== quarantined || JSON.stringify(before.get(id)) !== JSON.stringify(item)) changed.push({ channel, id: document });
  }
  entries.push({ t: 'meta', k: META, v: { digest: String(standing?.digest ?? ''), items } });
  await session.commit(entries);
  return changed;
}

/** Decided items by their envelope. @param {Session} session @returns {Map<string, Item>} */
function decisions(session) {
  return new Map((session.records.meta.get(META)?.items ?? []).map((/** @type {Item} */ item) => [item.envelope, item]));
}

/** What the office decided about a document's newest envelope. @param {Session} session @returns {(envelope: string) => Decision | null} */
export function decisionsOf(session) {
  const known = decisions(session);
  return (envelope) => {
    const item = known.get(envelope);
    return item?.decision ? { decision: item.decision, note: item.note, fields: item.fields, at: item.at } : null;
  };
}

/** Documents that may yet have to be mended here: they stay, whatever else leaves the tablet. @param {Session} session @returns {Set<string>} */
export function waitingInQuarantine(session) {
  const known = decisions(session);
  const waiting = [...session.records.envelopes.values()]
    .filter(({ id, quarantined }) => quarantined && known.get(id)?.decision !== KEPT);
  return new Set(waiting.map(({ document }) => document));
}

/** @param {any} item @returns {item is Item} */
function isItem(item) {
  return ['envelope', 'channel', 'document', 'reason', 'note', 'at'].every((name) => typeof item?.[name] === 'string')
    && Array.isArray(item.fields) && item.fields.every((/** @type {unknown} */ name) => typeof name === 'string');
}
