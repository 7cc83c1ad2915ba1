// One ciphertext file while it is written, frame by frame.
//
// Owns: the frames' order and numbers. A frame is encrypted as soon as it comes, beside the write of the one
// before; it is acknowledged when it is written and flushed, in order. Safety: a number is given once and
// never again, also where its write failed (a nonce must not meet two plaintexts), so a failed write ends
// the file. A frame's plaintext is overwritten as soon as it is encrypted. Knows no document.

import { sealParts } from '../crypto/stream.js';
import { Chunks } from './chunks.js';

export class Recording {
  /** @type {Promise<unknown>} */ #turn = Promise.resolve();
  /** @type {unknown} */ #fault = null;
  #next = 0;
  /** Frames that are durable. */ frames = 0;
  /** Of the durable frames. */ plainBytes = 0;
  /** No further frame is taken. */ ended = false;

  /**
   * @param {{id: string, channel: string, key: CryptoKey}} medium
   * @param {import('../store/files.js').OpenFile} file
   * @param {(row: import('../types.js').ChunkRow) => void} [full] told of every full range
   */
  constructor({ id, channel, key }, file, full) {
    this.id = id;
    this.channel = channel;
    this.key = key;
    this.file = file;
    this.chunks = new Chunks(file.name, full);
  }

  /**
   * @param {ArrayBuffer} plain taken: it is zeros afterwards
   * @param {boolean} last
   * @returns {Promise<void>} durable
   */
  append(plain, last) {
    const number = this.#next;
    this.#next += 1;
    const size = plain.byteLength;
    const sealing = sealParts(this.key, this.id, { number, last, plain }).finally(() => new Uint8Array(plain).fill(0));
    sealing.catch(() => {}); // It is waited for in its turn.
    return this.inTurn(async () => {
      if (this.#fault) throw this.#fault;
      try {
        const frame = await sealing;
        await this.file.append(...frame);
        this.frames += 1;
        this.plainBytes += size;
        await this.chunks.push(...frame);
      } catch (error) {
        this.#fault = error;
        throw error;
      }
    });
  }

  /** After all that was asked for before. @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  inTurn(work) {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
