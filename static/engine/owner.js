// One owner of the vault among this browser's tabs.
//
// Owns: the Web Lock, and handing it over. A tab that wants to go on asks first, so that the other one
// ends its recordings well; one that does not answer is overruled.

const LOCK = 'aigaq-owner';
const PATIENCE_MS = 4000;

export class Owner {
  held = false;
  /** @type {(() => void) | null} */ #release = null;
  #channel = new BroadcastChannel(LOCK);

  /** @param {() => Promise<void>} lose called before the lock is given away: drop the keys */
  constructor(lose) {
    this.lose = lose;
    this.#channel.addEventListener('message', (event) => { if (event.data === 'yield' && this.held) this.#yield(); });
  }

  /** @returns {Promise<boolean>} whether this tab owns the vault now */
  claim() {
    return this.#request({ ifAvailable: true });
  }

  /** @returns {Promise<void>} when it does */
  async takeOver() {
    if (this.held) return;
    this.#channel.postMessage('yield');
    const polite = await this.#request({ signal: AbortSignal.timeout(PATIENCE_MS) });
    if (!polite) await this.#request({ steal: true });
  }

  /** @param {LockOptions} options @returns {Promise<boolean>} */
  #request(options) {
    return new Promise((resolve) => {
      navigator.locks.request(LOCK, options, (lock) => {
        this.held = lock !== null;
        resolve(this.held);
        return lock ? new Promise((release) => { this.#release = () => release(undefined); }) : undefined;
      }).catch(async () => {
        // Either the patience is over, or another tab has taken the lock by force.
        if (!this.held) resolve(false);
        else await this.#lost();
      });
    });
  }

  async #yield() {
    await this.#lost();
    this.#release?.();
    this.#release = null;
  }

  async #lost() {
    this.held = false;
    await this.lose();
  }
}
