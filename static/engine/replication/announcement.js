// Telling the office of a provisional device before its envelopes come (protocol.md, section 2).
//
// Owns: that one request, and its order before a round of delivery. It is signed by the upload key of the device
// that the person could not unlock: the key that is on this tablet's disk, which can only deliver. So whoever
// holds the tablet can announce; nothing that the new device brings counts before a person confirms it.

import { Delivery } from './delivery.js';
import { Refusal, Unreachable } from './gateway.js';
import { Sender } from './sender.js';

const PATH = '/sync/devices/provisional';

/**
 * @param {import('../store/database.js').Database} database
 * @param {import('./gateway.js').Gateway} gateway
 * @throws {Unreachable | Refusal}
 */
export async function announce(database, gateway) {
  const row = await database.get('public', 'announcement');
  if (!row || row.done) return;
  const before = gateway.device;
  gateway.device = row.by.device;
  gateway.nonce = { value: '', used: 0 };
  try {
    await gateway.hello();
    await new Sender(gateway, row.by).post(PATH, { device: row.device });
  } finally {
    gateway.device = before;
    gateway.nonce = { value: '', used: 0 };
  }
  await database.write([{ store: 'public', put: { ...row, done: true } }]);
}

/**
 * One round of delivery of a vault, whichever it is.
 * @param {import('../store/database.js').Database} database
 * @param {ConstructorParameters<typeof Delivery>[1]} slice
 * @param {import('./gateway.js').Gateway} gateway
 * @param {Delivery} [delivery] the vault's own, where it is the one that is chosen
 * @returns {Promise<import('./delivery.js').Round>}
 */
export async function deliverVault(database, slice, gateway, delivery = new Delivery(database, slice, gateway)) {
  try {
    await announce(database, gateway);
  } catch (error) {
    // Without it the envelopes would be nobody's; the round says by itself how the connection is.
    if (!(error instanceof Refusal) && !(error instanceof Unreachable)) throw error;
  }
  return delivery.round();
}
