// Keeps the screen on while something records: a dark screen may stop the capture (iOS does).
//
// Owns: one wake lock, asked for again when the page comes back to sight. Where the browser has none, nothing happens.

export class WakeLock {
  /** @type {any} */ #lock = null;
  #wanted = false;
  #onVisible = () => { if (document.visibilityState === 'visible' && this.#wanted) this.#ask(); };

  hold() {
    this.#wanted = true;
    document.addEventListener('visibilitychange', this.#onVisible);
    this.#ask();
  }

  release() {
    this.#wanted = false;
    document.removeEventListener('visibilitychange', this.#onVisible);
    this.#lock?.release().catch(() => {});
    this.#lock = null;
  }

  async #ask() {
    try {
      this.#lock = await /** @type {any} */ (navigator).wakeLock?.request('screen');
      if (!this.#wanted) this.release();
    } catch {
      // Low battery or a hidden page: the recording goes on, the screen may dim.
    }
  }
}
