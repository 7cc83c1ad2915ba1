// Freeing verified media by the person's rule, and only by it.
//
// Owns: the rule (never, unless a number of days was set) and the moment that counts: when the office received
// the medium, as its verified receipt says. Whether a medium may go at all is replication/departure.js's rule.

import { release } from '../replication/departure.js';
import { readLedger } from '../replication/ledger.js';

/** @typedef {import('../session.js').Session} Session */

const RULE = 'engine/release-after-days';
const DAY_MS = 86_400_000;

/** @param {Session} session @returns {number | null} days; null: never by itself */
export function readReleaseRule(session) {
  const days = session.records.meta.get(RULE);
  return typeof days === 'number' ? days : null;
}

/** @param {Session} session @param {number | null} days */
export function writeReleaseRule(session, days) {
  return session.commit([{ t: 'meta', k: RULE, v: days }]);
}

/**
 * Frees what the office has held for long enough.
 * @param {Session} session
 * @param {import('../replication/gateway.js').Gateway} gateway
 * @param {number} now
 * @returns {Promise<string[]>} media that were freed
 */
export async function releaseByRule(session, gateway, now) {
  const days = readReleaseRule(session);
  if (days === null) return [];
  const freed = [];
  for (const channel of [...session.records.channels.keys()]) {
    const { items } = await readLedger(session, channel);
    const old = new Set(items.filter(({ receipt }) => receipt && now - Date.parse(receipt.received_at) >= days * DAY_MS).map(({ id }) => id));
    if (![...old].some((id) => session.records.files.get(id)?.freed === false)) continue;
    freed.push(...(await release(session, gateway, channel, (id) => old.has(id))).items);
  }
  return freed;
}
