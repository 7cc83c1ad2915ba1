// Media as they come in: each frame is encrypted and flushed before it is acknowledged.
//
//   start ──► recording ──► append… ──► finish ──► complete
//                 │                └──► interrupt (lock, full disk) ──► interrupted
//                 └── crash ──► found at the next unlock (recovery.js) ──► interrupted
//
// Owns: the recordings that run. The sealed `medium` document with its key goes out when recording
// starts, so that even a tablet that never comes back to life leaves a file the office can open.
// protocol.md, section 6.

import { boxKey } from '../crypto/box.js';
import { sealFrame, TAG } from '../crypto/stream.js';
import { ulid } from '../crypto/ulid.js';
import { randomBytes } from '../crypto/wire.js';
import { EngineError, isQuota } from '../errors.js';
import { classOf } from '../writing.js';
import { CHUNK, Chunks } from './chunks.js';

/**
 * @typedef {import('../session.js').Session} Session
 * @typedef {import('../writing.js').Writing} Writing
 * @typedef {import('../types.js').Reading} Reading
 * @typedef {import('../types.js').ChunkRow} ChunkRow
 * @typedef {import('../store/database.js').Write} Write
 */

/**
 * @typedef {object} Recording
 * @property {string} id
 * @property {string} channel
 * @property {CryptoKey} key
 * @property {import('../store/files.js').OpenFile} file
 * @property {Chunks} chunks
 * @property {number} frames
 * @property {number} plainBytes
 * @property {Promise<unknown>} turn frames keep their order
 * @property {boolean} ended
 */

const KINDS = new Set(['photo', 'sketch', 'audio', 'video', 'appeal']);
/** Plaintext of one frame of what comes whole. */
const FRAME = 1 << 20;
const EMPTY = { state: 'recording', frames: 0, bytes: 0, plain_bytes: 0, duration_ms: null, chunks: [] };

export class Recordings {
  /** @type {Map<string, Recording>} */ #running = new Map();

  /**
   * @param {Session} session
   * @param {Writing} writing
   * @param {{now: () => number, changed: () => void}} world
   */
  constructor(session, writing, world) {
    this.session = session;
    this.writing = writing;
    this.world = world;
  }

  get count() {
    return this.#running.size;
  }

  /** @param {string} id @returns {Recording | null} */
  running(id) {
    return this.#running.get(id) ?? null;
  }

