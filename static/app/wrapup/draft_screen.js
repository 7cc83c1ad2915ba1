/**
 * What writing a finding and writing a recommendation have in common: a draft that is kept at every change, and one
 * field without which nothing is saved.
 *
 * Owns the draft's life: taken up where there is one, else the stored version, else a fresh one; gone when it is
 * saved. What the fields are is the screens'.
 */
import { AqElement, html, icon } from '../element.js';
import { collect } from './material.js';

/** @typedef {Record<string, any>} Fields */

export class DraftScreen extends AqElement {
  static properties = {
    channel: {}, id: {},
    fields: { state: true }, material: { state: true }, tried: { state: true }, saved: { state: true },
  };

  /** The field that may not be empty. */
  static needed = '';
  /** What is said when it is saved. */
  static saidKey = '';

  constructor() {
    super();
    this.channel = '';
    this.id = '';
    /** @type {Fields | null} */ this.fields = null;
    /** @type {import('./material.js').VisitMaterial | null} */ this.material = null;
    this.tried = false;
    /** Whether what is on the screen is in the draft. */ this.saved = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.open().catch((error) => this.app.notifyError(error));
  }

  /** @returns {string} */
  get draftKey() { throw new Error('of the screen'); }

  /** Where there is neither a draft nor a stored version. @returns {Fields} */
  fresh() { throw new Error('of the screen'); }

  async open() {
    const { engine } = this.app;
    this.material = await collect(this.app, this.channel);
    const draft = await engine.draft(this.draftKey);
    const stored = this.id ? (await engine.get(this.channel, this.id))?.doc : null;
    this.fields = draft ?? stored ?? this.fresh();
    this.saved = Boolean(draft);
  }

  /** @param {Fields} change */
  change(change) {
    const fields = { ...this.fields, ...change };
    this.fields = fields;
    this.saved = false;
    this.app.engine.saveDraft(this.draftKey, fields)
      .then(() => { if (this.fields === fields) this.saved = true; }, (/** @type {any} */ error) => this.app.notifyError(error));
  }

  /** Whether saving was tried without the field that it needs. */
  get lacks() {
    const { needed } = /** @type {typeof DraftScreen} */ (this.constructor);
    return this.tried && !this.fields?.[needed].trim();
  }

  /** @param {Fields} [more] fields that the way of saving decides */
  async save(more = {}) {
    this.tried = true;
    if (this.lacks) {
      await this.updateComplete;
      /** @type {HTMLElement | null} */ (this.querySelector('[aria-invalid="true"]'))?.focus();
      return;
    }
    try {
      await this.app.engine.save(this.channel, { ...this.fields, ...(this.id ? { _id: this.id } : {}), ...more, lang: this.app.language });
      await this.app.engine.dropDraft(this.draftKey);
      this.app.notify({ kind: 'ok', text: this.t(/** @type {typeof DraftScreen} */ (this.constructor).saidKey) });
      this.app.back();
    } catch (error) {
      this.app.notifyError(error);
    }
  }

  /** @param {unknown} buttons */
  renderFooter(buttons) {
    return html`<footer class="footer-bar">
      <span class="badge ${this.saved ? 'ok' : ''}" role="status">${this.saved ? html`${icon('check')} ${this.t('wrapup.draftSaved')}` : this.t('wrapup.autosave')}</span>
      ${buttons}
    </footer>`;
  }
}
