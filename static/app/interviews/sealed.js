// Testimony or identity: written here, sealed at once, readable in this session only.
//
// Owns: one text that goes to `engine.saveSealed` and nowhere else. It is never a draft: a draft is
// encrypted for this tablet, and this tablet must not be able to open testimony later (invariant 6).
// So it is sealed anew after a short pause in writing, and on leaving the field.

import { AqElement, html, icon, nothing } from '../element.js';

/** A pause in writing after which a version is sealed, in milliseconds. */
const QUIET_MS = 4000;

/** @type {Record<string, {key: string, lines: boolean}[]>} */
const PARTS = {
  testimony: [{ key: 'text', lines: true }],
  identity: [{ key: 'name', lines: false }, { key: 'born', lines: false }, { key: 'contact', lines: false }, { key: 'notes', lines: true }],
};

export class AqSealed extends AqElement {
  static properties = {
    channel: { type: String },
    type: { type: String },
    interview: { type: String },
    readings: { attribute: false },
    prepare: { attribute: false },
    opened: { state: true },
    state: { state: true },
    adding: { state: true },
  };

  /** @type {ReturnType<typeof setTimeout> | undefined} */ #quiet;
  /** @type {Promise<void>} */ #tail = Promise.resolve();
  #dirty = false;
  /** @type {string | null} */ #id = null;
  /** @type {Set<string>} */ #tried = new Set();

  constructor() {
    super();
    this.channel = '';
    /** @type {'testimony' | 'identity'} */
    this.type = 'testimony';
    this.interview = '';
    /** This interview's documents of the type. @type {import('../../engine/types.js').Reading[]} */
    this.readings = [];
    /** Makes sure that the interview itself exists; gives its id. @type {() => Promise<string | null>} */
    this.prepare = async () => this.interview || null;
    /** @type {Record<string, string> | null} */
    this.opened = null;
    /** @type {'' | 'writing' | 'sealed'} */
    this.state = '';
    this.adding = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.beforeLock(() => this.#seal());
    this.#tryToOpen();
  }

  disconnectedCallback() {
    this.#seal();
    super.disconnectedCallback();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    if (changed.has('readings')) this.#tryToOpen();
  }

  /** Opens what this very session has written; everything else stays sealed. */
  async #tryToOpen() {
    for (const { doc, erased } of this.readings) {
      if (erased || this.#tried.has(doc._id) || doc._id === this.#id) continue;
      this.#tried.add(doc._id);
      try {
        const secret = await this.app.engine.openSealed(this.channel, doc._id);
        if (this.opened || !secret) continue;
        this.#id = doc._id;
        this.opened = secret;
        this.state = 'sealed';
        this.#tell();
      } catch {
        // Sealed by an earlier session or by a colleague: that is what is to be shown.
      }
    }
  }

  /** @param {string} key @param {string} value */
  #write(key, value) {
    this.opened = { ...this.opened, [key]: value };
    this.#dirty = true;
    this.state = 'writing';
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.#seal(), QUIET_MS);
    this.#tell();
  }

  /** One version after another, so that a slow commit never overtakes a later text. */
  #seal() {
    clearTimeout(this.#quiet);
    if (!this.#dirty || !this.opened) return this.#tail;
    this.#dirty = false;
    const secret = this.opened;
    this.#tail = this.#tail.then(async () => {
      const interview = await this.prepare();
      if (!interview) return;
      const reading = await this.app.engine.saveSealed(this.channel, { ...(this.#id ? { _id: this.#id } : {}), type: this.type, interview }, secret);
      this.#id = reading.doc._id;
      if (!this.#dirty) this.state = 'sealed';
    }).catch((error) => {
      this.#dirty = true;
      if (error?.code !== 'locked') this.app.notifyError(error);
    });
    return this.#tail;
  }

  #tell() {
    this.dispatchEvent(new CustomEvent('aq-secret', { detail: { type: this.type, secret: this.opened }, bubbles: true }));
  }

  render() {
    const others = this.readings.filter(({ doc }) => doc._id !== this.#id);
    const writing = this.opened || this.adding || !others.length;
    return html`<section class="card stack sealed" aria-label=${this.t(`interviews.${this.type}`)}>
      <div class="row between"><h2>${icon('seal')} ${this.t(`interviews.${this.type}`)}</h2>
        <span class="badge seal">${icon('lock')}${this.t('interviews.sealed.badge')}</span></div>
      <p class="meta">${this.t(`interviews.${this.type}.hint`)}</p>
      ${others.map((reading) => this.#renderShut(reading))}
      ${writing ? this.#renderFields() : html`<button type="button" class="btn seal" @click=${() => { this.adding = true; this.opened = {}; }}>
        ${icon('plus')}${this.t('interviews.sealed.add')}</button>`}
    </section>`;
  }

  /** @param {import('../../engine/types.js').Reading} reading */
  #renderShut({ doc, erased }) {
    const author = this.app.person(doc.created_by).name;
    return html`<p class="notice seal">${icon(erased ? 'erase' : 'seal')}<span>${erased
      ? this.t('interviews.sealed.erased') : this.t('interviews.sealed.shut', { author, date: this.app.formatDate(doc.updated_at) })}</span></p>`;
  }

  #renderFields() {
    return html`
      ${PARTS[this.type].map(({ key, lines }) => html`<label class="field"><span class="label">${this.t(`interviews.${this.type}.${key}`)}</span>
        ${lines
          ? html`<textarea autocomplete="off" spellcheck="false" .value=${this.opened?.[key] ?? ''}
              @input=${(/** @type {any} */ event) => this.#write(key, event.target.value)} @change=${() => this.#seal()}></textarea>`
          : html`<input autocomplete="off" spellcheck="false" .value=${this.opened?.[key] ?? ''}
              @input=${(/** @type {any} */ event) => this.#write(key, event.target.value)} @change=${() => this.#seal()}>`}</label>`)}
      ${this.state ? html`<span class="hint text-seal" aria-live="polite">${this.t(`interviews.sealed.${this.state}`)}</span>` : nothing}`;
  }
}

customElements.define('aq-sealed', AqSealed);