  /**
   * @param {string} channel
   * @param {Record<string, any>} fields
   * @returns {Promise<{id: string}>} its document is sealed
   */
  async start(channel, fields) {
    const recording = await this.#open(channel, fields);
    try {
      const document = { ...EMPTY, at: new Date(this.world.now()).toISOString(), ...fields, type: 'medium', _id: recording.id };
      await this.writing.save(channel, document, { entries: await this.#entries(recording) });
    } catch (error) {
      await this.#discard(recording);
      throw error;
    }
    this.#running.set(recording.id, recording);
    this.world.changed();
    return { id: recording.id };
  }

  /**
   * @param {string} id
   * @param {ArrayBuffer} buffer
   * @returns {Promise<void>} durable
   * @throws {EngineError} `unknown-medium`; `storage-full`: all before this frame is kept and the medium is ended
   */
  async append(id, buffer) {
    const recording = this.#require(id);
    try {
      await this.#inTurn(recording, () => this.#appendFrame(recording, buffer, false));
    } catch (error) {
      if (!isQuota(error)) throw error;
      await this.session.storage.dropBallast();
      await this.interrupt(id);
      throw new EngineError('storage-full', { id });
    }
  }

  /** @param {string} id @param {Record<string, any>} fields @returns {Promise<Reading>} */
  async finish(id, fields) {
    const recording = this.#require(id);
    try {
      // The flagged frame is empty: only now is it known that the one before was the last.
      await this.#inTurn(recording, () => this.#appendFrame(recording, new ArrayBuffer(0), true));
    } catch (error) {
      if (!isQuota(error)) throw error;
      await this.session.storage.dropBallast();
      return this.#end(recording, { ...fields, state: 'interrupted' });
    }
    return this.#end(recording, { ...fields, state: 'complete' });
  }

  /** @param {string} id @returns {Promise<Reading>} */
  interrupt(id) {
    const recording = this.#require(id);
    return this.#inTurn(recording, async () => {}).then(() => this.#end(recording, { state: 'interrupted' }));
  }

  /** Ends all that run, as a lock does. */
  async interruptAll() {
    for (const id of [...this.#running.keys()]) await this.interrupt(id).catch(() => {});
  }

  /** Stops and forgets a recording; its bytes and key are the eraser's. @param {string} id */
  async abandon(id) {
    const recording = this.#running.get(id);
    if (!recording) return;
    recording.ended = true;
    this.#running.delete(id);
    await recording.turn.catch(() => {});
    await recording.file.close();
    this.world.changed();
  }

  /**
   * A photo or a sketch, whole.
   * @param {string} channel
   * @param {Record<string, any>} fields
   * @param {ArrayBuffer} buffer
   * @returns {Promise<Reading>}
   */
  async add(channel, fields, buffer) {
    const recording = await this.#open(channel, fields);
    try {
      /** @type {ChunkRow[]} */
      const rows = [];
      for (let at = 0; at === 0 || at < buffer.byteLength; at += FRAME) {
        const last = at + FRAME >= buffer.byteLength;
        rows.push(...await this.#writeFrame(recording, buffer.slice(at, at + FRAME), last));
      }
      rows.push(...await recording.chunks.end());
      const size = recording.file.size();
      await recording.file.close();
      const document = { ...EMPTY, at: new Date(this.world.now()).toISOString(), ...fields, type: 'medium', _id: recording.id,
        state: 'complete', frames: recording.frames, bytes: size, plain_bytes: buffer.byteLength, chunks: recording.chunks.list };
      return await this.writing.save(channel, document, { entries: await this.#entries(recording), writes: putChunks(rows) });
    } catch (error) {
      await this.#discard(recording);
      if (isQuota(error)) throw new EngineError('storage-full');
      throw error;
    }
  }

  /** @param {string} channel @param {Record<string, any>} fields @returns {Promise<Recording>} */
  async #open(channel, fields) {
    if (!KINDS.has(fields?.kind)) throw new EngineError('bad-document', 'kind');
    if (typeof fields.mime !== 'string') throw new EngineError('bad-document', 'mime');
    const id = `medium:${ulid(this.world.now())}`;
    const raw = randomBytes(32);
    if (classOf({ type: 'medium', kind: fields.kind }) === 'custody') this.session.custodyKeys.set(id, raw);
    else await this.session.slots.put([{ id, key: raw }]);
    const file = await this.session.storage.files.create();
    const chunks = new Chunks(file.name);
    return { id, channel, key: await boxKey(raw), file, chunks, frames: 0, plainBytes: 0, turn: Promise.resolve(), ended: false };
  }

  /** @param {Recording} recording @returns {Promise<import('../store/records.js').Entry[]>} */
  async #entries({ id, channel, file }) {
    const custody = this.session.custodyKeys.get(id);
    /** @type {import('../store/records.js').Entry} */
    const entry = { t: 'file', id, c: channel, file: file.name, freed: false };
    return custody ? [entry, await this.writing.stanza(id, custody)] : [entry];
  }

  /** @param {Recording} recording @param {ArrayBuffer} buffer @param {boolean} last */
  async #appendFrame(recording, buffer, last) {
    const rows = await this.#writeFrame(recording, buffer, last);
    // The frame is durable; a range that could not be noted now is noted at the end or by recovery.
    if (rows.length > 0) await this.session.storage.database.write(putChunks(rows)).catch(() => {});
  }

  /** @param {Recording} recording @param {ArrayBuffer} plain @param {boolean} last @returns {Promise<ChunkRow[]>} */
  async #writeFrame(recording, plain, last) {
    const frame = await sealFrame(recording.key, recording.id, { number: recording.frames, last, plain });
    await recording.file.append(frame);
    recording.frames += 1;
    recording.plainBytes += plain.byteLength;
    return recording.chunks.push(frame);
  }

  /** @param {Recording} recording @param {Record<string, any>} fields @returns {Promise<Reading>} */
  async #end(recording, fields) {
    const { id, channel, file, chunks, frames, plainBytes } = recording;
    recording.ended = true;
    await chunks.end();
    const size = file.size();
    const doc = this.session.readings.get(channel, id)?.doc;
    const next = { ...doc, ...fields, _id: id, type: 'medium', frames, bytes: size, plain_bytes: plainBytes, chunks: chunks.list };
    try {
      const writes = await chunkWrites(this.session, file.name, chunks.list);
      return await this.writing.save(channel, next, { writes });
    } finally {
      this.#running.delete(id);
      await file.close();
      this.world.changed();
    }
  }

  /** @param {Recording} recording */
  async #discard({ id, file }) {
    await file.close();
    await this.session.storage.files.remove(file.name);
    this.session.custodyKeys.delete(id);
    await this.session.slots.erase([id]);
  }

  /** @param {string} id @returns {Recording} */
  #require(id) {
    const recording = this.#running.get(id);
    if (!recording || recording.ended) throw new EngineError('unknown-medium', id);
    return recording;
  }

  /**
   * @template T
   * @param {Recording} recording
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  #inTurn(recording, work) {
    const result = recording.turn.then(work);
    recording.turn = result.catch(() => {});
    return result;
  }
}

/**
 * What brings the rows of a file in line with its ranges: whatever was sent stays sent.
 * @param {Session} session
 * @param {string} file
 * @param {{sha256: string, size: number}[]} list
 * @returns {Promise<Write[]>}
 */
export async function chunkWrites(session, file, list) {
  const rows = (await session.storage.database.all('chunks')).filter((row) => row.file === file);
  const known = new Map(rows.map((row) => [row.offset, row]));
  /** @type {Write[]} */
  const writes = [];
  for (const [i, { sha256, size }] of list.entries()) {
    const offset = i * CHUNK;
    const row = known.get(offset);
    known.delete(offset);
    if (row?.sha256 === sha256) continue;
    if (row) writes.push({ store: 'chunks', remove: row.n });
    writes.push({ store: 'chunks', put: { sha256, size, file, offset, sent: 0 } });
  }
  for (const row of known.values()) writes.push({ store: 'chunks', remove: row.n });
  return writes;
}

/** @param {ChunkRow[]} rows @returns {Write[]} */
function putChunks(rows) {
  return rows.map((row) => ({ store: 'chunks', put: row }));
}

/** Plaintext bytes of frames, by their ciphertext. @param {{size: number}[]} frames */
export function plainSize(frames) {
  return frames.reduce((sum, { size }) => sum + size - TAG, 0);
}
