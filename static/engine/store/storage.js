// What of the browser's storage the vault lives in, chosen once.
//
// Owns: the choice between OPFS and IndexedDB for files (a probe writes and reads back), the vault's own
// database and folder (each vault of a browser has its random name), and where the bytes of the ballast lie. All parts are injected into the engine, so tests run it on memory.

import { randomBytes } from '../crypto/wire.js';
import { Ballast, guarded } from './ballast.js';
import { deleteDatabase, emptyDatabase, openDatabase, VAULT_DATABASE } from './database.js';
import { folderFiles, rowFiles } from './files.js';
import { JournaledDatabase } from './journaled.js';
import { openFilePlace, openRowPlace, openWithPatience } from './place.js';

/** @typedef {import('./database.js').Database} Database */

/**
 * @typedef {object} Storage
 * @property {JournaledDatabase} database
 * @property {import('./files.js').Files} files
 * @property {(name: 'header' | 'slots') => Promise<import('./place.js').Place>} place
 * @property {Ballast} ballast
 * @property {() => Promise<{persisted: boolean, freeBytes: number | null}>} estimate
 * @property {() => Promise<void>} destroy everything, after the header was wiped
 */

const BALLAST = 'ballast';
const BALLAST_BYTES = 4 << 20;
const PLACES = 'places';
const JOURNAL = 'journal';
const MEDIA = 'media';

/**
 * @param {{files?: 'opfs' | 'idb'}} [force] tests ask for the fallback
 * @param {string} [vault] its random name
 * @returns {Promise<Storage>}
 */
export async function openStorage(force = {}, vault = '') {
  const bare = await openDatabase(databaseOf(vault));
  const known = await bare.get('public', 'storage');
  const kind = known?.kind ?? force.files ?? (await probeFolder() ? 'opfs' : 'idb');
  if (!known) await bare.write([{ store: 'public', put: { name: 'storage', kind } }]);
  const root = kind === 'opfs' ? await folderOf(vault) : null;
  const ballast = ballastOf(bare, root);
  const database = new JournaledDatabase(guarded(bare, ballast), root && journalOf(root, ballast));
  /** @param {string} name */
  const folder = (name) => /** @type {FileSystemDirectoryHandle} */ (root).getDirectoryHandle(name, { create: true });
  const files = root ? folderFiles(await folder(MEDIA)) : rowFiles(database);
  return {
    database,
    files,
    place: async (name) => (root ? openFilePlace(await folder(PLACES), name) : openRowPlace(database, name)),
    ballast,
    estimate,
    async destroy() {
      await database.wipe().catch(() => {});
      await emptyDatabase(database);
      for (const name of root ? [MEDIA, PLACES, BALLAST] : []) {
        await root?.removeEntry(name, { recursive: true }).catch(() => {});
      }
      await database.write([{ store: 'public', put: { name: 'storage', kind } }]);
      if (root) await Promise.all([folder(MEDIA), folder(PLACES)]);
    },
  };
}

/**
 * What delivery needs, where there are no sync handles: a service worker.
 * @param {string} [vault] its random name
 * @returns {Promise<{database: Database, slice: import('./files.js').Files['slice']}>}
 */
export async function openOutbox(vault = '') {
  const bare = await openDatabase(databaseOf(vault));
  const known = await bare.get('public', 'storage');
  const root = known?.kind === 'opfs' ? await folderOf(vault) : null;
  const database = guarded(bare, ballastOf(bare, root));
  if (!root) return { database, slice: rowFiles(database).slice };
  return { database, slice: folderFiles(await root.getDirectoryHandle(MEDIA, { create: true })).slice };
}

/** Its database and folder, after it was destroyed and closed. @param {string} vault its random name */
export async function removeStorage(vault) {
  if (!vault) return;
  await deleteDatabase(databaseOf(vault)).catch(() => {});
  const root = await navigator.storage.getDirectory().catch(() => null);
  await root?.removeEntry(vault, { recursive: true }).catch(() => {});
}

