// Covering and marking a photo, before it is kept or afterwards.
//
// Owns: the board with the photo below, and what is said before it becomes a picture. Emits `markup-done` with the
// finished picture, or `markup-cancel`. Stores nothing. There is no blur: what is blurred can be reckoned back.

import { AqElement, html, icon } from '../element.js';
import { covers, emptyHistory } from './marks.js';
import './board.js';

export class AqMarkup extends AqElement {
  static properties = {
    picture: { attribute: false },
    stored: { type: Boolean },
    bitmap: { state: true },
    marks: { state: true },
    busy: { state: true },
  };

  /** @type {unknown} */ #opened = null;

  constructor() {
    super();
    /** @type {import('./picture.js').Picture | null} */
    this.picture = null;
    /** Whether others may have the photo already. */
    this.stored = false;
    /** @type {ImageBitmap | null} */
    this.bitmap = null;
    this.marks = emptyHistory();
    this.busy = false;
  }

  disconnectedCallback() {
    this.bitmap?.close();
    this.bitmap = null;
    this.#opened = null;
    super.disconnectedCallback();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    if (this.picture && this.picture !== this.#opened) this.#open(this.picture);
  }

  /** @param {import('./picture.js').Picture} picture */
  async #open(picture) {
    this.#opened = picture;
    const bitmap = await createImageBitmap(new Blob([picture.bytes], { type: picture.mime }));
    if (this.isConnected && this.#opened === picture) this.bitmap = bitmap;
    else bitmap.close();
  }

  async #finish() {
    const board = /** @type {import('./board.js').AqBoard | null} */ (this.querySelector('aq-board'));
    if (!board || this.busy) return;
    this.busy = true;
    try {
      const sure = await this.app.confirm({
        title: this.t('pictures.sure'),
        text: [this.t(covers(this.marks) ? 'pictures.sure.covered' : 'pictures.sure.marked'), this.stored ? this.t('pictures.sure.stored') : ''].filter(Boolean).join(' '),
        yes: this.t('pictures.sure.yes'), no: this.t('pictures.sure.no'),
      });
      if (sure) this.dispatchEvent(new CustomEvent('markup-done', { detail: await board.finished('image/jpeg') }));
    } finally {
      this.busy = false;
    }
  }

  render() {
    const { bitmap } = this;
    if (!bitmap) return html`<p class="meta">${this.t('capture.loading')}</p>`;
    return html`<div class="stack">
      <aq-board .app=${this.app} .width=${bitmap.width} .height=${bitmap.height} .picture=${bitmap} .label=${this.t('pictures.board.photo')}
        .tools=${['box', 'arrow', 'ellipse', 'text']} .colors=${['red', 'white', 'black']}
        @marks-change=${(/** @type {CustomEvent} */ event) => { this.marks = event.detail; }}></aq-board>
      <p class="notice info">${icon('info')}<span>${this.t(this.stored ? 'pictures.what.stored' : 'pictures.what')}</span></p>
      <div class="row">
        <button type="button" class="btn primary" data-action="burn" ?disabled=${!this.marks.done.length || this.busy} @click=${() => this.#finish()}>${icon('check')}${this.t('pictures.burn')}</button>
        <button type="button" class="btn" ?disabled=${this.busy} @click=${() => this.dispatchEvent(new CustomEvent('markup-cancel'))}>${this.t('capture.cancel')}</button>
      </div>
    </div>`;
  }
}

customElements.define('aq-markup', AqMarkup);
