// The encrypted log: everything the tablet knows, as blocks of entries, and its index in memory.
//
// Owns: rows `{id, v, generation, bytes}`, one AES-GCM box per block (blocks.js says what is inside),
// padded so that a block's size says little. The associated data is version, id and generation, so that
// blocks cannot be swapped. Each generation has a key of its own in the key slots: sweep.js writes what
// lives under a new key, then destroys the old one, so that what was erased opens no more.
// Guarantees: `append` is one strict transaction with whatever rows belong to it, and the records show it
// once it is durable. A block that does not open is reported and set aside; the others are read all the
// same. A block of a newer version stops the opening: nothing is written then.

import { randomBytes, text, utf8 } from '../crypto/wire.js';
import { EngineError } from '../errors.js';
import { boxKey, open, seal } from '../crypto/box.js';
import { BLOCK_VERSION, packBlocks, paddedSize, readBlock, requireKnown } from './blocks.js';
import { weightOf } from './entries.js';
import { readSnapshot, SNAPSHOT_VERSION, writeSnapshot } from './snapshot.js';

/**
 * @typedef {import('../crypto/wire.js').Bytes} Bytes
 * @typedef {import('./blocks.js').Block} Block
 * @typedef {import('./entries.js').Entry} Entry
 * @typedef {import('./records.js').Records} Records
 * @typedef {import('./database.js').Write} Write
 * @typedef {import('./snapshot.js').BlockState} BlockState
 */

const READ_AHEAD = 32;

export class Log {
  /** Newest generation, under which everything is written. */
  generation = 0;
  /** @type {Map<number, BlockState>} in the order of their ids */ blocks = new Map();
  /** Entries since the last snapshot. */
  tail = 0;
  /** The snapshot did not open, and the log was read whole. */
  mended = false;
  #next = 1;
  /** @type {Map<number, CryptoKey>} */ #keys = new Map();
  /** @type {Promise<unknown>} */ #turn = Promise.resolve();

  /**
   * @param {import('./database.js').Database} database
   * @param {import('./key_slots.js').KeySlots} slots loaded
   * @param {Records} records empty; the log fills them
   */
  constructor(database, slots, records) {
    this.database = database;
    this.slots = slots;
    this.records = records;
  }

  /** Makes the first key of a new vault. */
  create() {
    return this.addGeneration();
  }

