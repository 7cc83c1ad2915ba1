// Plays a recording while only a few seconds of it are open at any time.
//
// Owns: one MediaSource, fed with decrypted frames as the playhead needs them; what lies behind is dropped.
// A seek goes straight to the WebM cluster that holds the wanted second; in other formats frames are poured
// from the start, or on, until it is reached. Knows no key: frames come from whoever opens them (the tablet's
// engine, a key holder's page). A Blob may be paged to disk by the browser in the clear (invariant 4), so it
// is used only for what is small and cannot be poured.

import { findClusters } from './clusters.js';

/**
 * @typedef {object} Recorded
 * @property {string} mime
 * @property {number} frames
 * @property {number | null} durationMs null where the recording was cut off
 * @property {boolean} [whole] made elsewhere: its frames are no seconds, and it may not be made for pouring
 * @property {number} [wholeLimit] bytes of a `whole` file that may be opened at once; where nothing is said, few
 * @property {(from: number, count: number) => Promise<Uint8Array<ArrayBuffer>>} read plaintext of frames
 */

/** A frame is a second of recording. */
const FRAME_MS = 1000;
const AHEAD_S = 20;
const BEHIND_S = 10;
/** Frames opened in one step. */
const STEP = 4;
/** A cluster without key frames may be half a minute long. */
const BACK = 16;
const LOOKS = 12;
const WHOLE_LIMIT = 24 << 20;

/** This browser cannot play the format piece by piece, and it is too long to be opened whole. */
export class Unplayable extends Error {}

export class Player {
  #ended = false;
  #next = 0;
  /** Raised by a seek: what was being read for the old place is not appended. */ #place = 0;
  /** The place that is fed. */ #arrived = 0;
  /** @type {string} */ #url = '';
  /** @type {MediaSource | null} */ #source = null;
  /** @type {SourceBuffer | null} */ #buffer = null;
  /** @type {Promise<void> | null} */ #feeding = null;
  #again = false;
  /** @type {(() => void)[]} */ #detach = [];

  /**
   * @param {HTMLMediaElement} element
   * @param {Recorded} recorded
   * @param {(error: unknown) => void} [failed] told once, where frames do not open or do not play
   */
  constructor(element, recorded, failed = () => {}) {
    this.element = element;
    this.recorded = recorded;
    this.failed = failed;
    this.durationMs = recorded.durationMs || Math.max(1, recorded.frames) * FRAME_MS;
    const Source = /** @type {any} */ (globalThis).ManagedMediaSource ?? globalThis.MediaSource;
    if (!recorded.whole && Source?.isTypeSupported(recorded.mime)) this.#open(new Source());
    else this.#whole().catch((error) => this.#fail(error));
  }

  /** Lets go of all that was opened. */
  end() {
    this.#ended = true;
    for (const detach of this.#detach) detach();
    this.element.pause();
    this.element.removeAttribute('src');
    this.element.load();
    URL.revokeObjectURL(this.#url);
  }

  async #whole() {
    const parts = [];
    let bytes = 0;
    for (let at = 0; at < this.recorded.frames && !this.#ended; at += STEP) {
      const part = await this.recorded.read(at, STEP);
      bytes += part.length;
      if (bytes > (this.recorded.wholeLimit ?? WHOLE_LIMIT)) throw new Unplayable(this.recorded.mime);
      parts.push(part);
    }
    if (this.#ended) return;
    this.#listen('error', () => this.#fail(new Unplayable(this.recorded.mime)));
    this.#show(new Blob(parts, { type: this.recorded.mime }));
  }

  /** @param {MediaSource} source */
  #open(source) {
    this.#source = source;
    this.element.disableRemotePlayback = true; // A managed source wants it, and nothing opened leaves the device.
    source.addEventListener('sourceopen', () => {
      if (this.#ended) return;
      try {
        this.#buffer = source.addSourceBuffer(this.recorded.mime);
        source.duration = this.durationMs / 1000;
      } catch (error) {
        this.#fail(error);
        return;
      }
      this.#listen('timeupdate', () => this.#feed());
      this.#listen('waiting', () => this.#feed());
      this.#listen('seeking', () => this.#seek());
      this.#feed();
    }, { once: true });
    this.#show(source);
  }

  /** @param {Blob | MediaSource} content */
  #show(content) {
    this.#url = URL.createObjectURL(content);
    this.element.src = this.#url;
  }

  /** @param {string} name @param {() => void} listener */
  #listen(name, listener) {
    this.element.addEventListener(name, listener);
    this.#detach.push(() => this.element.removeEventListener(name, listener));
  }

  #seek() {
    if (this.#bufferedUntil() !== null) return;
    this.#place += 1;
    this.#feed();
  }

