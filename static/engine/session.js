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
import { BLOCK_VERSION } from './store/blocks.js';
import { Bodies } from './store/bodies.js';
import { stub } from './store/entries.js';
import { KeySlots } from './store/key_slots.js';
import { Log } from './store/log.js';
import { Records } from './store/records.js';
import { isPoor, sweep } from './store/sweep.js';

/**
 * @typedef {import('./crypto/wire.js').Bytes} Bytes
 * @typedef {import('./store/entries.js').Entry} Entry
 * @typedef {import('./store/database.js').Write} Write
 * @typedef {import('./store/storage.js').Storage} Storage
 */

/** A revision as the server sends it. @typedef {{id: string, rev: string, ancestors: string[], deleted: boolean, doc: any}} IngestRow */

/** A snapshot is due when so much came since the last one: less is read faster than it is written. */
const TAIL = 1024;
/** Bodies of a larger commit are not asked for at once. */
const FRESH = 32;
/** Not in the middle of what is coming in. */
const TIDY_AFTER_MS = 2000;

export class Session {
  records = new Records();
  /** @type {Map<string, Bytes>} custody content keys of this session; never on disk */ custodyKeys = new Map();
  /** @type {CryptoKey | null} */ #signingKey = null;
  closed = false;
  /** Blocks that did not open. */
  damaged = 0;
  /** @type {Promise<unknown>} */ #tidying = Promise.resolve();
  #tidyDue = false;

  /**
   * @param {Storage} storage
   * @param {{slots: import('./store/place.js').Place, key: CryptoKey}} place the key slots and their subkey
   */
  constructor(storage, { slots, key }) {
    this.storage = storage;
    this.slots = new KeySlots(slots, key, (work) => storage.ballast.guard(work));
    this.log = new Log(storage.database, this.slots, this.records);
    this.bodies = new Bodies(this.log, (block) => this.#lose(block));
    this.readings = new Readings(this.records, this.bodies);
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
    this.damaged = await this.log.open();
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
   * @param {Write[] | Promise<Write[]>} [writes] rows in the same transaction; where they fail, nothing is written
   * @param {{spare?: boolean}} [how] `spare`: fails sooner than take the ballast's room
   * @throws {EngineError} `storage-full`: nothing of it was written
   */
  async commit(entries, writes = [], how = {}) {
    if (this.closed) throw new EngineError('locked');
    await this.log.append(entries, writes, how).catch((error) => { throw isQuota(error) ? new EngineError('storage-full') : error; });
    if (entries.some(({ t }) => t === 'erased' || t === 'gone')) this.bodies.forget();
    if (entries.length <= FRESH) this.#noteFresh(entries);
    this.#tidySoon();
  }

  /** What was just written is read back first. @param {Entry[]} entries */
  #noteFresh(entries) {
    for (const entry of entries) {
      if (entry.t !== 'doc' || !('l' in entry)) continue;
      const { rev, doc } = entry.l;
      const leaf = this.records.get(entry.c, doc._id)?.leaves.find((one) => one.rev === rev);
      if (leaf) this.bodies.note(leaf, doc);
    }
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
    // A server that has not heard of an erasure yet, or no more, still sends what was erased here: it is not written.
    /** @param {string} id @param {any} doc */
    const kept = (id, doc) => (this.records.erased.has(id) ? stub(content(doc)) : content(doc));
    /** @type {Entry[]} */
    const leaves = rows.map(({ id, rev, ancestors, deleted, doc }) => (
      { t: 'doc', c: channel, l: { rev, ancestors, deleted, doc: { type: id.slice(0, id.indexOf(':')), ...kept(id, doc), _id: id } } }));
    await this.commit([...leaves, ...entries], writes);
    return rows.map(({ id }) => id);
  }

  /**
   * Rewrites the log in steps, where it is worth it.
   * @param {boolean} force what was erased opens no more when this resolves: everything stands under a new key
   */
  compact(force) {
    const work = async () => {
      if (this.closed) return;
      // Erased once more while a sweep was going on: once more over all.
      for (let full = force || this.#mustSweep(); full; full = this.records.unswept) {
        await this.#sweep(true);
        await this.storage.database.rest();
        this.bodies.forget();
      }
      // On a full disk neither is done: nothing needs them.
      if (!force && isPoor(this.log)) await this.#sweep(false).catch(unlessFull);
    };
    const result = this.#tidying.then(work);
    // Whoever erases waits for what must be destroyed; the index for the next unlock is made after that.
    this.#tidying = result.then(async () => {
      if (!this.closed && (this.log.tail >= TAIL || (force && this.log.blocks.size > 1))) await this.log.snapshot().catch(unlessFull);
    }).catch(() => {});
    return result;
  }

  /** An erasure was cut short, or an older format stands. */
  #mustSweep() {
    return this.records.unswept || this.log.isMixed || [...this.log.blocks.values()].some(({ v }) => v < BLOCK_VERSION);
  }

  /** @param {boolean} full */
  #sweep(full) {
    return sweep(this.log, {
      full,
      pause: async () => {
        await new Promise((resolve) => { setTimeout(resolve, 0); });
        // A lock waits for what must be erased, and for nothing else.
        if (this.closed && !full) throw new EngineError('locked');
      },
      lost: (block) => this.#lose(block),
    });
  }

  /** In the background, when enough has come in. */
  #tidySoon() {
    if (this.#tidyDue || this.log.tail < TAIL) return;
    this.#tidyDue = true;
    setTimeout(() => {
      this.compact(false).catch(() => {}).finally(() => { this.#tidyDue = false; });
    }, TIDY_AFTER_MS);
  }

  /** A block does not open: the next pull asks for what was in it. @param {number} block */
  async #lose(block) {
    const known = this.log.blocks.has(block);
    await this.log.setAside(block);
    if (!known || this.log.blocks.has(block)) return;
    this.damaged += 1;
    if (!this.closed) await this.#askAgain();
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
    await this.#tidying;
    await this.log.settled();
    await this.storage.database.end();
    for (const key of this.custodyKeys.values()) key.fill(0);
    this.custodyKeys.clear();
    this.slots.forget();
    this.slots.place.close();
    this.#signingKey = null;
    this.bodies.forget();
    this.records.clear();
  }
}

/** @param {unknown} error @throws what is no want of room */
function unlessFull(error) {
  if (!isQuota(error)) throw error;
}
