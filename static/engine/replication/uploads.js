// Media on their way: the chunks that the server lacks, by their hashes.
//
// Owns: one pass over the chunks that may go now, a few at a time, those of small files first. While it goes, it asks
// whether it still may: a tablet that leaves the Wi-Fi stops with its videos, and what was saved meanwhile goes first.
// Content-addressed, so any order, any number of times, from any number of tablets gives the same file, and a pass
// that was cut goes on where it stopped: what is sent again is at most the chunk that was under way. Gives way to a
// recording. Needs no key that opens anything. protocol.md, section 6.
//
// A chunk's bytes go from the disk to the network without coming through here: its hash is known since it was
// captured, and the server takes only bytes that have it. What is here for every chunk is a signature.

import { sha256, toHex } from '../crypto/wire.js';
import { Refusal, Unreachable } from './gateway.js';
import { isLarge, mayGo, networkKind, readChoice } from './metering.js';

/** @typedef {import('../types.js').ChunkRow} ChunkRow */

/**
 * What an uploader may know of what is around it.
 * @typedef {object} Surroundings
 * @property {() => import('./metering.js').NetworkKind} [network]
 * @property {() => number} [now]
 * @property {() => Promise<boolean>} [giveWay] resolves when no frame waits to be written; whether a recording runs
 * @property {number} [lookMs] how often a pass looks whether it may go on
 */

const HASHES = 1000;
const LANES = 4;
const FAILURES_PER_PASS = 3;
/** What the server holds is noted so often, or when so many wait. */
const LOOK_MS = 1000;
const NOTE_MS = 500;
const NOTE_ROWS = 32;

export class Uploads {
  /** @type {ChunkRow[]} held by the server, and not noted yet */ #held = [];
  /** @type {Promise<void> | null} */ #noting = null;
  #noted = -NOTE_MS;
  /** Chunks whose bytes the server found to be others: not offered again unless they are themselves once more. @type {Set<string>} */ #doubted = new Set();

  /**
   * @param {import('../store/database.js').Database} database
   * @param {import('../store/files.js').Files['slice']} slice
   * @param {(rows: ChunkRow[]) => void} [held] told of chunks that the server holds now
   * @param {Surroundings} [around]
   */
  constructor(database, slice, held = () => {}, around = {}) {
    this.database = database;
    this.slice = slice;
    this.held = held;
    this.network = around.network ?? (() => networkKind());
    this.now = around.now ?? (() => Date.now());
    this.giveWay = around.giveWay ?? (async () => false);
    this.lookMs = around.lookMs ?? LOOK_MS;
  }

  /** @returns {Promise<{now: ChunkRow[], later: ChunkRow[], large: Set<ChunkRow>}>} what waits: for its turn, small files first, and for another network */
  async waiting() {
    const rows = await this.database.all('chunks');
    const unsent = rows.filter((row) => !row.sent);
    const large = new Set(unsent.filter(isLarge(rows)));
    const small = unsent.filter((row) => !large.has(row));
    if (large.size === 0 || await this.#largeMayGo()) return { now: [...small, ...large], later: [], large };
    return { now: small, later: [...large], large };
  }

  async #largeMayGo() {
    return mayGo(await readChoice(this.database), this.network(), this.now());
  }

