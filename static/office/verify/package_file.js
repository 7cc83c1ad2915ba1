// A package as it is read in the browser: a ZIP file from strangers. The twin of sync/evidence/package_file.py.
//
// Owns the limits and safe names. Reads entries out of the file as they are asked for, so hours of video fit;
// nothing leaves the page.

import { sha256, toHex } from '../../engine/crypto/wire.js';
import { BlobReader, configure, Uint8ArrayWriter, ZipReader } from '../../vendor/zip.js';
import { isAsWritten } from './container.js';

configure({ useWebWorkers: false });

/** @typedef {import('../../engine/crypto/wire.js').Bytes} Bytes */

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*(\/[A-Za-z0-9][A-Za-z0-9._-]*)?$/;
const MOST_FILES = 200_000;
const MOST_BYTES = 64 << 20;

/** A file that is no evidence package at all, so nothing can be said about it. */
export class NotEvidence extends Error {}

export class PackageFile {
  /** @type {Map<string, string>} path → hash, once it was read */ #hashes = new Map();

  /** @param {Blob} file @param {Map<string, any>} entries in the order of the ZIP file's own list */
  constructor(file, entries) {
    this.file = file;
    this.entries = entries;
  }

  /**
   * @param {Blob} file
   * @returns {Promise<PackageFile>}
   * @throws {NotEvidence}
   */
  static async open(file) {
    const listed = await new ZipReader(new BlobReader(file)).getEntries().catch(() => {
      throw new NotEvidence('zip');
    });
    const entries = listed.filter((entry) => !entry.directory);
    const byName = new Map(entries.map((entry) => [entry.filename, entry]));
    if (entries.length > MOST_FILES || byName.size !== entries.length) throw new NotEvidence('names');
    if (!byName.has('manifest.json') || ![...byName.keys()].every((name) => NAME.test(name))) throw new NotEvidence('names');
    if (entries.some((entry) => entry.uncompressedSize > MOST_BYTES)) throw new NotEvidence('size');
    return new PackageFile(file, byName);
  }

  /** @param {string} path */
  has(path) {
    return this.entries.has(path);
  }

  /** Every file's path, in order. @returns {string[]} */
  names() {
    return [...this.entries.keys()].sort();
  }

  /** @param {string} folder @returns {string[]} paths in it, in order */
  under(folder) {
    return this.names().filter((name) => name.startsWith(folder));
  }

  /** Whether nothing stands in the ZIP file before, between and behind the files, and each stands there once. */
  isAsWritten() {
    const entries = [...this.entries.values()].map((entry) => ({ name: entry.filename, crc: entry.signature, size: entry.uncompressedSize }));
    return isAsWritten(this.file, entries);
  }

  /**
   * @param {string} path
   * @returns {Promise<Bytes>} empty where it is not there, or the ZIP file is damaged there, or packs what it must only hold
   */
  async read(path) {
    try {
      if (this.entries.get(path).compressionMethod !== 0) return new Uint8Array(0);
      return new Uint8Array(await this.entries.get(path).getData(new Uint8ArrayWriter(), { checkSignature: true }));
    } catch {
      return new Uint8Array(0);
    }
  }

  /** @param {string} path @returns {Promise<string>} hexadecimal */
  async sha256(path) {
    const known = this.#hashes.get(path);
    if (known !== undefined) return known;
    const hash = toHex(await sha256(await this.read(path)));
    this.#hashes.set(path, hash);
    return hash;
  }
}
