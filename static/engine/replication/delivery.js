// Delivering what waits in the outbox: envelopes in batches, then the chunks the server lacks (uploads.js).
//
// Owns: one round. Used by the worker and, while the app is locked or closed, by the service worker: it
// needs the upload key and rows that tell nothing, no key that opens anything. A row is marked as tried
// before it is offered; it is done only when a receipt's signature and hash were verified.
// protocol.md, section 4.

import { verifyReceipt } from '../crypto/signing.js';
import { toBase64 } from '../crypto/wire.js';
import { Refusal, Unreachable } from './gateway.js';
import { Sender } from './sender.js';
import { Uploads } from './uploads.js';

/**
 * @typedef {import('../types.js').OutboxRow} OutboxRow
 * @typedef {import('../types.js').ChunkRow} ChunkRow
 * @typedef {import('../types.js').Connection} Connection
 * @typedef {import('../store/database.js').Write} Write
 */

/**
 * @typedef {object} Round
 * @property {Connection} connection
 * @property {number} receipts verified in this round
 * @property {number} chunks sent in this round
 * @property {number} left rows that still wait for their turn
 * @property {boolean} revoked the office has withdrawn this device
 * @property {number} [retryAfterMs] asked for by the server
 */

/** One uploader among tabs and the service worker. */
export const UPLOADER_LOCK = 'aigaq-uploader';

/** Of outbox rows; those without `v` are of the first. */
const OUTBOX_VERSION = 1;
const BATCH = 100;
/** Of JSON; the gateway takes 8 MiB. */
const BATCH_BYTES = 6 << 20;

export class Delivery {
  /**
   * @param {import('../store/database.js').Database} database
   * @param {import('../store/files.js').Files['slice']} slice
   * @param {import('./gateway.js').Gateway} gateway
   * @param {(progress: {sent: number, total: number, bytes: number}) => void} [progress]
   * @param {import('./uploads.js').Surroundings} [around]
   */
  constructor(database, slice, gateway, progress = () => {}, around = {}) {
    this.database = database;
    this.gateway = gateway;
    this.progress = progress;
    this.uploads = new Uploads(database, slice, (rows) => {
      this.chunks += rows.length;
      for (const row of rows) this.#count(row.size);
    }, around);
    /** Sent, or found to be held, in this round. */
    this.chunks = 0;
    /** @type {{sent: number, total: number, bytes: number}} */ this.counted = { sent: 0, total: 0, bytes: 0 };
  }

  /** What was in the outbox when it was last looked through. @type {Set<number>} */ #seen = new Set();

