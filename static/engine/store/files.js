// Ciphertext files of media, under random names.
//
// Owns: appending with flush, reading ranges, removing; in OPFS, or in IndexedDB where there is none.
// A file that is being written is open exclusively; reading goes through the open handle then.
// Knows nothing of keys or media. The service worker uses `readRange` only (it has no sync handles).

import { concat, randomBytes, toHex } from '../crypto/wire.js';
import { openWithPatience } from './place.js';

/** @typedef {import('../crypto/wire.js').Bytes} Bytes */
/** @typedef {import('./database.js').Database} Database */

/**
 * @typedef {object} OpenFile
 * @property {string} name
 * @property {() => number} size
 * @property {(...parts: Uint8Array[]) => Promise<void>} append all of them, durable when resolved; on failure the file is as before
 * @property {(offset: number, length: number) => Promise<Bytes>} read
 * @property {(size: number) => Promise<void>} truncate
 * @property {() => Promise<void>} close
 */

/**
 * @typedef {object} Files
 * @property {'opfs' | 'idb'} kind
 * @property {() => Promise<OpenFile>} create
 * @property {(name: string) => Promise<OpenFile>} open
 * @property {(name: string, offset: number, length: number) => Promise<Bytes>} readRange short at the end
 * @property {(name: string, offset: number, length: number) => Promise<Blob>} slice on the disk where it lies there already; throws where there is none
 * @property {(name: string) => Promise<number>} size 0 where there is none
 * @property {(name: string) => boolean} isOpen it is being written
 * @property {(name: string) => Promise<void>} remove
 * @property {() => Promise<string[]>} names
 */

/** Random, because names of removed files stay readable in the browser's own log. */
export function randomName() {
  return toHex(randomBytes(16));
}

/**
 * @param {FileSystemDirectoryHandle} folder
 * @returns {Files}
 */
export function folderFiles(folder) {
  /** @type {Map<string, OpenFile>} */
  const open = new Map();
  /** @param {string} name @returns {Promise<OpenFile>} */
  const openFile = async (name) => {
    const handle = await openWithPatience(await folder.getFileHandle(name, { create: true }));
    let size = handle.getSize();
    const joined = joiner();
    /** @type {OpenFile} */
    const file = {
      name,
      size: () => size,
      async append(...parts) {
        const bytes = joined(parts);
        try {
          const written = handle.write(bytes, { at: size });
          // Some engines write short instead of throwing where the disk is full.
          if (written !== bytes.length) throw new DOMException('short write', 'QuotaExceededError');
          handle.flush();
        } catch (error) {
          handle.truncate(size);
          handle.flush();
          throw error;
        }
        size += bytes.length;
      },
      async read(offset, length) {
        const bytes = new Uint8Array(Math.max(0, Math.min(length, size - offset)));
        handle.read(bytes, { at: offset });
        return bytes;
      },
      async truncate(shorter) {
        handle.truncate(shorter);
        handle.flush();
        size = shorter;
      },
      async close() {
        open.delete(name);
        handle.close();
      },
    };
    open.set(name, file);
    return file;
  };
  return {
    kind: 'opfs',
    create: () => openFile(randomName()),
    open: openFile,
    async readRange(name, offset, length) {
      const file = open.get(name);
      if (file) return file.read(offset, length);
      const whole = await (await folder.getFileHandle(name)).getFile();
      return new Uint8Array(await whole.slice(offset, offset + length).arrayBuffer());
    },
    async slice(name, offset, length) {
      // What is still written would have changed by the time its slice is read.
      const file = open.get(name);
      if (file) return new Blob([await file.read(offset, length)]);
      return (await (await folder.getFileHandle(name)).getFile()).slice(offset, offset + length);
    },
    isOpen: (name) => open.has(name),
    async size(name) {
      const file = open.get(name);
      if (file) return file.size();
      try {
        return (await (await folder.getFileHandle(name)).getFile()).size;
      } catch {
        return 0;
      }
    },
    async remove(name) {
      await open.get(name)?.close();
      await folder.removeEntry(name).catch(ignoreMissing);
    },
    async names() {
      const names = [];
      for await (const name of /** @type {any} */ (folder).keys()) names.push(name);
      return names;
    },
  };
}

/**
 * @param {Database} database
 * @returns {Files}
 */
export function rowFiles(database) {
  /** @param {string} name */
  const rows = (name) => database.all('frames', { from: [name, 0], to: [name, Infinity] });
  /** @param {string} name */
  const sizeOf = async (name) => (await rows(name)).reduce((size, row) => size + row.bytes.byteLength, 0);
  /** @param {string} name @param {number} offset @param {number} length */
  const readRange = async (name, offset, length) => {
    const bytes = new Uint8Array(Math.max(0, Math.min(length, await sizeOf(name) - offset)));
    for (const row of await rows(name)) {
      const from = Math.max(offset, row.offset);
      const to = Math.min(offset + bytes.length, row.offset + row.bytes.byteLength);
      if (from < to) bytes.set(new Uint8Array(row.bytes, from - row.offset, to - from), from - offset);
    }
    return bytes;
  };
  /** @type {Set<string>} */
  const open = new Set();
  /** @param {string} name @returns {Promise<OpenFile>} */
  const openFile = async (name) => {
    let size = await sizeOf(name);
    open.add(name);
    return {
      name,
      size: () => size,
      async append(...parts) {
        const bytes = concat(...parts);
        // The ballast is for ending what is under way, not for going on.
        await database.write([{ store: 'frames', put: { file: name, offset: size, bytes: bytes.buffer } }], { spare: true });
        size += bytes.length;
      },
      read: (offset, length) => readRange(name, offset, length),
      async truncate(shorter) {
        /** @type {import('./database.js').Write[]} */
        const writes = [];
        for (const row of await rows(name)) {
          if (row.offset >= shorter) writes.push({ store: 'frames', remove: [name, row.offset] });
          else if (row.offset + row.bytes.byteLength > shorter) {
            writes.push({ store: 'frames', put: { ...row, bytes: row.bytes.slice(0, shorter - row.offset) } });
          }
        }
        await database.write(writes);
        size = shorter;
      },
      async close() { open.delete(name); },
    };
  };
  return {
    kind: 'idb',
    create: () => openFile(randomName()),
    open: openFile,
    readRange,
    async slice(name, offset, length) {
      const bytes = await readRange(name, offset, length);
      if (bytes.length < length) throw new DOMException(name, 'NotFoundError');
      return new Blob([bytes]);
    },
    size: sizeOf,
    isOpen: (name) => open.has(name),
    async remove(name) {
      const all = await rows(name);
      await database.write(all.map((row) => ({ store: 'frames', remove: [name, row.offset] })));
    },
    async names() {
      return [...new Set((await database.keys('frames')).map((key) => key[0]))];
    },
  };
}

/** @param {unknown} error */
function ignoreMissing(error) {
  if (!(error instanceof Error) || error.name !== 'NotFoundError') throw error;
}

/**
 * Parts in one piece, in memory that is used again: a write costs a call to the browser's process, and fresh memory
 * for each frame more than its encryption.
 * @returns {(parts: Uint8Array[]) => Uint8Array} good until the next call
 */
function joiner() {
  let buffer = new Uint8Array(0);
  return (parts) => {
    if (parts.length === 1) return parts[0];
    const size = parts.reduce((sum, { length }) => sum + length, 0);
    if (buffer.length < size) buffer = new Uint8Array(size);
    let at = 0;
    for (const part of parts) {
      buffer.set(part, at);
      at += part.length;
    }
    return buffer.subarray(0, size);
  };
}
