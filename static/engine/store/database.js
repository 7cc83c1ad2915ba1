// IndexedDB behind a small contract, so that the engine runs on another store in tests.
//
// Owns: the object stores and the transaction. The guarantee: `write` is all or nothing, and when it
// resolves the browser has been asked to put it on the disk (`durability: 'strict'`; Chromium's default
// would only promise the operating system's cache). Buffers, never Blobs: WebKit loses those.
//
// | store   | key                | holds                                                        |
// |---------|--------------------|--------------------------------------------------------------|
// | public  | `name`             | device, key sets, upload key, kind of file storage, journal  |
// | blocks  | `id`               | the encrypted log                                            |
// | snapshot| `id`               | the log's index as it was, in encrypted parts                |
// | damaged | `id`               | blocks that did not open, set aside                          |
// | outbox  | `n`                | sealed envelopes (types.js, OutboxRow)                       |
// | chunks  | `n` (made here)    | ranges of media files (types.js, ChunkRow)                   |
// | frames  | `[file, offset]`   | media bytes where there is no OPFS                           |

import { deleteDB, openDB } from '../../vendor/idb.js';

/** The one vault of this browser. */
export const VAULT_DATABASE = 'aigaq';
/** 2: the snapshot. Stores are only ever added. */
const VERSION = 2;
/** @type {Record<StoreName, IDBObjectStoreParameters>} */
const STORES = {
  public: { keyPath: 'name' },
  blocks: { keyPath: 'id' },
  snapshot: { keyPath: 'id' },
  damaged: { keyPath: 'id' },
  outbox: { keyPath: 'n' },
  chunks: { keyPath: 'n', autoIncrement: true },
  frames: { keyPath: ['file', 'offset'] },
};

/** @typedef {'public' | 'blocks' | 'snapshot' | 'damaged' | 'outbox' | 'chunks' | 'frames'} StoreName */

/**
 * `change` gets the row as it is inside the transaction (or undefined) and returns the row to put,
 * null to delete it, or undefined to leave it. `unless`: the field that keeps the row where it is set.
 * @typedef {{store: StoreName, put: any} | {store: StoreName, remove: any, unless?: string} |
 *   {store: StoreName, key: any, change: (row: any) => any}} Write
 */

/**
 * @typedef {object} Database
 * @property {(store: StoreName, key: any) => Promise<any>} get
 * @property {(store: StoreName, range?: Range) => Promise<any[]>} all in the order of keys
 * @property {(store: StoreName, keys: any[]) => Promise<any[]>} many undefined where there is none
 * @property {(store: StoreName) => Promise<any[]>} keys
 * @property {(writes: Write[], how?: {spare?: boolean}) => Promise<void>} write `spare`: fails sooner than take the ballast's room
 * @property {() => void} close
 */

/** @typedef {{from?: any, after?: any, to?: any, limit?: number}} Range */

/**
 * @param {string} [name]
 * @returns {Promise<Database>}
 */
export async function openDatabase(name = VAULT_DATABASE) {
  const db = /** @type {any} */ (await openDB(name, VERSION, {
    upgrade(fresh) {
      for (const [store, options] of Object.entries(STORES)) {
        if (!fresh.objectStoreNames.contains(store)) fresh.createObjectStore(store, options);
      }
    },
    // A newer version or a deletion in another tab must not wait for this one.
    blocking: (_current, _blocked, event) => /** @type {any} */ (event.target).close(),
  }));
  return {
    get: (store, key) => db.get(store, key),
    all: (store, range) => db.getAll(store, keyRange(range), range?.limit),
    many: (store, keys) => getMany(db, store, keys),
    keys: (store) => db.getAllKeys(store),
    write: (writes) => writeAll(db, writes),
    close: () => db.close(),
  };
}

/** @param {Range} [range] @returns {IDBKeyRange | undefined} */
function keyRange(range) {
  if (!range) return undefined;
  const { from, after, to } = range;
  const lower = after ?? from;
  if (lower !== undefined && to !== undefined) return IDBKeyRange.bound(lower, to, after !== undefined);
  if (lower !== undefined) return IDBKeyRange.lowerBound(lower, after !== undefined);
  return to === undefined ? undefined : IDBKeyRange.upperBound(to);
}

/** @param {any} db @param {StoreName} store @param {any[]} keys @returns {Promise<any[]>} */
function getMany(db, store, keys) {
  const rows = db.transaction(store).objectStore(store);
  return Promise.all(keys.map((key) => rows.get(key)));
}

/** @param {any} db @param {Write[]} writes */
async function writeAll(db, writes) {
  if (writes.length === 0) return;
  const names = [...new Set(writes.map((write) => write.store))];
  const transaction = db.transaction(names, 'readwrite', { durability: 'strict' });
  /** @type {Promise<unknown>[]} */
  const steps = [];
  try {
    for (const write of writes) steps.push(writeOne(transaction.objectStore(write.store), write));
    // Nothing is to be read first: the browser need not ask whether more comes.
    if (!writes.some((write) => 'change' in write || 'unless' in write)) transaction.commit();
    await Promise.all(steps);
  } catch (error) {
    try { transaction.abort(); } catch { /* it has aborted by itself */ }
    await Promise.allSettled([...steps, transaction.done]);
    throw transaction.error ?? error;
  }
  await transaction.done;
}

/** @param {any} store @param {Write} write @returns {Promise<unknown>} throws at once where the row cannot be put */
function writeOne(store, write) {
  if ('put' in write) return store.put(write.put);
  if ('remove' in write) {
    const { remove, unless } = write;
    if (!unless) return store.delete(remove);
    return store.get(remove).then((/** @type {any} */ row) => (row?.[unless] ? undefined : store.delete(remove)));
  }
  return store.get(write.key).then((/** @type {any} */ row) => {
    const changed = write.change(row);
    if (changed === null) return store.delete(write.key);
    return changed === undefined ? undefined : store.put(changed);
  });
}

/** @param {string} name of one that is closed @returns {Promise<void>} */
export function deleteDatabase(name) {
  return deleteDB(name);
}

/** Deletes everything in it. @param {Database} database */
export async function emptyDatabase(database) {
  const stores = /** @type {StoreName[]} */ (Object.keys(STORES));
  const writes = [];
  for (const store of stores) {
    for (const key of await database.keys(store)) writes.push({ store, remove: key });
  }
  await database.write(writes);
}
