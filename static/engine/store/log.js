// The encrypted log: everything the tablet knows, as blocks of entries.
//
// Owns: blocks `{id, generation, bytes}`; one AES-GCM box per block over `length u32 ‖ JSON ‖ zeros`,
// padded so that a block's size says little. The associated data is the block's id and generation, so
// blocks cannot be swapped. Each generation has a key of its own in the key slots: compaction writes
// what lives under a new key, then destroys the old one, so that what was erased opens no more.
// Guarantees: `append` is one strict transaction with whatever rows belong to it. A block that does not
// open is reported and set aside; the others are read all the same.

import { randomBytes, text, utf8 } from '../crypto/wire.js';
import { EngineError } from '../errors.js';
import { boxKey, open, seal } from '../crypto/box.js';

/** @typedef {import('../crypto/wire.js').Bytes} Bytes */
/** @typedef {import('./records.js').Entry} Entry */
/** @typedef {import('./database.js').Write} Write */

const LEAST_BLOCK = 512;
/** Entries in one block, at most. */
const BLOCK_ENTRIES = 256;
const READ_AHEAD = 128;

export class Log {
  #next = 1;
  #generation = 0;
  /** @type {Map<number, CryptoKey>} */ #keys = new Map();
  /** @type {Promise<unknown>} */ #turn = Promise.resolve();
  #entries = 0;

  /**
   * @param {import('./database.js').Database} database
   * @param {import('./key_slots.js').KeySlots} slots loaded
   */
  constructor(database, slots) {
    this.database = database;
    this.slots = slots;
  }

  /** Entries written, live or not. */
  get length() {
    return this.#entries;
  }

  /** Makes the first key of a new vault. */
  async create() {
    await this.#addGeneration(1);
    this.#generation = 1;
  }

  /**
   * @param {(entry: Entry) => void} apply in the order in which they were written
   * @returns {Promise<number>} blocks that did not open and were set aside now
   * @throws {EngineError} `vault-damaged` where the log's key is gone
   */
  async replay(apply) {
    for (const id of this.slots.ids()) {
      const generation = id.startsWith('log/') ? Number(id.slice(4)) : 0;
      if (generation) this.#keys.set(generation, await boxKey(/** @type {Bytes} */ (this.slots.get(id))));
    }
    if (this.#keys.size === 0) throw new EngineError('vault-damaged', 'log key');
    this.#generation = Math.max(...this.#keys.keys());
    const damaged = [];
    let whole = 0;
    let last = -1;
    for (;;) {
      const rows = await this.database.all('blocks', { after: last, limit: READ_AHEAD });
      if (rows.length === 0) break;
      const blocks = await Promise.all(rows.map((row) => this.#open(row)));
      for (const [i, entries] of blocks.entries()) {
        if (!entries) {
          damaged.push(rows[i]);
          continue;
        }
        whole += 1;
        entries.forEach(apply);
        this.#entries += entries.length;
      }
      last = rows[rows.length - 1].id;
    }
    // Where nothing opens, the key is at fault and not the blocks: they stay where they are.
    if (damaged.length > 0 && whole === 0) throw new EngineError('vault-damaged', 'log');
    for (const row of damaged) {
      await this.database.write([{ store: 'damaged', put: row }, { store: 'blocks', remove: row.id }]);
    }
    const aside = await this.database.keys('damaged');
    this.#next = Math.max(last, ...aside, 0) + 1;
    await this.#dropOldGenerations();
    return damaged.length;
  }

  /**
   * However many entries: blocks of 256, all in one strict transaction.
   * @param {Entry[]} entries
   * @param {Write[]} [writes] in the same transaction
   */
  append(entries, writes = []) {
    return this.#inTurn(async () => {
      const starts = [];
      for (let i = 0; i === 0 || i < entries.length; i += BLOCK_ENTRIES) starts.push(i);
      const rows = await Promise.all(starts.map((start, i) => (
        this.#block(this.#next + i, this.#generation, entries.slice(start, start + BLOCK_ENTRIES)))));
      await this.database.write([...rows.map((put) => ({ store: /** @type {const} */ ('blocks'), put })), ...writes]);
      this.#next += rows.length;
      this.#entries += entries.length;
    });
  }

  /**
   * Rewrites the log as `live()` says, under a new key, and destroys the old one.
   * @param {() => Iterable<Entry>} live called when no append is under way
   */
  compact(live) {
    return this.#inTurn(async () => {
      const generation = this.#generation + 1;
      await this.#addGeneration(generation);
      const entries = [...live()];
      /** @type {Write[]} */
      const writes = (await this.database.keys('blocks')).map((id) => ({ store: 'blocks', remove: id }));
      let next = this.#next;
      for (let i = 0; i < entries.length; i += BLOCK_ENTRIES) {
        const row = await this.#block(next, generation, entries.slice(i, i + BLOCK_ENTRIES));
        writes.push({ store: 'blocks', put: row });
        next += 1;
      }
      await this.database.write(writes);
      this.#next = next;
      this.#generation = generation;
      this.#entries = entries.length;
      await this.#dropOldGenerations();
    });
  }

  /** Resolves when every append that was asked for is done. */
  settled() {
    return this.#turn;
  }

  /** @param {number} generation */
  async #addGeneration(generation) {
    const raw = randomBytes(32);
    await this.slots.erase([`log/${generation}`]);
    await this.slots.put([{ id: `log/${generation}`, key: raw }]);
    this.#keys.set(generation, await boxKey(raw));
  }

  /** A key may go only when no block needs it: after a crash in a compaction either side may be whole. */
  async #dropOldGenerations() {
    const [first] = await this.database.all('blocks', { limit: 1 });
    const used = first ? first.generation : this.#generation;
    this.#generation = used;
    const others = [...this.#keys.keys()].filter((generation) => generation !== used);
    for (const generation of others) this.#keys.delete(generation);
    if (others.length > 0) await this.slots.erase(others.map((generation) => `log/${generation}`));
  }

  /**
   * @param {number} id
   * @param {number} generation
   * @param {Entry[]} entries
   */
  async #block(id, generation, entries) {
    const json = utf8(JSON.stringify(entries));
    const content = new Uint8Array(paddedSize(json.length + 4));
    new DataView(content.buffer).setUint32(0, json.length);
    content.set(json, 4);
    const key = /** @type {CryptoKey} */ (this.#keys.get(generation));
    return { id, generation, bytes: (await seal(key, content, place(id, generation))).buffer };
  }

  /** @param {any} row @returns {Promise<Entry[] | null>} null where it does not open */
  async #open(row) {
    try {
      const key = this.#keys.get(row.generation);
      if (!key) return null;
      const content = await open(key, new Uint8Array(row.bytes), place(row.id, row.generation));
      const length = new DataView(content.buffer, content.byteOffset).getUint32(0);
      const entries = JSON.parse(text(content.subarray(4, 4 + length)));
      return Array.isArray(entries) ? entries : null;
    } catch {
      return null;
    }
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  #inTurn(work) {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

/** @param {number} id @param {number} generation */
function place(id, generation) {
  return `block/${id}/${generation}`;
}

/**
 * Padmé: the size's first bits only, so at most 12 % more.
 * @param {number} size
 */
export function paddedSize(size) {
  if (size <= LEAST_BLOCK) return LEAST_BLOCK;
  const exponent = Math.floor(Math.log2(size));
  const unit = 2 ** (exponent - Math.floor(Math.log2(exponent)) - 1);
  return Math.ceil(size / unit) * unit;
}
