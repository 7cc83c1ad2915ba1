// Media on their way: the chunks that the server lacks, by their hashes.
//
// Owns: one pass over the chunks that wait. Content-addressed, so any order, any number of times, from any
// number of tablets gives the same file, and a pass that was cut goes on where it stopped. Needs no key that
// opens anything. protocol.md, section 6.

import { sha256, toHex } from '../crypto/wire.js';
import { Refusal, Unreachable } from './gateway.js';

/** @typedef {import('../types.js').ChunkRow} ChunkRow */

const HASHES = 1000;
const FAILURES_PER_PASS = 3;

export class Uploads {
  /**
   * @param {import('../store/database.js').Database} database
   * @param {(name: string, offset: number, length: number) => Promise<import('../crypto/wire.js').Bytes>} readRange
   * @param {(rows: ChunkRow[]) => void} [held] told of chunks that the server holds now
   */
  constructor(database, readRange, held = () => {}) {
    this.database = database;
    this.readRange = readRange;
    this.held = held;
  }

  /** @returns {Promise<ChunkRow[]>} */
  async waiting() {
    return (await this.database.all('chunks')).filter((row) => !row.sent);
  }

  /**
   * Everything that waits, once.
   * @param {import('./sender.js').Sender} sender
   * @throws {Unreachable | Refusal}
   */
  async pass(sender) {
    let failures = 0;
    const waiting = await this.waiting();
    for (let at = 0; at < waiting.length; at += HASHES) {
      const rows = waiting.slice(at, at + HASHES);
      const answer = await sender.post('/sync/media/missing', { hashes: rows.map((row) => row.sha256) });
      if (!Array.isArray(answer?.missing)) throw new Unreachable('server-error');
      const missing = new Set(answer.missing);
      await this.#mark(rows.filter((row) => !missing.has(row.sha256)));
      for (const row of rows.filter(({ sha256: hash }) => missing.has(hash))) {
        if (await this.#send(sender, row)) await this.#mark([row]);
        else if ((failures += 1) > FAILURES_PER_PASS) throw new Unreachable('server-error');
      }
    }
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

  /** @param {ChunkRow[]} rows */
  async #mark(rows) {
    if (rows.length === 0) return;
    await this.database.write(rows.map(({ n, sha256: hash }) => ({
      store: 'chunks', key: n, change: (row) => (row?.sha256 === hash ? { ...row, sent: 1 } : undefined),
    })));
    this.held(rows);
  }
}
