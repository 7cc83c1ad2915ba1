// When to deliver and to pull.
//
//   idle ──wake (save, online, visible)──► running ──done──► idle, or waiting for the next time
//
// Owns: the timers. A round never overlaps the next one of its kind; a wake during a round makes it
// run once more. Failing rounds come at growing distances with jitter, so that a thousand tablets do not
// knock at the same moment when a server is back. The pace (pace.js) stretches all distances but those the server asks for.

/**
 * @typedef {object} Outcome
 * @property {boolean} failed the way was closed
 * @property {boolean} again something waits, or may come
 * @property {number} [retryAfterMs]
 */

const GROWTH = 1.7;
const JITTER = 0.25;
/** Longer than this a person who stands in the office with a full tablet would not wait. */
const LONGEST_MS = 45_000;

export class Schedule {
  /** @type {ReturnType<typeof setTimeout> | null} */ #timer = null;
  /** @type {Promise<void> | null} */ #round = null;
  #more = false;
  #failures = 0;
  #stopped = true;
  /** What a round last threw, which none should. @type {unknown} */ fault = null;

  /**
   * @param {() => Promise<Outcome>} work
   * @param {number} intervalMs between rounds while the way is open
   * @param {{pace?: () => number, random?: () => number}} [world] `pace`: by how much distances are stretched now
   */
  constructor(work, intervalMs, { pace = () => 1, random = Math.random } = {}) {
    this.work = work;
    this.intervalMs = intervalMs;
    this.pace = pace;
    this.random = random;
  }

  start() {
    this.#stopped = false;
    this.wake();
  }

  stop() {
    this.#stopped = true;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
  }

  /** Soon: what comes at the same moment goes together. @param {number} [delayMs] */
  wake(delayMs = 0) {
    if (this.#stopped) return;
    if (this.#round) this.#more = true;
    else this.#set(delayMs);
  }

  /** Now. @returns {Promise<void>} when a whole round that began after this call is over */
  async run() {
    const under = this.#round;
    if (under) await under;
    return this.#round ?? this.#begin();
  }

  #begin() {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    this.#more = false;
    this.#round = this.#once().finally(() => {
      this.#round = null;
      if (this.#more) this.wake();
    });
    return this.#round;
  }

  async #once() {
    let outcome;
    try {
      outcome = await this.work();
    } catch (error) {
      // A fault of ours must not end delivery for good.
      this.fault = error;
      outcome = { failed: true, again: true };
    }
    this.#failures = outcome.failed ? this.#failures + 1 : 0;
    if (this.#stopped) return;
    if (outcome.again) this.#set(outcome.retryAfterMs ?? this.#distance());
  }

  #distance() {
    const base = Math.min(LONGEST_MS, this.intervalMs * GROWTH ** Math.max(0, this.#failures - 1));
    return base * this.pace() * (1 - JITTER + 2 * JITTER * this.random());
  }

  /** @param {number} delayMs */
  #set(delayMs) {
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { this.#begin().catch(() => {}); }, delayMs);
  }
}
