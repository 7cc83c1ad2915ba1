// One owner of the vault among this browser's tabs.
//
//   waiting ──► owner       the owner's tab was closed or crashed: the lock falls to whoever waits longest
//      │ takeOver  │ another tab asks, or takes it by force
//      └──► owner  ▼
//               waiting
//
// Owns: the Web Lock, and handing it over. A tab that wants to go on asks first, so that the other one
// ends its recordings well; one that does not answer is overruled. Those that only wait stand back meanwhile.

const LOCK = 'aigaq-owner';
const PATIENCE_MS = 4000;

export class Owner {
  held = false;
  /** @type {(() => void) | null} */ #release = null;
  /** @type {AbortController | null} */ #waiting = null;
  #channel = new BroadcastChannel(LOCK);

  /**
   * @param {() => Promise<void>} lose called before the lock is given away: drop the keys
   * @param {() => Promise<void>} [gain] the lock fell to this tab, which had not asked for it now
   */
  constructor(lose, gain = async () => {}) {
    this.lose = lose;
    this.gain = gain;
    this.#channel.addEventListener('message', (event) => { if (event.data === 'yield') this.#onYield(); });
  }

  /** @returns {Promise<boolean>} whether this tab owns the vault now; where not, it does once the owner is gone */
  async claim() {
    const free = await this.#request({ ifAvailable: true });
    if (!free) this.#wait();
    return free;
  }

  /** @returns {Promise<void>} when it does */
  async takeOver() {
    if (this.held) return;
    this.#waiting?.abort();
    this.#channel.postMessage('yield');
    const polite = await this.#request({ signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!polite && !this.held) await this.#request({ steal: true });
  }

  /** In the queue, for as long as it takes. */
  #wait() {
    this.#waiting?.abort();
    const waiting = new AbortController();
    this.#waiting = waiting;
    this.#request({ signal: waiting.signal }).then(async (held) => {
      if (held) await this.gain();
    });
  }

  /** @param {LockOptions} options @returns {Promise<boolean>} */
  #request(options) {
    return new Promise((resolve) => {
      let granted = false;
      navigator.locks.request(LOCK, options, (lock) => {
        granted = lock !== null;
        this.held ||= granted;
        resolve(granted);
        return lock ? new Promise((release) => { this.#release = () => release(undefined); }) : undefined;
      }).catch(async () => {
        // Either it is no longer waited for, or another tab has taken the lock by force.
        if (!granted) resolve(false);
        else await this.#lost();
      });
    });
  }

  async #onYield() {
    if (this.held) {
      await this.#lost();
      this.#release?.();
      this.#release = null;
      return;
    }
    // Whoever asks goes before those that only wait.
    this.#waiting?.abort();
    this.#waitLater();
  }

  async #lost() {
    this.held = false;
    await this.lose();
    this.#waitLater();
  }

  #waitLater() {
    setTimeout(() => { if (!this.held) this.#wait(); }, 2 * PATIENCE_MS);
  }
}
