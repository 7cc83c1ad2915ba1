/**
 * <aq-media-rules channel>: over which networks large media go, and when verified ones leave the tablet.
 *
 * Owns the two choices and "send now"; what they mean is the engine's (replication/metering.js, media/releasing.js).
 */
import { AqElement, html, icon, nothing } from '../element.js';

const RULES = /** @type {const} */ (['unmetered', 'always', 'ask']);
const DAYS = /** @type {const} */ ([null, 3, 7, 30]);

class MediaRules extends AqElement {
  static properties = { channel: {}, uploads: { state: true } };

  constructor() {
    super();
    this.channel = '';
    /** @type {Awaited<ReturnType<import('../../engine/client.js').EngineClient['uploads']>> | null} */ this.uploads = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(this.app, 'status', () => this.#read());
    this.#read();
  }

  async #read() {
    try {
      this.uploads = await this.app.engine.uploads();
    } catch (error) {
      if (/** @type {any} */ (error)?.code !== 'locked') this.app.notifyError(error);
    }
  }

  /** @param {() => Promise<void>} change */
  async #change(change) {
    try {
      await change();
    } catch (error) {
      this.app.notifyError(error);
    }
    await this.#read();
  }

  render() {
    const { uploads } = this;
    if (!uploads) return nothing;
    return html`<section class="card stack">
      <h2>${this.t('deliver.media')}</h2>
      <p class="meta">${this.t('deliver.media.text')}</p>
      ${uploads.later.chunks > 0 ? html`<div class="notice wait" role="status">${icon('wifi')}
        <p class="grow">${this.t(`deliver.media.held.${uploads.rule === 'ask' ? 'ask' : 'metered'}`, { size: this.app.formatBytes(uploads.later.bytes) })}</p>
        <button class="btn" type="button" data-action="allow-uploads" @click=${() => this.#change(() => this.app.engine.allowUploads())}>${this.t('deliver.media.now')}</button></div>` : nothing}
      <fieldset class="choices"><legend class="sr-only">${this.t('deliver.media')}</legend>
        ${RULES.map((rule) => html`<label class="choice"><input type="radio" autocomplete="off" .checked=${uploads.rule === rule}
          @change=${() => this.#change(() => this.app.engine.setUploadRule(rule))}><span>${this.t(`deliver.media.rule.${rule}`)}</span></label>`)}</fieldset>
      ${uploads.network === 'unknown' && uploads.rule === 'unmetered' ? html`<p class="meta">${this.t('deliver.media.unknown')}</p>` : nothing}
      <label class="field"><span class="label">${this.t('deliver.media.free')}</span>
        <select autocomplete="off" @change=${(/** @type {any} */ event) => this.#change(() => this.app.engine.setReleaseRule(event.target.value ? Number(event.target.value) : null))}>
          ${DAYS.map((days) => html`<option value=${days ?? ''} .selected=${uploads.releaseAfterDays === days}>${days === null ? this.t('deliver.media.free.never') : this.t('deliver.media.free.days', { n: days })}</option>`)}</select>
        <span class="hint">${this.t('deliver.media.free.hint')}</span></label>
    </section>`;
  }
}

customElements.define('aq-media-rules', MediaRules);
