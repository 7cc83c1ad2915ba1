/**
 * When the tablet locks by itself: after two minutes without a touch, or thirty seconds out of sight; never
 * while something is being recorded.
 *
 * Owns the two limits and the clock-keeping. Knows no engine and no screen: `lock` is passed in. Timers of a
 * hidden page are throttled, so coming back to sight asks again before anything is shown.
 */
export const IDLE_MS = 2 * 60 * 1000;
export const HIDDEN_MS = 30 * 1000;

/**
 * Whether it is time, at `now`. All values in milliseconds; `hiddenSince` is null while in sight.
 * @param {{now: number, activeAt: number, hiddenSince: number | null, recording: boolean}} moment
 */
export function isDue({ now, activeAt, hiddenSince, recording }) {
  if (recording) return false;
  // In both directions: a clock that was put back would else hold the lock for as long as it was put back.
  if (hiddenSince !== null && Math.abs(now - hiddenSince) >= HIDDEN_MS) return true;
  return Math.abs(now - activeAt) >= IDLE_MS;
}

export class AutoLock {
  #options;
  #activeAt = 0;
  /** @type {number | null} */
  #hiddenSince = null;
  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  /** @param {{now?: () => number, recording: () => boolean, lock: () => void}} options */
  constructor({ now = Date.now, recording, lock }) {
    this.#options = { now, recording, lock };
    for (const type of ['pointerdown', 'keydown', 'input', 'wheel', 'touchmove']) {
      window.addEventListener(type, () => this.touch(), { passive: true, capture: true });
    }
    document.addEventListener('visibilitychange', () => this.#seen());
  }

  /** Begins to count. */
  start() {
    this.stop();
    this.touch();
    this.#hiddenSince = document.hidden ? this.#options.now() : null;
    this.#timer = setInterval(() => this.#check(), 1000);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** The person is there. */
  touch() {
    this.#activeAt = this.#options.now();
  }

  #seen() {
    if (this.#timer === undefined) return;
    if (document.hidden) {
      this.#hiddenSince = this.#options.now();
    } else {
      this.#check();
      this.#hiddenSince = null;
    }
  }

  #check() {
    const { now, recording, lock } = this.#options;
    const busy = recording();
    if (busy) this.touch();
    if (!isDue({ now: now(), activeAt: this.#activeAt, hiddenSince: this.#hiddenSince, recording: busy })) return;
    this.stop();
    lock();
  }
}
