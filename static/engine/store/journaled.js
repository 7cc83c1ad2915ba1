// The database behind a journal: a small write is durable as soon as the journal is flushed, and the database
// follows within moments, many such writes in one strict transaction.
//
//   write ──► appended, flushed ──► acknowledged ──► the database has it (`DELAY_MS`; any other write; lock; hiding)
//                                     │ crash                                   │
//                                     └──► read back at the next opening ───────┘
//
// Owns: which writes go by the journal, their order with all others, and reading as if they stood in the database
// already. The row `journal` of `public` says which number the database has: it is written in the same transaction,
// so that a record is taken over once, and by one owner (`epoch`): a tab that was frozen while another took the
// vault by force writes nothing any more. Without a file to hold exclusively everything goes the plain way.

import { randomBytes } from '../crypto/wire.js';
import { EngineError, isQuota } from '../errors.js';
import { Journal, JOURNALED, readJournal } from './journal.js';

/**
 * @typedef {import('./database.js').Database} Database
 * @typedef {import('./database.js').StoreName} StoreName
 * @typedef {import('./database.js').Write} Write
 * @typedef {import('./database.js').Range} Range
 * @typedef {import('./journal.js').JournalRecord} JournalRecord
 * @typedef {import('./place.js').Place} Place
 */

/**
 * @typedef {object} JournalSource
 * @property {() => Promise<import('../crypto/wire.js').Bytes | null>} read without a handle; null where there is no file
 * @property {() => Promise<Place>} open exclusively
 * @property {() => boolean} roomy false: the disk is full, and what is acknowledged might find no room in the database
 * @property {(work: () => void, ms: number) => void} later
 */

const ROW = 'journal';
/** What is saved in one go comes to the database together; the service worker waits no longer than this for it. */
const DELAY_MS = 40;
const AGAIN_MS = 1000;
/** Their rows speak of one another: what is written to them keeps its order. */
const ORDERED = new Set([...JOURNALED, 'snapshot', 'damaged']);

export class JournaledDatabase {
  /** @type {Journal | null} */ #journal = null;
  /** @type {JournalRecord[]} acknowledged, and not in the database yet */ #pending = [];
  #begun = false;
  /** No more of it goes by the journal until the next beginning. */ #broken = false;
  #epoch = 0;
  /** The last number given, and the last that the database knows of. */
  #number = 0;
  #upto = 0;
  #due = false;
  /** @type {Promise<unknown>} */ #turn = Promise.resolve();

  /**
   * @param {Database} inner
   * @param {JournalSource | null} source null: there are no sync handles here
   */
  constructor(inner, source) {
    this.inner = inner;
    this.source = source;
  }

