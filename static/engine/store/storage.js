// What of the browser's storage the vault lives in, chosen once.
//
// Owns: the choice between OPFS and IndexedDB for files (a probe writes and reads back), the vault's own
// database and folder (each vault of a browser has its random name), and the ballast: a few megabytes that are given up when the disk is full, so that what is under way
// can be ended well. All parts are injected into the engine, so tests run it on memory.

import { randomBytes } from '../crypto/wire.js';
import { deleteDatabase, emptyDatabase, openDatabase, VAULT_DATABASE } from './database.js';
import { folderFiles, rowFiles } from './files.js';
import { openFilePlace, openRowPlace, openWithPatience } from './place.js';

/** @typedef {import('./database.js').Database} Database */

/**
 * @typedef {object} Storage
 * @property {Database} database
 * @property {import('./files.js').Files} files
 * @property {(name: 'header' | 'slots') => Promise<import('./place.js').Place>} place
 * @property {() => Promise<void>} addBallast
 * @property {() => Promise<boolean>} dropBallast false where there was none
 * @property {() => Promise<{persisted: boolean, freeBytes: number | null}>} estimate
 * @property {() => Promise<void>} destroy everything, after the header was wiped
 */

const BALLAST = 4 << 20;
const PLACES = 'places';
const MEDIA = 'media';

/**
 * @param {{files?: 'opfs' | 'idb'}} [force] tests ask for the fallback
 * @param {string} [vault] its random name
 * @returns {Promise<Storage>}
 */
export async function openStorage(force = {}, vault = '') {
  const database = await openDatabase(databaseOf(vault));
  const known = await database.get('public', 'storage');
  const kind = known?.kind ?? force.files ?? (await probeFolder() ? 'opfs' : 'idb');
  if (!known) await database.write([{ store: 'public', put: { name: 'storage', kind } }]);
  const root = kind === 'opfs' ? await folderOf(vault) : null;
  /** @param {string} name */
  const folder = (name) => /** @type {FileSystemDirectoryHandle} */ (root).getDirectoryHandle(name, { create: true });
  const files = root ? folderFiles(await folder(MEDIA)) : rowFiles(database);
  return {
    database,
    files,
    place: async (name) => (root ? openFilePlace(await folder(PLACES), name) : openRowPlace(database, name)),
    addBallast: () => addBallast(database, root),
    dropBallast: () => dropBallast(database, root),
    estimate,
    async destroy() {
      await emptyDatabase(database);
      for (const name of root ? [MEDIA, PLACES, 'ballast'] : []) {
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
 * @returns {Promise<{database: Database, readRange: import('./files.js').Files['readRange']}>}
 */
export async function openOutbox(vault = '') {
  const database = await openDatabase(databaseOf(vault));
  const known = await database.get('public', 'storage');
  if (known?.kind !== 'opfs') return { database, readRange: rowFiles(database).readRange };
  const root = await folderOf(vault);
  return { database, readRange: folderFiles(await root.getDirectoryHandle(MEDIA, { create: true })).readRange };
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
 * Random bytes, because zeros compress to nothing. Without room for it there is none.
 * @param {Database} database
 * @param {FileSystemDirectoryHandle | null} root
 */
async function addBallast(database, root) {
  try {
    if (root) {
      const file = await root.getFileHandle('ballast', { create: true });
      if ((await file.getFile()).size === BALLAST) return;
      const handle = await openWithPatience(file);
      handle.write(randomBytes(BALLAST), { at: 0 });
      handle.flush();
      handle.close();
    } else if (!(await database.get('public', 'ballast'))) {
      await database.write([{ store: 'public', put: { name: 'ballast', bytes: randomBytes(BALLAST).buffer } }]);
    }
  } catch {
    // A full disk at this moment: recording will say so by itself.
  }
}

/**
 * @param {Database} database
 * @param {FileSystemDirectoryHandle | null} root
 */
async function dropBallast(database, root) {
  if (root) return root.removeEntry('ballast').then(() => true, () => false);
  if (!(await database.get('public', 'ballast'))) return false;
  await database.write([{ store: 'public', remove: 'ballast' }]);
  return true;
}

async function estimate() {
  const persisted = await navigator.storage.persisted?.().catch(() => false) ?? false;
  const { quota, usage } = await navigator.storage.estimate().catch(() => ({ quota: undefined, usage: undefined }));
  const freeBytes = quota === undefined || usage === undefined ? null : Math.max(0, quota - usage);
  return { persisted, freeBytes };
}
