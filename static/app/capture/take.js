// One recording, from the first frame to the end: devices and screens are somebody else's.
//
// Owns: the order of frames, their way into the engine, the running time, and a good end whatever
// happens. Knows no element and no policy. Recorder class, engine and clock are passed in.
//
//              pause()              keep(), storage full, device gone
//   recording ⇄ paused ───────────────────────────────► stopping ─► kept | interrupted
//       │  resume()                                          │
//       └────────────────────────── erase() ─────────────────┴────► erased
//
// Invariant 2: a frame counts as kept only when `engine.appendFrame` resolved.

import { SLICE_MS, recorderOptions } from './format.js';

/**
 * @typedef {'recording' | 'paused' | 'stopping' | 'kept' | 'interrupted' | 'erased'} TakeState
 * @typedef {'stopped' | 'storage-full' | 'device-gone' | 'failed' | 'locked'} EndReason
 * @typedef {object} TakeSetup
 * @property {any} engine an EngineClient
 * @property {MediaStream} stream
 * @property {import('./format.js').RecordingFormat} format
 * @property {string} channel
 * @property {Record<string, any>} fields of the `medium` document, `kind` included
 * @property {any} [Recorder] MediaRecorder
 * @property {() => number} [now] milliseconds that only grow
 */

const STOP_PATIENCE_MS = 3000;

export class Take extends EventTarget {
  /** @type {TakeSetup} */ #setup;
  /** @type {any} */ #recorder;
  /** @type {Promise<void>} */ #tail = Promise.resolve();
  /** @type {Promise<void> | null} */ #ending = null;
  /** @type {(() => void)[]} */ #detach = [];
  /** @type {Promise<unknown>} */ #stopped;
  #since = 0;
  #spent = 0;
  #broken = false;
  #discard = false;

  /**
   * Seals the medium's document, then starts to record.
   * @param {TakeSetup} setup
   * @returns {Promise<Take>}
   * @throws EngineError of `startMedium`, or what the recorder's constructor throws
   */
  static async start(setup) {
    const Recorder = setup.Recorder ?? MediaRecorder;
    const recorder = new Recorder(setup.stream, recorderOptions(setup.format));
    const { id } = await setup.engine.startMedium(setup.channel, { mime: setup.format.mime, ...setup.fields });
    return new Take(setup, recorder, id);
  }

  /** @param {TakeSetup} setup @param {any} recorder @param {string} id */
  constructor(setup, recorder, id) {
    super();
    this.#setup = setup;
    this.#recorder = recorder;
    this.id = id;
    this.channel = setup.channel;
    this.kind = setup.fields.kind;
    this.interview = setup.fields.interview ?? null;
    this.stream = setup.stream;
    this.format = setup.format;
    /** Plain bytes that are durable. */
    this.bytes = 0;
    /** @type {TakeState} */
    this.state = 'recording';
    this.#listen(recorder, 'dataavailable', (event) => this.#receive(event.data));
    this.#listen(recorder, 'error', () => this.#end('failed'));
    /** The system has taken microphone or camera for a while (a call, another app): what is recorded is silence, or black. */
    this.muted = false;
    for (const track of setup.stream.getTracks()) {
      this.#listen(track, 'ended', () => this.#end('device-gone'));
      for (const name of ['mute', 'unmute']) this.#listen(track, name, () => this.#hear());
    }
    this.#stopped = new Promise((resolve) => recorder.addEventListener('stop', resolve, { once: true }));
    recorder.start(SLICE_MS);
    this.#since = this.#now();
  }

  /** @returns {number} milliseconds recorded so far, pauses left out */
  get elapsed() {
    return this.#spent + (this.state === 'recording' ? this.#now() - this.#since : 0);
  }

  /** @returns {boolean} */
  get running() {
    return this.state === 'recording' || this.state === 'paused';
  }

  pause() {
    if (this.state !== 'recording') return;
    this.#spent = this.elapsed;
    this.#recorder.pause();
    this.#become('paused');
  }

  resume() {
    if (this.state !== 'paused') return;
    this.#since = this.#now();
    this.#recorder.resume();
    this.#become('recording');
  }

