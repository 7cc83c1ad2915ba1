// The ballast: a few megabytes that are given up when the disk is full, so that what is under way ends well.
//
//   laid ──► given up (a write found no room) ──► laid again, once there is room for twice as much
//
// Owns: when it is given up and when it is laid again. Browsers do not say truthfully how much room there is
// (Chromium names ten gigabytes whatever the quota), so a write that fails is the only sure sign, and a ballast
// that is gone is what "nearly full" means. Twice: else it would take the room that it has just made. Where the bytes lie is storage.js's.

import { EngineError, isQuota } from '../errors.js';

/** As little room as this is nearly full too, where the browser says so: as much as ten minutes of video. */
const LITTLE = 32 << 20;
/** A disk that was full is tried again after so long. */
const PATIENCE_MS = 30_000;

/**
 * @typedef {object} Bytes
 * @property {() => Promise<boolean>} lay false where there is no room; then nothing of it is left
 * @property {() => Promise<boolean>} drop false where there was none
 */

export class Ballast {
  /** Given up, or never laid for want of room. */ gone = false;
  #times = 0;
  #tried = -Infinity;
  /** @type {Promise<unknown>} */ #turn = Promise.resolve();

  /**
   * @param {Bytes} bytes
   * @param {() => number} [now]
   */
  constructor(bytes, now = () => performance.now()) {
    this.bytes = bytes;
    this.now = now;
  }

  /**
   * Work that may take the ballast's room: what must be written whatever happens.
   * @template T
   * @param {() => Promise<T>} work all or nothing; done once more where it found no room
   * @returns {Promise<T>}
   * @throws {EngineError} `storage-full`
   */
  async guard(work) {
    const before = this.#times;
    try {
      return await work();
    } catch (error) {
      if (!isQuota(error)) throw error;
    }
    // Another's work may have given it up while this one was failing: then there is room by now.
    if (this.#times === before && !(await this.give())) throw new EngineError('storage-full');
    return work().catch((error) => { throw isQuota(error) ? new EngineError('storage-full') : error; });
  }

  /** @returns {Promise<boolean>} whether that made room */
  give() {
    return this.#inTurn(async () => {
      this.gone = true;
      this.#tried = this.now();
      if (!(await this.bytes.drop())) return false;
      this.#times += 1;
      return true;
    });
  }

  /** Lays it where it is not. @param {boolean} [freed] room was made: not to be put off */
  restore(freed = true) {
    return this.#inTurn(async () => {
      if (!freed && (!this.gone || this.now() - this.#tried < PATIENCE_MS)) return;
      this.#tried = this.now();
      this.gone = !(await this.bytes.lay());
    });
  }

  /**
   * Nothing long may be begun: there is room for notes, and for what is under way to end.
   * @param {number | null} freeBytes as the browser says
   */
  isNearlyFull(freeBytes) {
    return this.gone || (freeBytes !== null && freeBytes < LITTLE);
  }

  /** @template T @param {() => Promise<T>} work @returns {Promise<T>} */
  #inTurn(work) {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

/**
 * The same database, whose writes may take the ballast's room unless they are said to be worth less (`spare`).
 * @param {import('./database.js').Database} database
 * @param {Ballast} ballast
 * @returns {import('./database.js').Database}
 */
export function guarded(database, ballast) {
  return { ...database, write: (writes, how = {}) => (how.spare ? database.write(writes) : ballast.guard(() => database.write(writes))) };
}