  /**
   * Everything that waits, once. Never throws for the network's sake.
   * @returns {Promise<Round>}
   */
  async round() {
    /** @type {Round} */
    const round = { connection: 'online', receipts: 0, chunks: 0, left: 0, revoked: false };
    this.chunks = 0;
    try {
      const sender = await Sender.of(this.database, this.gateway);
      if (!sender) return round;
      await this.gateway.hello();
      const waiting = await this.#left();
      this.counted = { sent: 0, total: waiting, bytes: 0 };
      await this.#sendEnvelopes(sender, round);
      // Uploading may take hours; what is saved meanwhile does not wait for its end.
      while (!(await this.uploads.pass(sender, () => this.#hasNew()))) await this.#sendEnvelopes(sender, round, true);
    } catch (error) {
      if (error instanceof Unreachable) {
        round.connection = error.connection;
        round.retryAfterMs = error.retryAfterMs;
      } else if (error instanceof Refusal) {
        round.revoked = error.code === 'device-revoked';
        round.connection = round.revoked ? 'online' : 'server-error';
      } else throw error;
    }
    round.chunks = this.chunks;
    round.left = await this.#left();
    return round;
  }

  async #hasNew() {
    return (await this.database.keys('outbox')).some((n) => !this.#seen.has(n));
  }

  async #left() {
    return (await this.uploads.waiting()).now.length + (await this.#rowsWaiting()).length;
  }

  /** @param {Sender} sender @param {Round} round @param {boolean} [more] only those that this round has not seen */
  async #sendEnvelopes(sender, round, more = false) {
    let after = 0;
    const seen = more ? this.#seen : new Set();
    this.#seen = new Set(await this.database.keys('outbox'));
    // Those refused before come last, so that one stuck envelope holds up nothing.
    const rows = (await this.#rowsWaiting()).filter(({ n }) => !seen.has(n));
    if (more) this.counted.total += rows.length;
    const refused = rows.filter((row) => row.error);
    for (const group of [rows.filter((row) => !row.error), refused]) {
      after = 0;
      while (after < group.length) {
        const batch = takeBatch(group.slice(after, after + BATCH));
        after += batch.length;
        await this.#sendBatch(sender, batch, round);
      }
    }
  }

  /** @param {Sender} sender @param {OutboxRow[]} listed @param {Round} round */
  async #sendBatch(sender, listed, round) {
    await this.database.write(listed.map(({ n, id }) => ({
      store: 'outbox', key: n, change: (row) => (row?.id === id && !row.tried ? { ...row, tried: true } : undefined),
    })));
    // Some may have been superseded or erased since they were listed: only what is marked goes out.
    const rows = (await Promise.all(listed.map(({ n }) => this.database.get('outbox', n))))
      .filter((row, i) => row && row.id === listed[i].id && row.sealed);
    if (rows.length === 0) return;
    const envelopes = rows.map(({ id, key, device, sealed, signature }) => ({ id, key, device, sealed: toBase64(sealed), signature }));
    const answer = await sender.post('/sync/outbox', { envelopes });
    const answers = new Map((answer?.receipts ?? []).map((/** @type {any} */ item) => [item?.receipt?.envelope ?? item?.id, item]));
    const keyset = await this.database.get('public', 'keyset');
    for (const row of rows) {
      const item = answers.get(row.id);
      const verified = Boolean(item?.receipt) && await verifyReceipt(item, row, keyset.signed.set);
      const error = verified ? null : (item?.error ?? 'receipt-invalid');
      await this.database.write([{ store: 'outbox', key: row.n, change: (now) => {
        if (now?.id !== row.id) return undefined;
        if (!verified) return { ...now, error };
        return acknowledged(now, item);
      } }]);
      if (!verified) continue;
      round.receipts += 1;
      this.#count(row.size);
    }
  }

  /** @param {number} bytes */
  #count(bytes) {
    this.counted.sent += 1;
    this.counted.bytes += bytes;
    this.progress({ ...this.counted });
  }

  /** @returns {Promise<OutboxRow[]>} */
  async #rowsWaiting() {
    return (await this.database.all('outbox')).filter((row) => !row.receipt && isKnownRow(row));
  }
}

/**
 * An outbox row with its verified receipt: the sealed bytes have done their work.
 * @param {OutboxRow} row @param {any} item
 */
export function acknowledged(row, item) {
  return { ...row, sealed: null, receipt: item.receipt, receiptSignature: item.signature, quarantined: item.quarantined ?? null, error: null };
}

/** A row of a newer version waits for the app that wrote it: it is neither offered nor changed. @param {OutboxRow} row */
export function isKnownRow(row) {
  return (row.v ?? 1) === OUTBOX_VERSION;
}

/** @param {OutboxRow[]} rows @returns {OutboxRow[]} the first ones that fit a request, at least one */
function takeBatch(rows) {
  let bytes = 0;
  const end = rows.findIndex((row) => (bytes += row.size * 4 / 3 + 300) > BATCH_BYTES);
  return end === -1 ? rows : rows.slice(0, Math.max(1, end));
}

/** @param {import('../store/database.js').Database} database */
export async function whatWaits(database) {
  const rows = (await database.all('outbox')).filter((/** @type {OutboxRow} */ row) => !row.receipt);
  const chunks = (await database.all('chunks')).filter((/** @type {ChunkRow} */ row) => !row.sent);
  const bytes = [...rows, ...chunks].reduce((sum, row) => sum + row.size, 0);
  return { documents: rows.length, chunks: chunks.length, bytes };
}