/** @param {string} vault its random name @returns {string} */
function databaseOf(vault) {
  return vault ? `${VAULT_DATABASE}-${vault}` : VAULT_DATABASE;
}

/** @param {string} vault its random name @returns {Promise<FileSystemDirectoryHandle>} */
async function folderOf(vault) {
  const root = await navigator.storage.getDirectory();
  return vault ? root.getDirectoryHandle(vault, { create: true }) : root;
}

/**
 * @param {FileSystemDirectoryHandle} root
 * @param {Ballast} ballast
 * @returns {import('./journaled.js').JournalSource}
 */
function journalOf(root, ballast) {
  const folder = () => root.getDirectoryHandle(PLACES, { create: true });
  return {
    open: async () => openFilePlace(await folder(), JOURNAL),
    async read() {
      try {
        const file = await (await (await folder()).getFileHandle(JOURNAL)).getFile();
        return new Uint8Array(await file.arrayBuffer());
      } catch (error) {
        if (error instanceof Error && error.name === 'NotFoundError') return null;
        throw error;
      }
    },
    // As long as the ballast lies there is room for what is acknowledged before the database has it.
    roomy: () => !ballast.gone,
    later: (work, ms) => { setTimeout(work, ms); },
  };
}

/** True where a file can be written through a sync handle and read back. */
async function probeFolder() {
  try {
    const root = await navigator.storage.getDirectory();
    const handle = await openWithPatience(await root.getFileHandle('probe', { create: true }));
    try {
      handle.write(new Uint8Array([7]), { at: 0 });
      handle.flush();
      return handle.read(new Uint8Array(1), { at: 0 }) === 1;
    } finally {
      handle.close();
      await root.removeEntry('probe').catch(() => {});
    }
  } catch {
    return false;
  }
}

/**
 * Random bytes, because zeros compress to nothing.
 * @param {Database} database
 * @param {FileSystemDirectoryHandle | null} root
 */
function ballastOf(database, root) {
  return new Ballast(root ? {
    lay: () => layFile(root),
    drop: () => root.removeEntry(BALLAST).then(() => true, () => false),
  } : {
    lay: () => layRow(database),
    async drop() {
      if (!(await database.get('public', BALLAST))) return false;
      await database.write([{ store: 'public', remove: BALLAST }]);
      return true;
    },
  });
}

/** @param {FileSystemDirectoryHandle} root */
async function layFile(root) {
  try {
    const file = await root.getFileHandle(BALLAST, { create: true });
    if ((await file.getFile()).size === BALLAST_BYTES) return true;
    const handle = await openWithPatience(file);
    try {
      for (const at of [0, BALLAST_BYTES]) {
        if (handle.write(randomBytes(BALLAST_BYTES), { at }) !== BALLAST_BYTES) throw new DOMException('short write', 'QuotaExceededError');
      }
      handle.truncate(BALLAST_BYTES);
      handle.flush();
    } finally {
      // An open handle would keep its bytes from being given up.
      handle.close();
    }
    return true;
  } catch {
    await root.removeEntry(BALLAST).catch(() => {});
    return false;
  }
}

/** @param {Database} database */
async function layRow(database) {
  try {
    if (await database.get('public', BALLAST)) return true;
    const spare = `${BALLAST}/spare`;
    await database.write([BALLAST, spare].map((name) => ({ store: 'public', put: { name, bytes: randomBytes(BALLAST_BYTES).buffer } })));
    await database.write([{ store: 'public', remove: spare }]);
    return true;
  } catch {
    return false;
  }
}

async function estimate() {
  const persisted = await navigator.storage.persisted?.().catch(() => false) ?? false;
  const { quota, usage } = await navigator.storage.estimate().catch(() => ({ quota: undefined, usage: undefined }));
  const freeBytes = quota === undefined || usage === undefined ? null : Math.max(0, quota - usage);
  return { persisted, freeBytes };
}
