// Storage, network and time in memory, so that the engine's own modules run under node.
//
// Owns: a database that can lose its process between any two writes (`crashAfter`), files and places
// beside it, and an organisation that opens envelopes and signs receipts. No timers.

import { concat } from '../../static/engine/crypto/wire.js';
import { Ballast } from '../../static/engine/store/ballast.js';
import { JournaledDatabase } from '../../static/engine/store/journaled.js';

/** Thrown where the process is gone: nothing after it happens. */
export class Crash extends Error {}

export class MemoryDatabase {
  /** @type {Record<string, Map<string, any>>} */
  stores = { public: new Map(), blocks: new Map(), snapshot: new Map(), damaged: new Map(), outbox: new Map(), chunks: new Map(), frames: new Map() };
  nextChunk = 1;
  /** Writes that still succeed; then the process is gone. */
  crashAfter = Infinity;
  /** @type {Error | null} thrown by the next write */
  failure = null;
  /** Writes, of whatever kind, for which there is room; giving up the ballast makes room for some more. */
  room = Infinity;
  /** @type {Ballast | null} */ ballast = null;
  writes = 0;

  keyOf(store, row) {
    if (store === 'public') return row.name;
    if (['blocks', 'snapshot', 'damaged'].includes(store)) return row.id;
    if (store === 'frames') return [row.file, row.offset];
    return row.n;
  }

  async get(store, key) {
    const row = this.stores[store].get(JSON.stringify(key));
    return row && structuredClone(row);
  }

  async all(store, { from, after, to, limit } = {}) {
    const rows = [...this.stores[store].values()].sort((a, b) => compare(this.keyOf(store, a), this.keyOf(store, b)));
    const found = rows.filter((row) => {
      const key = this.keyOf(store, row);
      return (from === undefined || compare(key, from) >= 0) && (after === undefined || compare(key, after) > 0)
        && (to === undefined || compare(key, to) <= 0);
    });
    return structuredClone(found.slice(0, limit));
  }

  async many(store, keys) {
    return Promise.all(keys.map((key) => this.get(store, key)));
  }

  async keys(store) {
    return (await this.all(store)).map((row) => this.keyOf(store, row));
  }

  /** Takes room on the disk, like anything that is written. */
  take() {
    if (this.room <= 0) throw new DOMException('full', 'QuotaExceededError');
    this.room -= 1;
  }

  write(writes, { spare = false } = {}) {
    return spare || !this.ballast ? this.commit(writes) : this.ballast.guard(() => this.commit(writes));
  }

  /** One more write of whatever kind reaches the disk, or the process is gone. */
  step() {
    if (this.crashAfter <= 0) throw new Crash();
    this.crashAfter -= 1;
    this.writes += 1;
  }

  async commit(writes) {
    if (writes.some((write) => !('remove' in write))) this.take();
    this.step();
    if (this.failure) {
      const error = this.failure;
      this.failure = null;
      throw error;
    }
    const before = Object.entries(this.stores).map(([name, rows]) => [name, new Map(rows)]);
    try {
      for (const write of writes) this.apply(write);
    } catch (error) {
      this.stores = Object.fromEntries(before);
      throw error;
    }
  }

  apply(write) {
    const rows = this.stores[write.store];
    if ('put' in write) this.put(write.store, write.put);
    else if ('remove' in write) {
      const key = JSON.stringify(write.remove);
      if (!write.unless || !rows.get(key)?.[write.unless]) rows.delete(key);
    } else {
      const key = JSON.stringify(write.key);
      const changed = write.change(rows.has(key) ? structuredClone(rows.get(key)) : undefined);
      if (changed === null) rows.delete(key);
      else if (changed !== undefined) this.put(write.store, changed);
    }
  }

  put(store, row) {
    const copy = isPlain(row) ? structuredClone(row) : { ...row };
    if (store === 'chunks' && copy.n === undefined) copy.n = this.nextChunk++;
    this.stores[store].set(JSON.stringify(this.keyOf(store, copy)), copy);
  }

  close() {}
}

/** A place that is a buffer; what was not flushed is lost with the process. */
export class MemoryPlace {
  /** @param {() => void} [take] room @param {() => void} [step] before what was written is durable */
  constructor(take = () => {}, step = () => {}) {
    this.take = take;
    this.step = step;
    this.durable = new Uint8Array(0);
    this.content = new Uint8Array(0);
  }
  size() { return this.content.length; }
  read(offset, length) { return this.content.slice(offset, offset + length); }
  write(offset, bytes) {
    if (offset + bytes.length > this.content.length) this.take();
    const longer = new Uint8Array(Math.max(this.content.length, offset + bytes.length));
    longer.set(this.content);
    longer.set(bytes, offset);
    this.content = longer;
  }
  async flush() {
    this.step();
    this.durable = this.content.slice();
  }
  /** What was not flushed reached the disk up to somewhere. @param {number} share between 0 and 1 of what differs */
  tear(share) {
    const differs = [];
    for (let at = 0; at < this.content.length; at += 1) if (this.content[at] !== this.durable[at]) differs.push(at);
    const torn = this.content.slice();
    for (const at of differs.slice(Math.floor(share * differs.length))) torn[at] = this.durable[at] ?? 0;
    this.durable = torn;
  }
  close() {}
}

