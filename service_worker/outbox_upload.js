// Delivery while the app is locked or closed.
//
// Owns: one round of delivery for a `sync` event. It reads outbox rows and ranges of ciphertext files and
// signs with the upload key, which can only deliver. A page that is delivering already goes first; it may be on the
// point of being closed, so what it leaves is waited for, and asked for once more.

import { deliverVault } from '../static/engine/replication/announcement.js';
import { UPLOADER_LOCK, whatWaits } from '../static/engine/replication/delivery.js';
import { Gateway } from '../static/engine/replication/gateway.js';
import { Reporter } from '../static/engine/replication/report.js';
import { vaultNames } from '../static/engine/store/register.js';
import { rotateLog } from '../static/engine/store/rotation.js';
import { openOutbox } from '../static/engine/store/storage.js';

/** Of a page that delivers. Browsers let a `sync` event go on for some minutes. */
const PATIENCE_MS = 60_000;

/**
 * @param {string} version of the shell, told to the office
 * @param {AbortSignal} signal another version is to take over
 * @returns {Promise<void>}
 * @throws {Error} where something is left: the browser then tries again later
 */
export async function deliverOutbox(version, signal) {
  /** @type {string[]} */
  const left = [];
  const names = await vaultNames();
  if (names.length > 0) await rotateLog();
  // One vault in trouble holds up no other.
  for (const name of names) await deliverOne(name, version, signal).catch((error) => left.push(String(error)));
  if (left.length > 0) throw new Error(left.join('; '));
}

/** @param {string} name of a vault @param {string} version @param {AbortSignal} signal */
async function deliverOne(name, version, signal) {
  const { database, slice } = await openOutbox(name);
  try {
    const gateway = new Gateway((path, init) => fetch(path, { ...init, signal: AbortSignal.any([signal, /** @type {AbortSignal} */ (init?.signal)]) }), () => Date.now());
    gateway.version = version;
    const { documents, chunks } = await whatWaits(database);
    if (documents + chunks === 0) return;
    const round = await navigator.locks.request(UPLOADER_LOCK, { signal: AbortSignal.any([signal, AbortSignal.timeout(PATIENCE_MS)]) }, () => deliverVault(database, slice, gateway));
    if (!round.revoked && round.connection === 'online') await new Reporter(database, gateway).tell();
    if (round.left > 0 && !round.revoked) throw new Error(`${round.left} left: ${round.connection}`);
  } finally {
    database.close();
  }
}
