// A ciphertext file's 1 MiB ranges, hashed while it grows (protocol.md, section 6).
//
// Owns: the range that is not full yet, in memory, and where frames begin in each range, so that a reader
// finds any frame without walking the whole file. WebCrypto hashes only whole inputs and copies what it
// hashes when it is called, so one buffer serves all ranges and hashing goes on beside the next write.

import { sha256, toHex } from '../crypto/wire.js';

/** @typedef {import('../types.js').ChunkRow} ChunkRow */
/** A range as the document names it; `frame` is the first that begins in it, `at` where, absent where none does. */
/** @typedef {{sha256: string, size: number, frame?: number, at?: number}} ChunkEntry */

export const CHUNK = 1 << 20;
/** Hashes under way: enough to keep a second core busy, few enough to bound the copies. */
const HASHING = 2;

export class Chunks {
  #buffer = new Uint8Array(CHUNK);
  #filled = 0;
  #cuts = 0;
  #frames = 0;
  /** @type {{frame: number, at: number} | null} */ #first = null;
  /** @type {Promise<void>[]} */ #hashing = [];
  /** @type {ChunkEntry[]} full ranges, in order */ list = [];

  /**
   * @param {string} file its random name
   * @param {(row: ChunkRow) => void} [full] told of every range that is full and hashed
   */
  constructor(file, full = () => {}) {
    this.file = file;
    this.full = full;
  }

  /**
   * A whole frame, appended to the file.
   * @param {Uint8Array[]} parts
   * @returns {Promise<void>} its bytes are taken; hashing may go on
   */
  async push(...parts) {
    this.#first ??= { frame: this.#frames, at: this.#filled };
    this.#frames += 1;
    for (const bytes of parts) await this.#take(bytes);
  }

  /** The last, shorter range, and every hash that is under way. */
  async end() {
    if (this.#filled > 0) this.#cut();
    await Promise.all(this.#hashing);
  }

  /** @param {Uint8Array} bytes */
  async #take(bytes) {
    let at = 0;
    while (at < bytes.length) {
      const take = Math.min(CHUNK - this.#filled, bytes.length - at);
      this.#buffer.set(bytes.subarray(at, at + take), this.#filled);
      this.#filled += take;
      at += take;
      if (this.#filled < CHUNK) continue;
      this.#cut();
      while (this.#hashing.length > HASHING) await this.#hashing.shift();
    }
  }

  #cut() {
    const size = this.#filled;
    const index = this.#cuts;
    const first = this.#first ?? {};
    this.#cuts += 1;
    this.#filled = 0;
    this.#first = null;
    const hash = sha256(this.#buffer.subarray(0, size)).then((digest) => {
      const row = { sha256: toHex(digest), size };
      this.list[index] = { ...row, ...first };
      this.full({ ...row, file: this.file, offset: index * CHUNK, sent: 0 });
    });
    this.#hashing.push(hash);
  }
}