export function memoryStorage() {
  const database = new MemoryDatabase();
  const take = () => database.take();
  const journal = new MemoryPlace(take, () => {
    // A disk that fails fails both.
    if (database.failure) throw new Error('no flush');
    database.step();
  });
  const places = { header: new MemoryPlace(take), slots: new MemoryPlace(take), journal };
  const contents = new Map();
  const journaled = new JournaledDatabase(database, {
    open: async () => journal,
    read: async () => (journal.size() === 0 ? null : journal.read(0, journal.size())),
    roomy: () => !storage.ballast.gone,
    later: (work) => { storage.later = work; },
  });
  const storage = {
    database: journalInFront(database, journaled),
    places,
    /** What the journal would do in a moment. */
    later: () => {},
    contents,
    /** Writes that the ballast makes room for. */
    spared: 12,
    ballast: new Ballast({
      async lay() {
        storage.lain ||= database.room > storage.spared * 2;
        return storage.lain;
      },
      async drop() {
        if (!storage.lain) return false;
        storage.lain = false;
        database.room += storage.spared;
        return true;
      },
    }, () => 0),
    lain: true,
    files: memoryFiles(contents, database),
    place: async (name) => places[name],
    estimate: async () => ({ persisted: true, freeBytes: null }),
    destroy: async () => {},
    /** What another process finds after this one was killed. */
    afterCrash() {
      const next = memoryStorage();
      for (const [name, rows] of Object.entries(database.stores)) {
        for (const row of rows.values()) next.database.put(name, row);
        next.database.nextChunk = database.nextChunk;
      }
      for (const name of Object.keys(places)) {
        next.places[name].content = places[name].durable.slice();
        next.places[name].durable = places[name].durable.slice();
      }
      for (const [name, bytes] of contents) next.contents.set(name, bytes.slice());
      return next;
    },
  };
  database.ballast = storage.ballast;
  return storage;
}

/** The database as the engine has it, with the knobs of the one behind it. */
function journalInFront(database, journaled) {
  const names = ['get', 'all', 'many', 'keys', 'write', 'begin', 'recover', 'end', 'rest', 'wipe', 'drain'];
  const front = Object.fromEntries(names.map((name) => [name, journaled[name].bind(journaled)]));
  return new Proxy(database, {
    get: (target, name) => front[name] ?? target[name],
    set: (target, name, value) => {
      (name in front ? front : target)[name] = value;
      return true;
    },
  });
}

function memoryFiles(contents, database) {
  let next = 1;
  const openFile = async (name) => {
    if (!contents.has(name)) contents.set(name, new Uint8Array(0));
    return {
      name,
      size: () => contents.get(name).length,
      async append(...parts) {
        if (database.fileFailure) throw database.fileFailure;
        database.take();
        contents.set(name, concat(contents.get(name), ...parts));
      },
      read: async (offset, length) => contents.get(name).slice(offset, offset + length),
      async truncate(size) { contents.set(name, contents.get(name).slice(0, size)); },
      async close() {},
    };
  };
  return {
    kind: 'opfs',
    create: () => openFile(`file-${next++}-${Math.random()}`),
    open: openFile,
    async readRange(name, offset, length) {
      if (!contents.has(name)) throw new Error('NotFoundError');
      return contents.get(name).slice(offset, offset + length);
    },
    async slice(name, offset, length) {
      if (!contents.has(name)) throw new Error('NotFoundError');
      return new Blob([contents.get(name).slice(offset, offset + length)]);
    },
    isOpen: () => false,
    size: async (name) => contents.get(name)?.length ?? 0,
    async remove(name) { contents.delete(name); },
    names: async () => [...contents.keys()],
  };
}

function isPlain(row) {
  return !Object.values(row).some((value) => value instanceof CryptoKey);
}

function compare(a, b) {
  if (Array.isArray(a)) return compare(a[0], b[0]) || compare(a[1], b[1]);
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** A clock that moves by a second whenever it is asked. */
export function clock(start = Date.parse('2026-03-01T08:00:00Z')) {
  let time = start;
  return () => (time += 1000);
}

