// A photo of one's own that is kept already, covered afterwards.
//
// Owns: opening it, and putting its copy in its place. What was sent cannot be called back from a screen where
// somebody looked at it; from then on nobody opens it any more, and the screen says both.

import { html, icon, nothing } from '../element.js';
import { ChannelElement } from './channel_element.js';
import { replacePhoto } from './redaction.js';
import './markup.js';
import './dock.js';

export class AqRedact extends ChannelElement {
  static properties = {
    id: { attribute: false },
    picture: { state: true },
    problem: { state: true },
    saving: { state: true },
  };

  static reads = ['medium'];

  constructor() {
    super();
    this.id = '';
    /** @type {import('./picture.js').Picture | null} */
    this.picture = null;
    this.problem = '';
    this.saving = false;
  }

  get photo() {
    return this.readings('medium').find(({ doc, erased }) => doc._id === this.id && !erased)?.doc ?? null;
  }

  async gather() {
    const { photo } = this;
    if (!photo || this.picture || this.problem) return;
    if (photo.kind !== 'photo' || photo.created_by !== this.me) {
      this.problem = 'other';
      return;
    }
    try {
      const { bytes, mime } = await this.app.engine.readMedium(this.channel, this.id);
      this.picture = { bytes, mime, width: photo.width, height: photo.height };
    } catch (error) {
      const code = /** @type {any} */ (error)?.code;
      if (code === 'locked') throw error;
      this.problem = ['sealed', 'not-here', 'erased'].includes(code) ? code : 'other';
    }
  }

  /** @param {import('./picture.js').Picture} marked */
  async keep(marked) {
    const { photo, picture } = this;
    if (!photo || !picture || this.saving) return;
    this.saving = true;
    const copy = await this.attempt(() => replacePhoto(this.app.engine, this.channel, photo, picture, marked, { me: this.me, reason: this.t('pictures.reason') }));
    this.saving = false;
    if (!copy) return;
    this.app.notify({ kind: 'ok', text: this.t('pictures.replaced') });
    this.app.back();
  }

  render() {
    if (!this.loaded) return html`<div class="page"><p class="meta">${this.t('capture.loading')}</p></div>`;
    return html`<div class="page stack">
      ${this.saving ? html`<p class="notice info">${icon('lock')}<span>${this.t('pictures.saving')}</span></p>` : nothing}
      ${this.picture ? html`<aq-markup stored ?hidden=${this.saving} .app=${this.app} .picture=${this.picture}
        @markup-done=${(/** @type {CustomEvent} */ event) => this.keep(event.detail)} @markup-cancel=${() => this.app.back()}></aq-markup>`
        : html`<p class="notice">${icon('photo')}<span>${this.t(`capture.photo.${this.problem || 'other'}`)}</span></p>`}
    </div>
    <aq-dock .app=${this.app} .channel=${this.channel}></aq-dock>`;
  }
}

customElements.define('aq-redact', AqRedact);
