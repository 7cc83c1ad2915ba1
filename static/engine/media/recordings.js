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
import { ulid } from '../crypto/ulid.js';
import { randomBytes } from '../crypto/wire.js';
import { EngineError, isQuota } from '../errors.js';
import { classOf } from '../writing.js';
import { captureLink } from './captures.js';
import { CHUNK } from './chunks.js';
import { Recording } from './recording.js';

/**
 * @typedef {import('../session.js').Session} Session
 * @typedef {import('../writing.js').Writing} Writing
 * @typedef {import('../writing.js').Together} Together
 * @typedef {import('../types.js').Reading} Reading
 * @typedef {import('../types.js').ChunkRow} ChunkRow
 * @typedef {import('../store/database.js').Write} Write
 */

const KINDS = new Set(['photo', 'sketch', 'document', 'audio', 'video', 'appeal', 'original']);
/** Plaintext of one frame of what comes whole. */
const FRAME = 1 << 20;
const EMPTY = { state: 'recording', frames: 0, bytes: 0, plain_bytes: 0, duration_ms: null, chunks: [] };

/** Where the log keeps the end of the device's chain of captures. */
const CAPTURE = 'engine/capture';

/** Full ranges are noted so often, or when so many wait. */
const NOTE_MS = 1000;
const NOTE_ROWS = 32;

export class Recordings {
  /** @type {Map<string, Recording>} */ #running = new Map();
  /** @type {Promise<unknown>} */ #linking = Promise.resolve();
  /** @type {ChunkRow[]} full ranges that have no row yet */ #full = [];
  /** @type {Promise<void> | null} */ #noting = null;
  #noted = -NOTE_MS;

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

  /** There is room to end what is under way and for notes, and no more. */
  async isNearlyFull() {
    const { ballast, estimate } = this.session.storage;
    return ballast.isNearlyFull((await estimate()).freeBytes);
  }

  get count() {
    return this.#running.size;
  }

  /** @param {string} id @returns {Recording | null} */
  running(id) {
    return this.#running.get(id) ?? null;
  }

