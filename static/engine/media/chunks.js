// A ciphertext file's 1 MiB ranges, hashed while it grows (protocol.md, section 6).
//
// Owns: the range that is not full yet, in memory. WebCrypto hashes only whole inputs, so exactly one
// range is buffered, whatever the length of a recording.

import { sha256, toHex } from '../crypto/wire.js';

/** @typedef {import('../types.js').ChunkRow} ChunkRow */

export const CHUNK = 1 << 20;

export class Chunks {
  #buffer = new Uint8Array(CHUNK);
  #filled = 0;
  /** @type {{sha256: string, size: number}[]} full ranges, in order */ list = [];

  /** @param {string} file its random name */
  constructor(file) {
    this.file = file;
  }

  /**
   * @param {Uint8Array} bytes appended to the file
   * @returns {Promise<ChunkRow[]>} ranges that became full
   */
  async push(bytes) {
    const rows = [];
    let at = 0;
    while (at < bytes.length) {
      const take = Math.min(CHUNK - this.#filled, bytes.length - at);
      this.#buffer.set(bytes.subarray(at, at + take), this.#filled);
      this.#filled += take;
      at += take;
      if (this.#filled === CHUNK) rows.push(await this.#cut());
    }
    return rows;
  }

  /** @returns {Promise<ChunkRow[]>} the last, shorter range, where there is one */
  async end() {
    return this.#filled > 0 ? [await this.#cut()] : [];
  }

  /** @returns {Promise<ChunkRow>} */
  async #cut() {
    const size = this.#filled;
    const hash = toHex(await sha256(this.#buffer.subarray(0, size)));
    const offset = this.list.length * CHUNK;
    this.list.push({ sha256: hash, size });
    this.#filled = 0;
    return { sha256: hash, size, file: this.file, offset, sent: 0 };
  }
}
