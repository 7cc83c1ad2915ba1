// How loud it is, as a few bars: proof that the microphone hears something.
//
// Owns: the AudioContext and the drawing of one <aq-levels>. Nothing of the sound is kept.

import { AqElement, html } from '../element.js';

const BARS = 8;
const LOWEST_PX = 4;
const HIGHEST_PX = 20;
const FFT_SIZE = 64;

export class AqLevels extends AqElement {
  static properties = { stream: { attribute: false } };

  /** @type {AudioContext | null} */ #context = null;
  /** @type {AnalyserNode | null} */ #analyser = null;
  #frame = 0;

  constructor() {
    super();
    /** @type {MediaStream | null} */
    this.stream = null;
  }

  disconnectedCallback() {
    this.#stop();
    super.disconnectedCallback();
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    if (changed.has('stream')) this.#listenTo();
  }

  render() {
    return html`<span class="levels" aria-hidden="true">${Array.from({ length: BARS }, () => html`<i></i>`)}</span>`;
  }

  #listenTo() {
    this.#stop();
    if (!this.stream?.getAudioTracks().length || typeof AudioContext === 'undefined') return;
    this.#context = new AudioContext();
    this.#analyser = this.#context.createAnalyser();
    this.#analyser.fftSize = FFT_SIZE;
    this.#analyser.smoothingTimeConstant = 0.7;
    this.#context.createMediaStreamSource(this.stream).connect(this.#analyser);
    this.#draw();
  }

  #draw() {
    const values = new Uint8Array(/** @type {AnalyserNode} */ (this.#analyser).frequencyBinCount);
    const bars = [...this.querySelectorAll('i')];
    const step = () => {
      this.#analyser?.getByteFrequencyData(values);
      bars.forEach((bar, index) => {
        const loudness = (values[1 + index * 2] ?? 0) / 255;
        bar.style.height = `${Math.round(LOWEST_PX + loudness * (HIGHEST_PX - LOWEST_PX))}px`;
      });
      this.#frame = requestAnimationFrame(step);
    };
    step();
  }

  #stop() {
    cancelAnimationFrame(this.#frame);
    this.#context?.close().catch(() => {});
    this.#context = null;
    this.#analyser = null;
  }
}

customElements.define('aq-levels', AqLevels);
