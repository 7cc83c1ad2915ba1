// Small files that are overwritten in place: the vault's header and the key slots.
//
// Owns: reading and writing of ranges. In OPFS the old bytes are gone from the file once `flush`
// resolves; in IndexedDB a record that was overwritten stays readable in the browser's own log for a
// while, and the settings screen says so (status.storage.kind).

/** @typedef {import('../crypto/wire.js').Bytes} Bytes */
/** @typedef {import('./database.js').Database} Database */

/**
 * @typedef {object} Place
 * @property {() => number} size
 * @property {(offset: number, length: number) => Bytes} read short at the end
 * @property {(offset: number, bytes: Uint8Array) => void} write durable after flush; throws where there is no room
 * @property {() => Promise<void>} flush
 * @property {() => void} close
 */

/**
 * @param {FileSystemDirectoryHandle} folder
 * @param {string} name
 * @returns {Promise<Place>}
 */
export async function openFilePlace(folder, name) {
  const file = /** @type {any} */ (await folder.getFileHandle(name, { create: true }));
  const handle = await openWithPatience(file);
  return {
    size: () => handle.getSize(),
    read(offset, length) {
      const bytes = new Uint8Array(length);
      return bytes.slice(0, handle.read(bytes, { at: offset }));
    },
    write(offset, bytes) {
      // Some engines write short instead of throwing where the disk is full.
      if (handle.write(bytes, { at: offset }) !== bytes.length) throw new DOMException('short write', 'QuotaExceededError');
    },
    flush: async () => handle.flush(),
    close: () => handle.close(),
  };
}

/**
 * @param {Database} database
 * @param {string} name
 * @returns {Promise<Place>}
 */
export async function openRowPlace(database, name) {
  const row = await database.get('public', name);
  let content = new Uint8Array(row ? row.bytes : 0);
  return {
    size: () => content.length,
    read: (offset, length) => content.slice(offset, offset + length),
    write(offset, bytes) {
      if (content.length < offset + bytes.length) {
        const longer = new Uint8Array(offset + bytes.length);
        longer.set(content);
        content = longer;
      }
      content.set(bytes, offset);
    },
    flush: () => database.write([{ store: 'public', put: { name, bytes: content.slice().buffer } }]),
    close: () => {},
  };
}

/**
 * A sync handle is exclusive: a worker that was just ended may hold it for a moment longer.
 * @param {any} file
 */
export async function openWithPatience(file) {
  for (let tries = 0; ; tries += 1) {
    try {
      return await file.createSyncAccessHandle();
    } catch (error) {
      const busy = error instanceof Error && error.name === 'NoModificationAllowedError';
      if (!busy || tries === 20) throw error;
      await new Promise((resolve) => { setTimeout(resolve, 50); });
    }
  }
}
