// Reading frames of a ciphertext file wherever they are, without the whole of it.
//
// Owns: finding a frame (the document's ranges say which frame begins where; from there length prefixes are
// followed) and opening it under its number. Serves the tablet's worker, over its own file, and a key
// holder's page, over chunks that are fetched and checked as they are needed. protocol.md, section 6.

import { openFrame, FRAME_LIMIT, PREFIX, StreamDamaged, TAG } from '../crypto/stream.js';
import { concat, sha256, toHex } from '../crypto/wire.js';
import { CHUNK } from './chunks.js';

/**
 * @typedef {import('../crypto/wire.js').Bytes} Bytes
 * @typedef {import('./chunks.js').ChunkEntry} ChunkEntry
 * @typedef {object} SealedFile
 * @property {string} id of the medium
 * @property {number} frames
 * @property {boolean} complete ends with the flagged frame
 * @property {number} size of the ciphertext
 * @property {ChunkEntry[]} chunks empty where nothing is known of them yet
 */

export class Frames {
  /** Where a frame is known to begin. */ #known = { frame: 0, offset: 0 };
  /** @type {{offset: number, bytes: Bytes}} */ #block = { offset: 0, bytes: new Uint8Array(0) };

  /**
   * @param {CryptoKey} key
   * @param {SealedFile} file
   * @param {(offset: number, length: number) => Promise<Bytes>} readAt short at the end
   */
  constructor(key, file, readAt) {
    this.key = key;
    this.file = file;
    this.readAt = readAt;
  }

  /**
   * The plaintext of frames `from` up to `from + count`, fewer at the end. One reading at a time.
   * @param {number} from
   * @param {number} count
   * @returns {Promise<Bytes>}
   * @throws {StreamDamaged}
   */
  async read(from, count) {
    const until = Math.min(from + count, this.file.frames);
    const parts = [];
    let { frame, offset } = this.#start(from);
    for (; frame < until; frame += 1) {
      const size = new DataView((await this.#bytes(offset, PREFIX)).buffer).getUint32(0);
      if (size < TAG || size > FRAME_LIMIT || offset + PREFIX + size > this.file.size) throw new StreamDamaged(`frame ${frame}`);
      if (frame >= from) parts.push(await this.#open(frame, offset + PREFIX, size));
      offset += PREFIX + size;
    }
    if (frame === this.file.frames && offset !== this.file.size) throw new StreamDamaged('not as long as it says');
    this.#known = { frame, offset };
    return concat(...parts);
  }

  /** @param {number} number @param {number} offset @param {number} size */
  async #open(number, offset, size) {
    const last = this.file.complete && number === this.file.frames - 1;
    return openFrame(this.key, this.file.id, { number, last, sealed: await this.#bytes(offset, size) });
  }

  /** The nearest place at or before a frame that is known. @param {number} wanted */
  #start(wanted) {
    let best = this.#known.frame <= wanted ? this.#known : { frame: 0, offset: 0 };
    for (const [i, { frame, at }] of this.file.chunks.entries()) {
      if (frame === undefined || at === undefined || frame > wanted) continue;
      if (frame > best.frame) best = { frame, offset: i * CHUNK + at };
    }
    return best;
  }

  /** A copy, out of the block that was read last where it is in it. @param {number} offset @param {number} length */
  async #bytes(offset, length) {
    const from = offset - this.#block.offset;
    if (from < 0 || from + length > this.#block.bytes.length) {
      const bytes = await this.readAt(offset, Math.max(length, CHUNK));
      if (bytes.length < length) throw new StreamDamaged('cut');
      this.#block = { offset, bytes };
      return bytes.slice(0, length);
    }
    return this.#block.bytes.slice(from, from + length);
  }
}

/** Chunks that are kept opened for the next reading. */
const KEPT = 3;

/**
 * A file read through its chunks, each checked against its hash.
 * @param {ChunkEntry[]} chunks
 * @param {(sha256: string) => Promise<Bytes>} fetchChunk
 * @returns {(offset: number, length: number) => Promise<Bytes>}
 */
export function chunkReader(chunks, fetchChunk) {
  /** @type {Map<number, Bytes>} */
  const kept = new Map();
  /** @param {number} index */
  const chunk = async (index) => {
    const known = kept.get(index);
    if (known) return known;
    const bytes = await fetchChunk(chunks[index].sha256);
    if (toHex(await sha256(bytes)) !== chunks[index].sha256) throw new StreamDamaged(`chunk ${index}`);
    kept.set(index, bytes);
    for (const old of kept.keys()) if (kept.size > KEPT) kept.delete(old);
    return bytes;
  };
  return async (offset, length) => {
    const parts = [];
    const end = offset + length;
    for (let index = Math.floor(offset / CHUNK); index * CHUNK < end && index < chunks.length; index += 1) {
      const start = index * CHUNK;
      parts.push((await chunk(index)).subarray(Math.max(0, offset - start), end - start));
    }
    return concat(...parts);
  };
}
