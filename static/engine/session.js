// An unlocked vault: its keys in memory, its log and what the log says.
//
// Owns: the order "durable first, then visible": `commit` resolves after a strict transaction, and only
// then do the records show it. When the session is dropped every key goes with it.

import { boxKey } from './crypto/box.js';
import { importSigningKey } from './crypto/signing.js';
import { fromBase64 } from './crypto/wire.js';
import { EngineError, isQuota } from './errors.js';
import { Readings } from './replication/readings.js';
import { content } from './replication/revisions.js';
import { KeySlots } from './store/key_slots.js';
import { Log } from './store/log.js';
import { Records } from './store/records.js';

/**
 * @typedef {import('./crypto/wire.js').Bytes} Bytes
 * @typedef {import('./store/records.js').Entry} Entry
 * @typedef {import('./store/database.js').Write} Write
 * @typedef {import('./store/storage.js').Storage} Storage
 */

/** A revision as the server sends it. @typedef {{id: string, rev: string, ancestors: string[], deleted: boolean, doc: any}} IngestRow */

/** Compact when so much of the log is garbage. */
const GARBAGE_SHARE = 0.5;
const GARBAGE_LEAST = 2000;

export class Session {
  records = new Records();
  readings = new Readings(this.records);
  /** @type {Map<string, Bytes>} custody content keys of this session; never on disk */ custodyKeys = new Map();
  /** @type {CryptoKey | null} */ #signingKey = null;
  closed = false;
  /** Blocks that did not open when the log was read. */
  damaged = 0;

  /**
   * @param {Storage} storage
   * @param {{slots: import('./store/place.js').Place, key: CryptoKey}} place the key slots and their subkey
   */
  constructor(storage, { slots, key }) {
    this.storage = storage;
    this.slots = new KeySlots(slots, key);
    this.log = new Log(storage.database, this.slots);
  }

  /** For a new vault. @param {any} self account, device, signing key, key set @param {Write[]} writes */
  async create(self, writes) {
    await this.slots.load();
    await this.log.create();
    await this.commit([{ t: 'self', self }], writes);
    this.#signingKey = await importSigningKey(self.signing);
  }

  /** @throws {EngineError} `vault-damaged` */
  async load() {
    await this.slots.load();
    this.damaged = await this.log.replay((entry) => this.records.apply(entry));
    if (!this.records.self) throw new EngineError('vault-damaged', 'account');
    this.#signingKey = await importSigningKey(this.records.self.signing);
    if (this.damaged > 0) await this.#askAgain();
  }

  /** What is missing here may be on the server: the next pull is from the start. */
  async #askAgain() {
    const channels = [...this.records.checkpoints];
    if (channels.length > 0) await this.commit(channels.map(([c, { epoch }]) => ({ t: 'since', c, epoch, since: null })));
  }

  /** @returns {any} account, device, key set */
  get self() {
    return this.records.self;
  }

  /** @returns {CryptoKey} */
  get signingKey() {
    if (!this.#signingKey) throw new EngineError('locked');
    return this.#signingKey;
  }

  /**
   * Durable when resolved, and visible from then on.
   * @param {Entry[]} entries
   * @param {Write[]} [writes] rows in the same transaction
   */
  async commit(entries, writes = []) {
    if (this.closed) throw new EngineError('locked');
    try {
      await this.log.append(entries, writes);
    } catch (error) {
      if (!isQuota(error)) throw error;
      if (!(await this.storage.dropBallast())) throw new EngineError('storage-full');
      await this.log.append(entries, writes).catch((again) => {
        throw isQuota(again) ? new EngineError('storage-full') : again;
      });
    }
    for (const entry of entries) this.records.apply(entry);
  }

  /**
   * What came from the server in bulk: a pack, or a long stretch of the stream. Blocks of 256 documents, all
   * in one strict transaction; some 10,000 rows in one call are fine. Rows that are known already do no harm.
   * @param {string} channel
   * @param {IngestRow[]} rows
   * @param {Entry[]} [entries] of the same moment, such as the checkpoint
   * @param {Write[]} [writes] rows of the database in the same transaction
   * @returns {Promise<string[]>} ids of the documents, durable and visible
   */
  async ingest(channel, rows, entries = [], writes = []) {
    /** @type {Entry[]} */
    const leaves = rows.map(({ id, rev, ancestors, deleted, doc }) => (
      { t: 'doc', c: channel, l: { rev, ancestors, deleted, doc: { type: id.slice(0, id.indexOf(':')), ...content(doc), _id: id } } }));
    await this.commit([...leaves, ...entries], writes);
    return rows.map(({ id }) => id);
  }

  /** Rewrites the log where garbage dominates, or where something was erased. @param {boolean} force */
  async compact(force) {
    const garbage = this.log.length - this.records.size;
    if (!force && (garbage < GARBAGE_LEAST || garbage < this.log.length * GARBAGE_SHARE)) return;
    await this.log.compact(() => this.records.entries());
  }

  /**
   * The content key of a medium.
   * @param {string} id
   * @returns {Promise<CryptoKey | null>} null where this session has none
   */
  async contentKey(id) {
    const raw = this.custodyKeys.get(id) ?? this.slots.get(id);
    return raw ? boxKey(raw) : null;
  }

  /** @param {{for: string, key: string}[]} keys group-class keys that came from the server */
  async keepKeys(keys) {
    const fresh = keys.filter((key) => !this.records.erased.has(key.for));
    await this.slots.put(fresh.map((key) => ({ id: key.for, key: fromBase64(key.key) })));
  }

  /** Drops every key. What was acknowledged is on disk; what is under way fails with `locked`. */
  async close() {
    if (this.closed) return;
    this.closed = true;
    await this.log.settled();
    for (const key of this.custodyKeys.values()) key.fill(0);
    this.custodyKeys.clear();
    this.slots.forget();
    this.slots.place.close();
    this.#signingKey = null;
    this.records = new Records();
    this.readings = new Readings(this.records);
  }
}