  /**
   * Fills the records: from the snapshot and what came after it, or from the whole log.
   * @returns {Promise<number>} blocks that did not open and were set aside now
   * @throws {EngineError} `vault-damaged` where the log's key is gone, `newer-version`
   */
  async open() {
    for (const id of this.slots.ids()) {
      const generation = id.startsWith('log/') ? Number(id.slice(4)) : 0;
      if (generation) this.#keys.set(generation, await boxKey(/** @type {Bytes} */ (this.slots.get(id))));
    }
    if (this.#keys.size === 0) throw new EngineError('vault-damaged', 'log key');
    this.generation = Math.max(...this.#keys.keys());
    const upto = await this.#restore();
    const { last, damaged, whole } = await this.#replay(upto);
    // Where nothing opens, the key is at fault and not the blocks: they stay where they are.
    if (damaged.length > 0 && whole === 0 && upto === 0) throw new EngineError('vault-damaged', 'log');
    const aside = (await this.database.keys('damaged')).filter(Number.isInteger);
    this.#next = Math.max(last, ...aside, 0) + 1;
    for (const row of damaged) await this.#moveAside(row);
    return damaged.length;
  }

  /**
   * However many entries: in blocks of 256, all in one strict transaction.
   * @param {Entry[]} entries
   * @param {Write[] | Promise<Write[]>} [writes] in the same transaction; blocks are sealed while they are awaited
   * @param {{spare?: boolean}} [how] `spare`: fails sooner than take the ballast's room
   */
  append(entries, writes = [], how = {}) {
    const packed = packBlocks(entries);
    return this.inTurn(async () => {
      const [others, ...rows] = await Promise.all([writes, ...packed.map(({ content }, i) => this.sealBlock(this.#next + i, content))]);
      await this.database.write([...rows.map((put) => ({ store: /** @type {const} */ ('blocks'), put })), ...others], how);
      for (const [i, block] of packed.entries()) {
        this.#take(rows[i], block.content.length, block.entries);
        block.entries.forEach((entry, slot) => this.records.apply(entry, rows[i].id, slot));
      }
      this.#next += rows.length;
      this.tail += entries.length;
    });
  }

  /**
   * @param {number[]} ids
   * @returns {Promise<Map<number, Block | null>>} null: it does not open. Blocks that are not there are left out.
   */
  async read(ids) {
    /** @type {Map<number, Block | null>} */
    const found = new Map();
    const rows = await this.database.many('blocks', ids);
    await Promise.all(rows.map(async (row, i) => {
      if (row) found.set(ids[i], await this.#open(row));
    }));
    return found;
  }

  /** The index as it is now, in one transaction in place of the one before. */
  snapshot() {
    return this.inTurn(async () => {
      const generation = this.generation;
      const upto = this.#next - 1;
      const parts = writeSnapshot(this.records, upto, this.blocks);
      const tail = this.tail;
      /** @type {Write[]} */
      const writes = (await this.database.keys('snapshot')).map((id) => ({ store: 'snapshot', remove: id }));
      for (const [id, part] of parts.entries()) {
        const bytes = await this.#sealJson(part, snapshotPlace(generation, upto, `${id}/${parts.length}`));
        writes.push({ store: 'snapshot', put: { id, v: SNAPSHOT_VERSION, generation, upto, parts: parts.length, bytes } });
      }
      // The log is whole without it.
      await this.database.write(writes, { spare: true });
      this.tail -= tail;
    });
  }

  /** Before blocks change that a snapshot speaks of. */
  async dropSnapshot() {
    const ids = await this.database.keys('snapshot');
    if (ids.length > 0) await this.database.write(ids.map((id) => ({ store: 'snapshot', remove: id })));
  }

  /**
   * A block that did not open: kept for whoever can mend it, and no longer spoken of.
   * @param {number} id
   * @returns {Promise<{channel: string, ids: string[]}[]>} documents that read differently now
   */
  setAside(id) {
    return this.inTurn(async () => {
      const row = await this.database.get('blocks', id);
      if (!row || await this.#open(row)) return [];
      await this.dropSnapshot();
      await this.#moveAside(row);
      return this.lose(id);
    });
  }

  /** @param {number} id of a block that is not there any more */
  lose(id) {
    this.blocks.delete(id);
    return this.records.lose(id);
  }

  /** A new key, under which everything is written from now on. */
  async addGeneration() {
    const generation = this.generation + 1;
    const raw = randomBytes(32);
    await this.slots.erase([`log/${generation}`]);
    await this.slots.put([{ id: `log/${generation}`, key: raw }]);
    this.#keys.set(generation, await boxKey(raw));
    this.generation = generation;
  }

  /** Destroys the keys that no block needs. @returns {Promise<void>} */
  async dropOldGenerations() {
    const used = new Set([this.generation, ...[...this.blocks.values()].map(({ generation }) => generation)]);
    const others = [...this.#keys.keys()].filter((generation) => !used.has(generation));
    for (const generation of others) this.#keys.delete(generation);
    if (others.length > 0) await this.slots.erase(others.map((generation) => `log/${generation}`));
  }

  /** Blocks under a key that is to go. @returns {boolean} */
  get isMixed() {
    return this.#keys.size > 1;
  }

  /** @param {number} id @param {Bytes} content @returns {Promise<any>} its row */
  async sealBlock(id, content) {
    const { generation } = this;
    const box = await seal(/** @type {CryptoKey} */ (this.#keys.get(generation)), content, place(BLOCK_VERSION, id, generation));
    return { id, v: BLOCK_VERSION, generation, bytes: box.buffer };
  }

  /** Resolves when every append that was asked for is done. */
  settled() {
    return this.#turn;
  }

  /**
   * One after another: what is decided about the log in a turn holds until its end.
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  inTurn(work) {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }

  /** @returns {Promise<number>} the last block that the records know now; 0 where there is no snapshot */
  async #restore() {
    const rows = await this.database.all('snapshot');
    const [first] = rows;
    if (!first || first.v > SNAPSHOT_VERSION) return 0;
    try {
      if (rows.length !== first.parts) throw new TypeError('a part is missing');
      const parts = await Promise.all(rows.map(async ({ id, generation, upto, parts: of, bytes }) => {
        const key = /** @type {CryptoKey} */ (this.#keys.get(generation));
        const content = await open(key, new Uint8Array(bytes), snapshotPlace(generation, upto, `${id}/${of}`));
        return text(content.subarray(4, 4 + new DataView(content.buffer).getUint32(0)));
      }));
      const { upto, blocks } = readSnapshot(this.records, parts);
      this.blocks = blocks;
      return upto;
    } catch {
      this.mended = true;
      this.records.clear();
      await this.dropSnapshot();
      return 0;
    }
  }

  /** @param {number} upto @returns {Promise<{last: number, damaged: any[], whole: number}>} */
  async #replay(upto) {
    const damaged = [];
    let [last, whole] = [upto, 0];
    for (;;) {
      const rows = await this.database.all('blocks', { after: last, limit: READ_AHEAD });
      if (rows.length === 0) return { last, damaged, whole };
      for (const row of rows) requireKnown('block', row.v ?? 1, BLOCK_VERSION);
      const blocks = await Promise.all(rows.map((row) => this.#open(row)));
      for (const [i, block] of blocks.entries()) {
        if (!block) {
          damaged.push(rows[i]);
          continue;
        }
        whole += 1;
        this.#take(rows[i], block.bytes, block.entries);
        block.entries.forEach((entry, slot) => this.records.apply(entry, rows[i].id, slot));
        this.tail += block.entries.length;
      }
      last = rows[rows.length - 1].id;
    }
  }

  /** @param {any} row @param {number} bytes @param {Entry[]} entries */
  #take({ id, v = 1, generation }, bytes, entries) {
    this.blocks.set(id, { generation, v, bytes, weight: entries.reduce((sum, entry) => sum + weightOf(entry), 0) });
  }

  /** @param {any} row */
  async #moveAside(row) {
    await this.database.write([{ store: 'damaged', put: row }, { store: 'blocks', remove: row.id }]);
  }

  /** @param {any} row @returns {Promise<Block | null>} null where it does not open */
  async #open({ id, v = 1, generation, bytes }) {
    try {
      const key = this.#keys.get(generation);
      return key ? readBlock(await open(key, new Uint8Array(bytes), place(v, id, generation)), v) : null;
    } catch {
      return null;
    }
  }

  /** @param {string} json @param {string} where */
  async #sealJson(json, where) {
    const bytes = utf8(json);
    const content = new Uint8Array(paddedSize(4 + bytes.length));
    new DataView(content.buffer).setUint32(0, bytes.length);
    content.set(bytes, 4);
    return (await seal(/** @type {CryptoKey} */ (this.#keys.get(this.generation)), content, where)).buffer;
  }
}

/** @param {number} version @param {number} id @param {number} generation */
function place(version, id, generation) {
  return version === 1 ? `block/${id}/${generation}` : `block/${version}/${id}/${generation}`;
}

/** @param {number} generation @param {number} upto @param {string} part */
function snapshotPlace(generation, upto, part) {
  return `snapshot/${SNAPSHOT_VERSION}/${upto}/${generation}/${part}`;
}
