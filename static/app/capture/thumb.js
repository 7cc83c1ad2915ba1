// A small view of a photo that is kept encrypted: opened in memory, shown, forgotten.
//
// Owns: the object URL of one photo, revoked when the element goes. `full` shows it as large as fits.

import { AqElement, html, icon } from '../element.js';

export class AqThumb extends AqElement {
  static properties = {
    channel: { type: String },
    medium: { type: String },
    full: { type: Boolean },
    caption: { type: String },
    url: { state: true },
    problem: { state: true },
  };

  #shown = '';

  constructor() {
    super();
    this.channel = '';
    this.medium = '';
    this.full = false;
    this.caption = '';
    this.url = '';
    this.problem = '';
  }

  disconnectedCallback() {
    this.#forget();
    super.disconnectedCallback();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    if (this.medium && this.medium !== this.#shown) this.#open();
  }

  async #open() {
    this.#forget();
    const medium = this.medium;
    this.#shown = medium;
    try {
      const { mime, bytes } = await this.app.engine.readMedium(this.channel, medium);
      if (!this.isConnected || medium !== this.#shown) return;
      this.url = URL.createObjectURL(new Blob([bytes], { type: mime }));
      this.problem = '';
    } catch (error) {
      this.problem = /** @type {any} */ (error)?.code ?? 'refused';
    }
  }

  #forget() {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = '';
    this.#shown = '';
  }

  render() {
    if (this.problem) {
      const known = ['sealed', 'not-here', 'erased'].includes(this.problem) ? this.problem : 'other';
      return html`<span class="thumb-problem">${icon('photo')}<span>${this.t(`capture.photo.${known}`)}</span></span>`;
    }
    if (!this.url) return html`<span class="thumb-problem">${icon('photo')}<span>${this.t('capture.loading')}</span></span>`;
    return html`<img class=${this.full ? 'photo-full' : 'thumb'} src=${this.url} alt=${this.caption || this.t('capture.photo.alt')}>`;
  }
}

customElements.define('aq-thumb', AqThumb);