  /** Resolves when no frame waits to be written: whoever else wants the disk goes after. */
  async quiet() {
    await Promise.all([...this.#running.values()].map((recording) => recording.inTurn(async () => {})));
  }

  /**
   * @param {string} channel
   * @param {Record<string, any>} fields
   * @returns {Promise<{id: string}>} its document is sealed
   * @throws {EngineError} `nearly-full`
   */
  async start(channel, fields) {
    // What is long is not begun where only its end would find room.
    if (await this.isNearlyFull()) throw new EngineError('nearly-full');
    const recording = await this.#open(channel, fields);
    try {
      const document = { ...EMPTY, at: new Date(this.world.now()).toISOString(), ...fields, type: 'medium', _id: recording.id };
      await this.writing.save(channel, document, { entries: await this.#entries(recording), spare: true });
    } catch (error) {
      await this.#discard(recording);
      throw error instanceof EngineError && error.code === 'storage-full' ? new EngineError('nearly-full') : error;
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
    const { ballast } = this.session.storage;
    try {
      // Gone for something else's sake: what room that made is for ending, not for going on.
      if (ballast.gone) throw new EngineError('storage-full');
      await recording.append(buffer, false);
    } catch (error) {
      // Whatever failed, no further frame can follow: what is there is ended well.
      if (isQuota(error)) await ballast.give();
      if (!recording.ended) await this.interrupt(id);
      throw isFull(error) ? new EngineError('storage-full', { id }) : error;
    }
  }

  /** @param {string} id @param {Record<string, any>} fields @returns {Promise<Reading>} */
  async finish(id, fields) {
    const recording = this.#require(id);
    recording.ended = true;
    try {
      // The flagged frame is empty: only now is it known that the one before was the last.
      await recording.append(new ArrayBuffer(0), true);
    } catch (error) {
      if (isQuota(error)) await this.session.storage.ballast.give();
      return this.#end(recording, { ...fields, state: 'interrupted' });
    }
    return this.#end(recording, { ...fields, state: 'complete' });
  }

  /** @param {string} id @returns {Promise<Reading>} */
  async interrupt(id) {
    const recording = this.#require(id);
    recording.ended = true;
    await recording.inTurn(async () => {});
    return this.#end(recording, { state: 'interrupted' });
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
    await recording.inTurn(async () => {});
    await this.#noting;
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
    if (this.session.storage.ballast.gone) throw new EngineError('storage-full');
    const recording = await this.#open(channel, fields);
    try {
      const frames = [];
      for (let at = 0; at === 0 || at < buffer.byteLength; at += FRAME) {
        frames.push(recording.append(buffer.slice(at, at + FRAME), at + FRAME >= buffer.byteLength));
      }
      await Promise.all(frames);
      await recording.chunks.end();
      await recording.file.close();
      const document = { ...EMPTY, at: new Date(this.world.now()).toISOString(), ...fields, ...measured(recording), _id: recording.id, state: 'complete' };
      return await this.saveEnded(channel, document, {
        entries: await this.#entries(recording), writes: await this.#rows(recording), spare: true,
      });
    } catch (error) {
      await this.#discard(recording);
      if (isQuota(error)) throw new EngineError('storage-full');
      throw error;
    }
  }

  /**
   * Saves a medium whose bytes are all there, as the next link of what this device has captured.
   * @param {string} channel
   * @param {Record<string, any>} fields
   * @param {Together} together
   * @returns {Promise<Reading>}
   */
  saveEnded(channel, fields, { entries = [], writes = [], spare = false }) {
    const { records, self } = this.session;
    // One link after another: a photo may end while a recording does.
    const saving = this.#linking.then(async () => {
      const { number, sha256 } = records.meta.get(CAPTURE) ?? { number: 0, sha256: '' };
      const doc = { ...fields, type: 'medium', device: self.device.id };
      const capture = await captureLink(doc, { number: number + 1, prev: sha256 });
      return this.writing.save(channel, { ...doc, capture }, { writes, spare, entries: [
        ...entries, { t: 'meta', k: CAPTURE, v: { number: capture.number, sha256: capture.sha256 } },
      ] });
    });
    this.#linking = saving.catch(() => {});
    return saving;
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
    return new Recording({ id, channel, key: await boxKey(raw) }, file, (row) => this.#note(row));
  }

  /** @param {Recording} recording @returns {Promise<import('../store/entries.js').Entry[]>} */
  async #entries({ id, channel, file }) {
    const custody = this.session.custodyKeys.get(id);
    /** @type {import('../store/entries.js').Entry} */
    const entry = { t: 'file', id, c: channel, file: file.name, freed: false };
    return custody ? [entry, await this.writing.stanza(id, custody)] : [entry];
  }

  /**
   * A row for a full range, so that it can leave before the recording ends. Not waited for by frames, and seldom
   * enough to cost them nothing: what could not be noted now is noted with a later one, at the end, or by recovery.
   * @param {ChunkRow} row
   */
  #note(row) {
    this.#full.push(row);
    if (this.#noting || (this.#full.length < NOTE_ROWS && performance.now() - this.#noted < NOTE_MS)) return;
    this.#noted = performance.now();
    const rows = this.#full.splice(0).filter(({ file }) => this.#isRunning(file));
    const writes = rows.map((full) => /** @type {Write} */ ({ store: 'chunks', put: full }));
    this.#noting = this.session.storage.database.write(writes, { spare: true }).catch(() => {}).finally(() => { this.#noting = null; });
  }

  /** @param {string} file */
  #isRunning(file) {
    return [...this.#running.values()].some((recording) => recording.file.name === file);
  }

  /** @param {Recording} recording @returns {Promise<Write[]>} what its chunk rows still lack */
  async #rows({ file, chunks }) {
    this.#full = this.#full.filter((row) => row.file !== file.name);
    await this.#noting;
    return chunkWrites(this.session, file.name, chunks.list);
  }

  /** @param {Recording} recording @param {Record<string, any>} fields @returns {Promise<Reading>} */
  async #end(recording, fields) {
    const { id, channel } = recording;
    try {
      await recording.chunks.end();
      const doc = (await this.session.readings.get(channel, id))?.doc;
      const next = { ...doc, ...fields, _id: id, ...measured(recording) };
      return await this.saveEnded(channel, next, { writes: await this.#rows(recording) });
    } finally {
      this.#running.delete(id);
      await recording.file.close();
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
}

/** @param {unknown} error */
function isFull(error) {
  return isQuota(error) || (error instanceof EngineError && error.code === 'storage-full');
}

/** What a document says of the bytes that are there. @param {Recording} recording */
function measured({ file, frames, plainBytes, chunks }) {
  return { frames, bytes: file.size(), plain_bytes: plainBytes, chunks: chunks.list };
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