  /** Feeds until enough lies ahead; asked again while it does, it goes on with the newest place. */
  #feed() {
    this.#again = true;
    this.#feeding ??= this.#work().catch((error) => this.#fail(error)).finally(() => { this.#feeding = null; });
  }

  async #work() {
    while (this.#again && !this.#ended) {
      this.#again = false;
      const place = this.#place;
      if (this.#arrived !== place && this.#bufferedUntil() === null) await this.#move();
      this.#arrived = place;
      while (!this.#ended && place === this.#place && this.#wanting()) await this.#append(place);
    }
  }

  #wanting() {
    if (this.#next >= this.recorded.frames) return false;
    // The end of all that was poured: frames that a busy camera left out part it, and nothing would close the gap.
    const { buffered, currentTime } = this.element;
    return buffered.length === 0 || buffered.end(buffered.length - 1) - currentTime < AHEAD_S;
  }

  /** @returns {number | null} seconds up to which it can play from here; null: not at all */
  #bufferedUntil() {
    const { buffered, currentTime } = this.element;
    for (let i = 0; i < buffered.length; i += 1) {
      // What begins a moment later is reached by the browser itself.
      if (buffered.start(i) <= currentTime + 0.5 && buffered.end(i) >= currentTime) return buffered.end(i);
    }
    return null;
  }

  /** @param {number} place */
  async #append(place) {
    const from = this.#next;
    const bytes = await this.recorded.read(from, STEP);
    if (this.#ended || place !== this.#place) return;
    await this.#pour(bytes);
    this.#next = from + STEP;
    await this.#dropBehind();
    if (this.#next >= this.recorded.frames) this.#finish();
  }

  /** @param {Uint8Array<ArrayBuffer>} bytes */
  async #pour(bytes) {
    if (bytes.length === 0) return;
    const buffer = /** @type {SourceBuffer} */ (this.#buffer);
    try {
      await settled(buffer, () => buffer.appendBuffer(bytes));
    } catch (error) {
      if (/** @type {any} */ (error)?.name !== 'QuotaExceededError') throw error;
      await this.#dropBehind(1);
      await settled(buffer, () => buffer.appendBuffer(bytes));
    }
  }

  /** @param {number} [keep] seconds */
  async #dropBehind(keep = BEHIND_S) {
    const buffer = /** @type {SourceBuffer} */ (this.#buffer);
    const until = this.element.currentTime - keep;
    const from = buffer.buffered.length > 0 ? buffer.buffered.start(0) : Infinity;
    // Small cuts cost more than they free.
    if (until - from > keep) await settled(buffer, () => buffer.remove(0, until));
  }

  /** The whole length is known now, also of a recording that was cut off. */
  #finish() {
    if (this.#source?.readyState === 'open') this.#source.endOfStream();
  }

  /** To where the playhead is: what was poured for another place goes, and the parser starts anew. */
  async #move() {
    const buffer = /** @type {SourceBuffer} */ (this.#buffer);
    const wantedMs = this.element.currentTime * 1000;
    if (!this.recorded.mime.includes('webm')) {
      const poured = buffer.buffered.length > 0 ? buffer.buffered.end(buffer.buffered.length - 1) * 1000 : 0;
      if (wantedMs >= poured) return;
      await settled(buffer, () => buffer.remove(0, Infinity));
      buffer.abort();
      this.#next = 0;
      return;
    }
    const found = await this.#locate(wantedMs);
    if (this.#ended) return;
    // Removing opens a source again that had come to its end; only an open one can be begun anew.
    await settled(buffer, () => buffer.remove(0, Infinity));
    buffer.abort();
    this.#next = 0;
    if (!found) return;
    await this.#pour(found.bytes);
    this.#next = found.next;
  }

  /**
   * The last cluster at or before a moment, and all that was read behind it.
   * @param {number} wantedMs
   * @returns {Promise<{bytes: Uint8Array<ArrayBuffer>, next: number} | null>} null: from the start
   */
  async #locate(wantedMs) {
    const { frames } = this.recorded;
    let from = Math.max(0, Math.floor(wantedMs / this.durationMs * frames) - 2);
    for (let look = 0; look < LOOKS && from > 0; look += 1) {
      const bytes = await this.recorded.read(from, STEP);
      const clusters = findClusters(bytes);
      const before = clusters.filter(({ ms }) => ms <= wantedMs).at(-1);
      if (before) {
        const missing = wantedMs - before.ms;
        // The guess went by the average; where time ran otherwise, go on by the difference.
        const jump = Math.floor(missing / FRAME_MS) - STEP;
        if (jump <= BACK || from + STEP >= frames) return { bytes: bytes.slice(before.at), next: from + STEP };
        from = Math.min(frames - STEP, from + jump);
      } else {
        const over = clusters.length > 0 ? Math.ceil((clusters[0].ms - wantedMs) / FRAME_MS) : BACK;
        from = Math.max(0, from - Math.max(STEP - 1, over));
      }
    }
    return null;
  }

  /** @param {unknown} error */
  #fail(error) {
    if (this.#ended) return;
    this.#ended = true;
    this.failed(error);
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