  /** Stops and keeps what is there. @returns {Promise<void>} */
  keep() {
    return this.#end('stopped');
  }

  /**
   * Stops, and has key and bytes destroyed.
   * @param {(id: string) => Promise<unknown>} destroy what the engine does; the take has ended when it is done
   * @returns {Promise<void>}
   * @throws EngineError when the engine could not erase: then nothing was erased
   */
  async erase(destroy) {
    if (!this.running) return;
    this.#discard = true;
    this.#stopClock();
    await this.#halt();
    try {
      await destroy(this.id);
    } catch (error) {
      this.#become('interrupted');
      this.#announce('failed');
      throw error;
    }
    this.#become('erased');
    this.#announce('stopped');
  }

  /** The vault is gone: the devices must not go on listening. */
  drop() {
    if (!this.running) return;
    this.#discard = true;
    this.#stopClock();
    this.#halt().catch(() => {});
    this.#become('interrupted');
    this.#announce('locked');
  }

  #hear() {
    const muted = this.stream.getTracks().some((track) => track.muted);
    if (muted === this.muted) return;
    this.muted = muted;
    this.dispatchEvent(new CustomEvent('muted', { detail: muted }));
  }

  /** @param {Blob} data */
  #receive(data) {
    if (this.#discard || this.#broken || !data?.size) return;
    this.#tail = this.#tail.then(() => this.#write(data)).catch((error) => {
      this.#broken = true;
      this.#end(error?.code === 'storage-full' ? 'storage-full' : 'failed');
    });
  }

  /** @param {Blob} data */
  async #write(data) {
    if (this.#discard || this.#broken) return;
    const buffer = await data.arrayBuffer();
    const size = buffer.byteLength;
    await this.#setup.engine.appendFrame(this.id, buffer);
    this.bytes += size;
  }

  /** @param {EndReason} reason @returns {Promise<void>} */
  #end(reason) {
    if (!this.#ending && this.running) this.#ending = this.#finish(reason);
    return this.#ending ?? Promise.resolve();
  }

  /** @param {EndReason} reason */
  async #finish(reason) {
    this.#stopClock();
    await this.#halt();
    const { engine, stream } = this.#setup;
    const settings = stream.getVideoTracks()[0]?.getSettings?.() ?? {};
    try {
      const reading = await engine.finishMedium(this.id, {
        duration_ms: Math.round(this.#spent), width: settings.width ?? null, height: settings.height ?? null,
      });
      this.#become(reading?.doc?.state === 'interrupted' ? 'interrupted' : 'kept');
    } catch {
      // The frames that were acknowledged stay; only the closing one is missing, and the document says so.
      await engine.interruptMedium(this.id).catch(() => {});
      this.#become('interrupted');
    }
    this.#announce(reason);
  }

  #stopClock() {
    this.#spent = this.elapsed;
    this.#become('stopping');
  }

  /** Ends the recorder and waits until its last frame is written, or given up. */
  async #halt() {
    const recorder = this.#recorder;
    if (recorder.state !== 'inactive') recorder.stop();
    // A recorder whose tracks all ended is inactive before its last frame comes; one that broke may never say "stop".
    /** @type {ReturnType<typeof setTimeout> | undefined} */
    let patience;
    await Promise.race([this.#stopped, new Promise((resolve) => { patience = setTimeout(resolve, STOP_PATIENCE_MS); })]);
    clearTimeout(patience);
    for (const detach of this.#detach) detach();
    for (const track of this.#setup.stream.getTracks()) track.stop();
    await this.#tail;
  }

  /** @param {EventTarget} target @param {string} name @param {(event: any) => void} listener */
  #listen(target, name, listener) {
    target.addEventListener(name, listener);
    this.#detach.push(() => target.removeEventListener(name, listener));
  }

  /** @param {TakeState} state */
  #become(state) {
    this.state = state;
    this.dispatchEvent(new CustomEvent('state', { detail: state }));
  }

  /** @param {EndReason} reason */
  #announce(reason) {
    this.dispatchEvent(new CustomEvent('end', { detail: { reason, state: this.state, duration: this.#spent } }));
  }

  #now() {
    return (this.#setup.now ?? (() => performance.now()))();
  }
}
