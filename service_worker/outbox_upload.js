// Delivery while the app is locked or closed.
//
// Owns: one round of delivery for a `sync` event. It reads outbox rows and ranges of ciphertext files and
// signs with the upload key, which can only deliver. A page that is delivering already goes first.

import { Delivery, UPLOADER_LOCK } from '../static/engine/replication/delivery.js';
import { Gateway } from '../static/engine/replication/gateway.js';
import { openOutbox } from '../static/engine/store/storage.js';

/**
 * @returns {Promise<void>}
 * @throws {Error} where something is left: the browser then tries again later
 */
export async function deliverOutbox() {
  const { database, readRange } = await openOutbox();
  try {
    const gateway = new Gateway((path, init) => fetch(path, init), () => Date.now());
    const delivery = new Delivery(database, readRange, gateway);
    const round = await navigator.locks.request(UPLOADER_LOCK, { ifAvailable: true }, (lock) => (lock ? delivery.round() : null));
    if (round && round.left > 0 && !round.revoked) throw new Error(`${round.left} left: ${round.connection}`);
  } finally {
    database.close();
  }
}