  /**
   * Everything that may go, once.
   * @param {import('./sender.js').Sender} sender
   * @param {() => Promise<boolean>} [urgent] something else should go first
   * @returns {Promise<boolean>} false where it stopped for that
   * @throws {Unreachable | Refusal}
   */
  async pass(sender, urgent = async () => false) {
    const { now: waiting, large } = await this.waiting();
    const watch = new Watch(this.lookMs, urgent, () => this.#largeMayGo());
    this.#held = []; // What an earlier pass could not note is asked of the server.
    try {
      for (let at = 0; at < waiting.length; at += HASHES) {
        const rows = waiting.slice(at, at + HASHES);
        const answer = await sender.post('/sync/media/missing', { hashes: rows.map((row) => row.sha256) });
        if (!Array.isArray(answer?.missing)) throw new Unreachable('server-error');
        const missing = new Set(answer.missing);
        this.#note(rows.filter((row) => !missing.has(row.sha256)));
        await this.#sendAll(sender, rows.filter((row) => missing.has(row.sha256)), (row) => watch.lets(large.has(row)));
        if (watch.urgent) return false;
      }
      return true;
    } finally {
      await this.#noteAll();
    }
  }

  /**
   * In lanes; what one lane fails with ends the others after the chunk they are at.
   * @param {import('./sender.js').Sender} sender
   * @param {ChunkRow[]} rows
   * @param {(row: ChunkRow) => Promise<boolean>} lets
   */
  async #sendAll(sender, rows, lets) {
    const queue = [...new Map(rows.map((row) => [row.sha256, row])).values()];
    /** @type {unknown} */
    let fault = null;
    let failures = 0;
    const lane = async (/** @type {number} */ number) => {
      while (!fault) {
        // While something records, one chunk at a time, and only between frames.
        if (await this.giveWay() && number > 0) return;
        const row = queue.shift();
        if (!row) return;
        try {
          if (!await lets(row)) continue;
          if (await this.#send(sender, row)) this.#note([row]);
          else if ((failures += 1) > FAILURES_PER_PASS) fault = new Unreachable('server-error');
        } catch (error) {
          fault ??= error;
        }
      }
    };
    await Promise.all(Array.from({ length: LANES }, (_, number) => lane(number)));
    if (fault) throw fault;
  }

  /** @param {import('./sender.js').Sender} sender @param {ChunkRow} row @returns {Promise<boolean>} the server holds it */
  async #send(sender, row) {
    const { file, offset, size, sha256: hash } = row;
    /** @type {Blob} */
    let body;
    try {
      body = await this.slice(file, offset, size);
      if (body.size !== size || (this.#doubted.has(hash) && await hashOf(body) !== hash)) return false;
    } catch {
      return false; // It was erased or freed since the rows were read.
    }
    try {
      await sender.put(`/sync/media/chunks/${hash}`, body, hash);
      return true;
    } catch (error) {
      if (error instanceof Refusal && ['hash-mismatch', 'bad-request'].includes(error.code)) {
        this.#doubted.add(hash);
        return false;
      }
      // Erased while it was sent: that is not the network's fault.
      if (error instanceof Unreachable && !await canRead(body)) return false;
      throw error;
    }
  }

  /** Beside the next chunk, and not for each: a note that is lost costs a question, not a chunk. @param {ChunkRow[]} rows */
  #note(rows) {
    this.#held.push(...rows);
    if (this.#noting || (this.#held.length < NOTE_ROWS && performance.now() - this.#noted < NOTE_MS)) return;
    // A note that cannot be written now is written at the end of the pass, which tells why.
    this.#noting = this.#noteOnce().catch(() => {}).finally(() => { this.#noting = null; });
  }

  /** @throws {unknown} where the disk does not take it */
  async #noteAll() {
    await this.#noting;
    await this.#noteOnce();
  }

  async #noteOnce() {
    const rows = [...this.#held];
    this.#noted = performance.now();
    await this.database.write(rows.map(({ n, sha256: hash }) => ({
      store: 'chunks', key: n, change: (row) => (row?.sha256 === hash ? { ...row, sent: 1 } : undefined),
    })));
    this.#held.splice(0, rows.length);
    if (rows.length > 0) this.held(rows);
  }
}

/** Whether a pass may go on, looked at now and then. */
class Watch {
  /** Something else should go first. */ urgent = false;
  #large = true;
  #looked = performance.now();

  /** @param {number} everyMs @param {() => Promise<boolean>} isUrgent @param {() => Promise<boolean>} largeMayGo */
  constructor(everyMs, isUrgent, largeMayGo) {
    this.everyMs = everyMs;
    this.isUrgent = isUrgent;
    this.largeMayGo = largeMayGo;
  }

  /** @param {boolean} large */
  async lets(large) {
    if (performance.now() - this.#looked >= this.everyMs) {
      this.#looked = performance.now();
      this.urgent ||= await this.isUrgent();
      this.#large = await this.largeMayGo();
    }
    return !this.urgent && (this.#large || !large);
  }
}

/** @param {Blob} body @returns {Promise<string>} hex */
async function hashOf(body) {
  return toHex(await sha256(new Uint8Array(await body.arrayBuffer())));
}

/** Its file is there, and as it was. @param {Blob} body */
function canRead(body) {
  return body.slice(0, 1).arrayBuffer().then(() => true, () => false);
}
