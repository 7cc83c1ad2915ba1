// Asking the browser to deliver while no page is open: Background Sync, which is Chromium's alone.
//
// Owns: when it is asked. As soon as something waits, in whichever vault; and again whenever the page goes out of
// sight while something waits, because the browser forgets the wish after a few rounds that failed. Elsewhere, and
// where the browser or the person refuses, delivery needs the app open.

/** @typedef {import('./types.js').EngineStatus} EngineStatus */

const TAG = 'aigaq-outbox';

export class BackgroundDelivery {
  #waits = false;

  /** @param {{ready: Promise<any>} | undefined} workers `navigator.serviceWorker` */
  constructor(workers) {
    this.workers = workers;
  }

  /** @param {Pick<EngineStatus, 'waiting' | 'vaults'>} status */
  async look({ waiting, vaults }) {
    const waits = waiting.documents + waiting.chunks > 0 || vaults.some((vault) => vault.unsent);
    const before = this.#waits;
    this.#waits = waits;
    if (waits && !before) await this.#ask();
  }

  /** The page is out of sight, perhaps for good. */
  async hidden() {
    if (this.#waits) await this.#ask();
  }

  async #ask() {
    if (!this.workers) return;
    try {
      const registration = await this.workers.ready;
      await registration.sync?.register(TAG);
    } catch {
      // Refused: at the next occasion it is asked again.
    }
  }
}
