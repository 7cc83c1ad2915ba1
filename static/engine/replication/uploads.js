// Media on their way: the chunks that the server lacks, by their hashes.
//
// Owns: one pass over the chunks that may go now, a few at a time. Content-addressed, so any order, any number
// of times, from any number of tablets gives the same file, and a pass that was cut goes on where it stopped:
// what is sent again is at most the chunk that was under way. Gives way to a recording. Needs no key that opens
// anything. protocol.md, section 6.

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
 */

const HASHES = 1000;
const LANES = 4;
const FAILURES_PER_PASS = 3;

export class Uploads {
  /** @type {ChunkRow[]} held by the server, and not noted yet */ #held = [];
  /** @type {Promise<void> | null} */ #noting = null;

  /**
   * @param {import('../store/database.js').Database} database
   * @param {(name: string, offset: number, length: number) => Promise<import('../crypto/wire.js').Bytes>} readRange
   * @param {(rows: ChunkRow[]) => void} [held] told of chunks that the server holds now
   * @param {Surroundings} [around]
   */
  constructor(database, readRange, held = () => {}, around = {}) {
    this.database = database;
    this.readRange = readRange;
    this.held = held;
    this.network = around.network ?? (() => networkKind());
    this.now = around.now ?? (() => Date.now());
    this.giveWay = around.giveWay ?? (async () => false);
  }

  /** @returns {Promise<{now: ChunkRow[], later: ChunkRow[]}>} what waits: for its turn, and for another network */
  async waiting() {
    const rows = await this.database.all('chunks');
    const unsent = rows.filter((row) => !row.sent);
    if (unsent.length === 0 || mayGo(await readChoice(this.database), this.network(), this.now())) return { now: unsent, later: [] };
    const large = isLarge(rows);
    return { now: unsent.filter((row) => !large(row)), later: unsent.filter(large) };
  }

  /**
   * Everything that may go, once.
   * @param {import('./sender.js').Sender} sender
   * @throws {Unreachable | Refusal}
   */
  async pass(sender) {
    const { now: waiting } = await this.waiting();
    try {
      for (let at = 0; at < waiting.length; at += HASHES) {
        const rows = waiting.slice(at, at + HASHES);
        const answer = await sender.post('/sync/media/missing', { hashes: rows.map((row) => row.sha256) });
        if (!Array.isArray(answer?.missing)) throw new Unreachable('server-error');
        const missing = new Set(answer.missing);
        this.#note(rows.filter((row) => !missing.has(row.sha256)));
        await this.#sendAll(sender, rows.filter((row) => missing.has(row.sha256)));
      }
    } finally {
      await this.#noting;
    }
  }

  /** In lanes; what one lane fails with ends the others after the chunk they are at. @param {import('./sender.js').Sender} sender @param {ChunkRow[]} rows */
  async #sendAll(sender, rows) {
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

  /** @param {import('./sender.js').Sender} sender @param {ChunkRow} row @returns {Promise<boolean>} */
  async #send(sender, row) {
    let body;
    try {
      body = await this.readRange(row.file, row.offset, row.size);
    } catch {
      return false; // It was erased or freed since the rows were read.
    }
    // A damaged disk must not make the server hold what the document does not name.
    if (toHex(await sha256(body)) !== row.sha256) return false;
    try {
      await sender.put(`/sync/media/chunks/${row.sha256}`, body);
      return true;
    } catch (error) {
      if (error instanceof Refusal && error.code === 'hash-mismatch') return false;
      throw error;
    }
  }

  /** Beside the next chunk: a note that is lost costs a question, not a chunk. @param {ChunkRow[]} rows */
  #note(rows) {
    if (rows.length === 0) return;
    this.#held.push(...rows);
    this.#noting ??= this.#noteAll().finally(() => { this.#noting = null; });
  }

  async #noteAll() {
    while (this.#held.length > 0) {
      const rows = this.#held.splice(0);
      await this.database.write(rows.map(({ n, sha256: hash }) => ({
        store: 'chunks', key: n, change: (row) => (row?.sha256 === hash ? { ...row, sent: 1 } : undefined),
      })));
      this.held(rows);
    }
  }
}
