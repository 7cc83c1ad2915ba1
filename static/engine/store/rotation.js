// A clean log below IndexedDB, before anything is written after a start that may follow a crash.
//
// Owns: one database that holds nothing, and the writes that make Chromium begin a new log file. Chromium's
// IndexedDB (LevelDB, one for all databases of an origin) goes on writing to the log file that it finds. Where a
// crash cut its last record, what is written behind that is lost at the next start but one, though it was
// acknowledged and synced: the cut record swallows it, or its checksum does not fit and the browser throws all
// databases of the origin away ("database was corrupt"). A new log file begins when a few megabytes have been
// written; what the old one held is by then in a table. Until it has begun there is a fraction of a second in
// which a second crash may still meet the first one's trace: less cannot be done from a page.
// Other engines keep their databases in SQLite, which needs none of this. docs/adr/0020.

import { openDB } from '../../vendor/idb.js';

const DATABASE = 'rotation';
/** Larger values lie in files of their own, beside the log. */
const ROW_BYTES = 60_000;
/** Together more than the four megabytes after which a log is ended. */
const ROWS = 75;

/** @type {Promise<void> | null} */
let rotated = null;

/**
 * Once in the life of a worker, before its first write. Never fails: where there is no room, there is no worse either.
 * @param {any} [browser] `navigator`
 * @returns {Promise<void>}
 */
export function rotateLog(browser = globalThis.navigator) {
  // Only Chromium says who it is in this way.
  if (!('userAgentData' in browser)) return Promise.resolve();
  rotated ??= fill().catch(() => {});
  return rotated;
}

async function fill() {
  const db = /** @type {any} */ (await openDB(DATABASE, 1, {
    upgrade(fresh) { fresh.createObjectStore('rows'); },
    blocking: (_current, _blocked, event) => /** @type {any} */ (event.target).close(),
  }));
  try {
    await write(db, (rows) => { for (let row = 0; row < ROWS; row += 1) rows.put(new Uint8Array(ROW_BYTES), row); });
    // The log is ended by the write that finds it full.
    await write(db, (rows) => rows.clear());
  } finally {
    db.close();
  }
}

/** @param {any} db @param {(rows: any) => void} work */
async function write(db, work) {
  const transaction = db.transaction('rows', 'readwrite', { durability: 'strict' });
  work(transaction.objectStore('rows'));
  await transaction.done;
}
