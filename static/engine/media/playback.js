// Reading a medium back: from this tablet's file, or from the server by its chunks.
//
// Owns: the decision whether this session may and can open it, and one open reader per medium, so that a long
// recording is never in memory as a whole. What comes from the server is checked against the hashes in the
// document before it is decrypted; nothing of it is written.

import { EngineError } from '../errors.js';
import { Frames, chunkReader } from './frames.js';
import { requireStream } from './stream_version.js';

/**
 * @typedef {import('../crypto/wire.js').Bytes} Bytes
 * @typedef {{mime: string, kind: string, frames: number, durationMs: number | null}} Playable
 */

export class Playback {
  /** The reader that was used last. @type {{id: string, rev: string, freed: boolean, frames: Frames} | null} */ #last = null;
  /** @type {Promise<unknown>} */ #turn = Promise.resolve();

  /**
   * @param {import('../session.js').Session} session
   * @param {import('./recordings.js').Recordings} recordings
   * @param {(channel: string, sha256: string) => Promise<Bytes>} fetchChunk
   */
  constructor(session, recordings, fetchChunk) {
    this.session = session;
    this.recordings = recordings;
    this.fetchChunk = fetchChunk;
  }

  /**
   * What a player must know before it asks for frames.
   * @param {string} channel
   * @param {string} id
   * @returns {Promise<Playable>}
   * @throws {EngineError} `sealed`, `not-here`, `erased`, `newer-version`
   */
  async describe(channel, id) {
    const { doc } = await this.#readable(channel, id);
    if (!(await this.session.contentKey(id))) throw this.#keyless(doc);
    const frames = this.recordings.running(id)?.frames ?? doc.frames;
    return { mime: doc.mime, kind: doc.kind, frames, durationMs: doc.duration_ms ?? null };
  }

  /**
   * @param {string} channel
   * @param {string} id
   * @param {number} from first frame
   * @param {number} count
   * @returns {Promise<{bytes: ArrayBuffer}>} their plaintext
   * @throws {EngineError} `sealed`, `not-here`, `erased`, `record-damaged`, `offline`
   */
  readFrames(channel, id, from, count) {
    // A reader goes on where it was: one reading after another.
    const reading = this.#turn.then(async () => {
      const frames = await this.#open(channel, id);
      try {
        return { bytes: (await frames.read(from, count)).buffer };
      } catch (error) {
        this.#last = null;
        throw error instanceof EngineError ? error : new EngineError('record-damaged', id);
      }
    });
    this.#turn = reading.catch(() => {});
    return reading;
  }

  /**
   * All of it: for what comes whole, as photos do.
   * @param {string} channel
   * @param {string} id
   * @returns {Promise<{mime: string, bytes: ArrayBuffer}>}
   */
  async read(channel, id) {
    const { mime } = await this.describe(channel, id);
    return { mime, ...await this.readFrames(channel, id, 0, Infinity) };
  }

  /** @param {string} channel @param {string} id @returns {Promise<import('../types.js').Reading>} */
  async #readable(channel, id) {
    if (this.session.records.erased.has(id)) throw new EngineError('erased');
    const reading = await this.session.readings.get(channel, id);
    if (!reading || reading.doc.type !== 'medium') throw new EngineError('not-here');
    requireStream(reading.doc);
    return reading;
  }

  /** @param {any} doc */
  #keyless(doc) {
    return new EngineError(doc.class === 'custody' ? 'sealed' : 'not-here');
  }

  /** @param {string} channel @param {string} id @returns {Promise<Frames>} */
  async #open(channel, id) {
    const { doc, rev } = await this.#readable(channel, id);
    const key = await this.session.contentKey(id);
    if (!key) throw this.#keyless(doc);
    const running = this.recordings.running(id);
    const local = this.session.records.files.get(id);
    const here = Boolean(local && !local.freed);
    const last = this.#last;
    if (last && !running && last.id === id && last.rev === rev && last.freed === !here) return last.frames;
    if (!here && doc.state === 'recording') throw new EngineError('not-here');
    const file = {
      id, frames: running?.frames ?? doc.frames, complete: doc.state === 'complete',
      size: running?.file.size() ?? doc.bytes, chunks: doc.chunks,
    };
    const readAt = local && here
      ? (/** @type {number} */ offset, /** @type {number} */ length) => this.session.storage.files.readRange(local.file, offset, length)
      : chunkReader(doc.chunks, (hash) => this.fetchChunk(channel, hash));
    const frames = new Frames(key, file, readAt);
    this.#last = { id, rev, freed: !here, frames };
    return frames;
  }
}
