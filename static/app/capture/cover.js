// Cover: one tap hides everything while a recording goes on; only the time stays to be seen.
//
// Owns: a modal dialog (the browser's top layer covers whatever is shown) and the two steps back.
// Says nothing of a recording: whoever looks over the shoulder sees a clock.

import { AqElement, html, nothing } from '../element.js';

const BUTTON_MS = 4000;
const CLOCK_MS = 1000;

export class AqCover extends AqElement {
  static properties = {
    now: { state: true },
    asking: { state: true },
  };

  /** @type {ReturnType<typeof setInterval> | undefined} */ #clock;
  /** @type {ReturnType<typeof setTimeout> | undefined} */ #hiding;

  constructor() {
    super();
    this.now = new Date().toISOString();
    this.asking = false;
  }

  /** Covers at once. */
  async show() {
    this.asking = false;
    this.now = new Date().toISOString();
    await this.updateComplete;
    const dialog = this.#dialog();
    if (!dialog || dialog.open) return;
    dialog.showModal();
    this.#clock = setInterval(() => { this.now = new Date().toISOString(); }, CLOCK_MS);
  }

  hide() {
    clearInterval(this.#clock);
    clearTimeout(this.#hiding);
    this.asking = false;
    this.#dialog()?.close();
  }

  disconnectedCallback() {
    clearInterval(this.#clock);
    clearTimeout(this.#hiding);
    super.disconnectedCallback();
  }

  /** @returns {HTMLDialogElement | null} */
  #dialog() {
    return this.querySelector('dialog');
  }

  /** The first of two steps; the button goes away again by itself. */
  #ask() {
    if (this.asking) return;
    this.asking = true;
    this.#hiding = setTimeout(() => { this.asking = false; }, BUTTON_MS);
  }

  render() {
    // Escape would uncover in one step; `cancel` is refused for that reason.
    return html`<dialog class="cover" aria-label=${this.t('capture.cover.time')}
      @cancel=${(/** @type {Event} */ event) => event.preventDefault()}
      @keydown=${(/** @type {KeyboardEvent} */ event) => { if (event.key === 'Escape') event.preventDefault(); this.#ask(); }}
      @click=${() => this.#ask()}>
      <time class="cover-time">${this.app.formatTime(this.now)}</time>
      ${this.asking ? html`<button type="button" class="btn cover-back"
        @click=${() => this.hide()}>${this.t('capture.cover.back')}</button>` : nothing}
    </dialog>`;
  }
}

customElements.define('aq-cover', AqCover);