  /**
   * Takes over what a crash left, and journals from now on. Only for the owner of the vault, before anything is read.
   * @throws {EngineError} `newer-version`; `storage-refused` where there is a journal that cannot be read
   */
  begin() {
    const { source } = this;
    return this.#inTurn(async () => {
      if (!source || this.#begun) return;
      const kept = await this.inner.get('public', ROW) ?? { epoch: 0, upto: 0 };
      const journal = await openJournal(source);
      try {
        await this.#adopt(journal ? journal.records() : await readWithout(source), kept);
      } catch (error) {
        journal?.place.close();
        throw error;
      }
      this.#journal = journal;
      // What is still to be taken over must not be written over.
      this.#broken = this.#pending.length > 0;
      this.#begun = true;
    });
  }

  /** The same without going on: the vault stays locked. Makes no file. @throws {EngineError} as `begin` */
  async recover() {
    const file = await this.source?.read();
    if (!file || readJournal(file).length === 0) return;
    await this.begin();
    await this.end();
  }

  /** Everything acknowledged is in the database, and the file is given up. Where the disk is full it stays in the file. */
  async end() {
    await this.rest().catch(() => {});
    await this.#inTurn(async () => {
      this.#begun = false;
      this.#pending = [];
      this.#journal?.place.close();
      this.#journal = null;
    });
  }

  /** Everything acknowledged is in the database, and nothing of it is left in the file. */
  rest() {
    return this.#inTurn(async () => {
      while (this.#pending.length > 0) await this.#put([], {});
      // Where that fails the next beginning does it.
      await this.#journal?.scrub().catch(() => {});
    });
  }

  /** Nothing of it is left anywhere: the vault is to be destroyed. */
  async wipe() {
    await this.end();
    const size = (await this.source?.read())?.length;
    if (!size) return;
    const place = await /** @type {JournalSource} */ (this.source).open();
    place.write(0, randomBytes(size));
    await place.flush();
    place.close();
  }

  /** Everything acknowledged is in the database. */
  drain() {
    return this.#inTurn(async () => { if (this.#pending.length > 0) await this.#put([], {}); });
  }

  /** @param {Write[]} writes @param {{spare?: boolean}} [how] @returns {Promise<void>} */
  async write(writes, how = {}) {
    if (!writes.some(({ store }) => ORDERED.has(store))) return this.inner.write(writes, how);
    if (!how.spare && await this.#append(writes)) return undefined;
    return this.#inTurn(() => this.#put(writes, how));
  }

  /** @param {StoreName} store @param {any} key @returns {Promise<any>} */
  async get(store, key) {
    const later = this.#later(store);
    if (later.length === 0) return this.inner.get(store, key);
    const made = later.findLast((write) => keyOf(write) === key);
    return made && 'put' in made ? { ...made.put } : follow(later, key, await this.inner.get(store, key));
  }

  /** @param {StoreName} store @param {any[]} keys @returns {Promise<any[]>} */
  async many(store, keys) {
    const later = this.#later(store);
    const rows = await this.inner.many(store, keys);
    return later.length === 0 ? rows : rows.map((row, i) => follow(later, keys[i], row));
  }

  /** @param {StoreName} store @param {Range} [range] @returns {Promise<any[]>} */
  async all(store, range = {}) {
    const later = this.#later(store);
    const rows = await this.inner.all(store, range);
    if (later.length === 0) return rows;
    const { from = -Infinity, after = -Infinity, to = Infinity, limit } = range;
    const found = new Map(rows.map((row) => [rowKey(store, row), row]));
    for (const key of new Set(later.map(keyOf))) {
      if (key >= from && key > after && key <= to) found.set(key, follow(later, key, found.get(key)));
    }
    const there = [...found].filter(([, row]) => row !== undefined).sort(([a], [b]) => a - b).map(([, row]) => row);
    return there.slice(0, limit);
  }

  /** @param {StoreName} store @returns {Promise<any[]>} */
  async keys(store) {
    if (this.#later(store).length === 0) return this.inner.keys(store);
    return (await this.all(store)).map((row) => rowKey(store, row));
  }

  close() {
    this.inner.close();
  }

  /** @param {StoreName} store @returns {Write[]} what it does not hold yet */
  #later(store) {
    if (this.#pending.length === 0 || !JOURNALED.has(store)) return [];
    return this.#pending.flatMap(({ writes }) => writes.filter((write) => write.store === store));
  }

  /** @param {Write[]} writes @returns {Promise<boolean>} whether it is durable now; else nothing was acknowledged */
  async #append(writes) {
    const journal = this.#journal;
    if (!journal || this.#broken || !this.source?.roomy() || !writes.every(isPlain)) return false;
    const busy = (/** @type {number} */ half) => this.#pending.some((record) => record.half === half);
    this.#number += 1;
    /** @type {JournalRecord} */
    const record = { epoch: this.#epoch, number: this.#number, writes, half: -1 };
    try {
      record.half = journal.append(this.#epoch, this.#number, writes, busy);
      if (record.half < 0) return false;
      // With the number, in one breath: whoever writes that number to the database writes the record too.
      this.#pending.push(record);
      await journal.flush();
      this.#soon(DELAY_MS);
      return true;
    } catch {
      // Whether it lies in the file nobody knows: the number that the next transaction writes passes it by.
      this.#pending = this.#pending.filter((one) => one !== record);
      this.#broken = true;
      return false;
    }
  }

  /**
   * In one strict transaction after all that came before.
   * @param {Write[]} writes
   * @param {{spare?: boolean}} how
   */
  async #put(writes, how) {
    const before = [...this.#pending];
    const number = this.#number;
    if (before.length === 0 && number === this.#upto) return this.inner.write(writes, how);
    this.#journal?.turn((half) => this.#pending.some((record) => record.half === half));
    const mark = markOf(this.#epoch, { epoch: this.#epoch, upto: number });
    try {
      await this.inner.write([mark, ...before.flatMap((record) => record.writes), ...writes], how);
    } catch (error) {
      if (isOvertaken(error)) this.#lose();
      throw error;
    }
    this.#upto = number;
    this.#pending = this.#pending.filter((record) => !before.includes(record));
    return undefined;
  }

  /** Another tab owns the vault, and has read the file. */
  #lose() {
    this.#pending = [];
    this.#journal?.place.close();
    this.#journal = null;
  }

  /** @param {number} ms */
  #soon(ms) {
    if (this.#due) return;
    this.#due = true;
    this.source?.later(() => {
      this.#due = false;
      this.drain().catch(() => { if (this.#pending.length > 0) this.#soon(AGAIN_MS); });
    }, ms);
  }

  /**
   * @param {JournalRecord[]} found
   * @param {{epoch: number, upto: number}} kept
   */
  async #adopt(found, kept) {
    const left = found.filter(({ number }) => number > kept.upto);
    this.#number = Math.max(kept.upto, ...found.map(({ number }) => number));
    this.#upto = kept.upto;
    this.#epoch = kept.epoch;
    // Written by a tab that no longer owned the vault: others may stand in their places.
    const strays = left.filter(({ epoch }) => epoch !== kept.epoch);
    this.#pending = left.filter(({ epoch }) => epoch === kept.epoch);
    const next = { epoch: kept.epoch + 1, upto: this.#number };
    try {
      await this.inner.write([
        markOf(kept.epoch, next),
        ...this.#pending.flatMap(({ writes }) => writes),
        ...strays.flatMap(({ epoch, number, writes }) => writes.map((write, i) => asideOf(`journal/${epoch}/${number}/${i}`, write))),
      ]);
      [this.#epoch, this.#upto, this.#pending] = [next.epoch, next.upto, []];
    } catch (error) {
      // They are read from the file meanwhile.
      if (!isQuota(error) && !(error instanceof EngineError && error.code === 'storage-full')) throw error;
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

/** @param {JournalSource} source @returns {Promise<Journal | null>} null: a tab that crashed holds it still, or there is no room @throws {EngineError} `newer-version` */
async function openJournal(source) {
  const place = await source.open().catch(() => null);
  if (!place) return null;
  try {
    return await Journal.open(place);
  } catch (error) {
    place.close();
    if (error instanceof EngineError) throw error;
    return null;
  }
}

/** @param {JournalSource} source */
async function readWithout(source) {
  const file = await source.read().catch(() => { throw new EngineError('storage-refused', 'journal'); });
  return file ? readJournal(file) : [];
}

/** @param {number} epoch of whoever owns the vault as this tab knows @param {{epoch: number, upto: number}} next @returns {Write} */
function markOf(epoch, next) {
  return {
    store: 'public',
    key: ROW,
    change: (row) => {
      if ((row?.epoch ?? 0) !== epoch) throw new EngineError('not-owner');
      return { name: ROW, ...next };
    },
  };
}

/** @param {unknown} error */
function isOvertaken(error) {
  return error instanceof EngineError && error.code === 'not-owner';
}

/** Kept for whoever can mend it. @param {string} id @param {Write} write @returns {Write} */
function asideOf(id, write) {
  return { store: 'damaged', put: { id, ...('put' in write ? { store: write.store, row: write.put } : { write }) } };
}

/** What can be said in a file. @param {Write} write */
function isPlain(write) {
  return JOURNALED.has(write.store) && ('put' in write || 'unless' in write);
}

/** @param {StoreName} store @param {any} row */
function rowKey(store, row) {
  return store === 'blocks' ? row.id : row.n;
}

/** @param {Write} write */
function keyOf(write) {
  if ('put' in write) return rowKey(write.store, write.put);
  return 'remove' in write ? write.remove : write.key;
}

/** The row after what is still to be written. @param {Write[]} later @param {any} key @param {any} row */
function follow(later, key, row) {
  for (const write of later) {
    if (keyOf(write) !== key) continue;
    if ('put' in write) row = { ...write.put };
    else if ('unless' in write && !row?.[/** @type {string} */ (write.unless)]) row = undefined;
  }
  return row;
}
