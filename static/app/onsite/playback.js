// Plays a recording of this session without putting it anywhere: bytes go from memory into the player.
//
// Owns: feeding a MediaSource in pieces. A large Blob may be paged to disk by the browser in the clear
// (invariant 4), so a Blob is used only where the browser cannot take the format in pieces.

const PIECE = 512 * 1024;
/** Seconds that stay behind the playhead when the player's memory is full. */
const BEHIND_S = 5;

export class Playback {
  #ended = false;
  /** @type {string} */ #url = '';

  /**
   * @param {HTMLMediaElement} player
   * @param {{mime: string, bytes: ArrayBuffer, durationMs: number | null}} recording
   */
  constructor(player, { mime, bytes, durationMs }) {
    this.player = player;
    if (typeof MediaSource !== 'undefined' && MediaSource.isTypeSupported(mime)) this.#feed(mime, bytes, durationMs);
    else this.#whole(mime, bytes);
  }

  /** Lets go of the bytes. */
  end() {
    this.#ended = true;
    this.player.pause();
    this.player.removeAttribute('src');
    this.player.load();
    URL.revokeObjectURL(this.#url);
  }

  /** @param {string} mime @param {ArrayBuffer} bytes */
  #whole(mime, bytes) {
    this.#url = URL.createObjectURL(new Blob([bytes], { type: mime }));
    this.player.src = this.#url;
  }

  /** @param {string} mime @param {ArrayBuffer} bytes @param {number | null} durationMs */
  #feed(mime, bytes, durationMs) {
    const source = new MediaSource();
    this.#url = URL.createObjectURL(source);
    this.player.src = this.#url;
    source.addEventListener('sourceopen', async () => {
      try {
        const buffer = source.addSourceBuffer(mime);
        if (durationMs) source.duration = durationMs / 1000;
        await this.#pour(buffer, new Uint8Array(bytes));
        if (!this.#ended && source.readyState === 'open') source.endOfStream();
      } catch {
        // A file that cannot be poured may still play as a whole.
        if (!this.#ended) this.#whole(mime, bytes);
      }
    }, { once: true });
  }

  /** @param {SourceBuffer} buffer @param {Uint8Array<ArrayBuffer>} bytes */
  async #pour(buffer, bytes) {
    let at = 0;
    while (at < bytes.length && !this.#ended) {
      try {
        await settled(buffer, () => buffer.appendBuffer(bytes.subarray(at, at + PIECE)));
        at += PIECE;
      } catch (error) {
        if (/** @type {any} */ (error)?.name !== 'QuotaExceededError') throw error;
        await this.#makeRoom(buffer);
      }
    }
  }

  /** Waits until something has been played, then drops what lies behind. @param {SourceBuffer} buffer */
  async #makeRoom(buffer) {
    const { player } = this;
    await new Promise((resolve) => player.addEventListener('timeupdate', resolve, { once: true }));
    const until = player.currentTime - BEHIND_S;
    if (until > 0) await settled(buffer, () => buffer.remove(0, until));
  }
}

/** @param {SourceBuffer} buffer @param {() => void} change @returns {Promise<void>} */
function settled(buffer, change) {
  return new Promise((resolve, reject) => {
    const done = () => { buffer.removeEventListener('error', failed); resolve(); };
    const failed = () => { buffer.removeEventListener('updateend', done); reject(new Error('append')); };
    buffer.addEventListener('updateend', done, { once: true });
    buffer.addEventListener('error', failed, { once: true });
    try {
      change();
    } catch (error) {
      buffer.removeEventListener('updateend', done);
      buffer.removeEventListener('error', failed);
      reject(error);
    }
  });
}
