// One interview: a handle instead of a name, consent use by use, what was said in two layers.
//
// Owns: the `interview` document (group class, no identity and no place, ever) and the order of the screen.
// What identifies or quotes the person is in <aq-sealed>; recordings belong to the recorder.
// A version is made on leaving a field, on 20 s of quiet and on leaving the screen; each keystroke is a draft.

import { draftKey } from '../draft_key.js';
import { html, icon, nothing } from '../element.js';
import { ChannelElement } from '../capture/channel_element.js';
import { chips } from '../capture/chips.js';
import { dayOf } from '../capture/day.js';
import { consentState } from './consents.js';
import { nextHandle } from './handles.js';
import { seemsToName, tellingWords } from './names.js';
import { withdrawConsent } from './withdrawal.js';
import '../capture/dock.js';
import './child.js';
import './consent.js';
import './recordings.js';
import './sealed.js';

const QUIET_MS = 20_000;

/**
 * @typedef {object} InterviewFields
 * @property {string} handle
 * @property {string} category
 * @property {string} day
 * @property {string} summary
 * @property {string[]} themes
 * @property {number} people
 * @property {{assent: boolean, adult_consent: boolean, why_none: string, present: string} | null} child
 */

export class AqInterview extends ChannelElement {
  static properties = {
    id: { attribute: false },
    fields: { state: true },
    kept: { state: true },
    known: { state: true },
  };

  static reads = ['interview', 'consent', 'withdrawal', 'medium', 'identity', 'testimony'];

  /** @type {ReturnType<typeof setTimeout> | undefined} */ #quiet;
  /** @type {Promise<any>} */ #tail = Promise.resolve();
  #dirty = false;

  constructor() {
    super();
    this.id = '';
    /** @type {InterviewFields | null} */
    this.fields = null;
    this.kept = true;
    /** Words of the identity record, while it is open. @type {string[]} */
    this.known = [];
    this.addEventListener('aq-secret', (event) => {
      const { type, secret } = /** @type {CustomEvent} */ (event).detail;
      if (type === 'identity') this.known = tellingWords(secret);
    });
  }

  connectedCallback() {
    super.connectedCallback();
    this.beforeLock(() => this.flush());
  }

  disconnectedCallback() {
    this.flush();
    super.disconnectedCallback();
  }

  get reading() {
    return this.readings('interview').find((reading) => reading.doc._id === this.id) ?? null;
  }

  /** @returns {boolean} only its author changes an interview */
  get mine() {
    return !this.reading || this.reading.doc.created_by === this.me;
  }

  get draftKey() {
    return draftKey(this.channel, 'interview', this.id || 'new');
  }

  async gather() {
    if (this.#dirty || (this.fields && !this.id)) return;
    const first = this.fields === null;
    const doc = this.reading?.doc;
    const fields = doc ? pick(doc) : {
      handle: nextHandle(this.readings('interview'), this.app.status?.account ?? { id: '', initial: '?' }),
      category: '', day: dayOf(new Date(), this.timeZone), summary: '', themes: [], people: 1, child: null,
    };
    const draft = first && this.mine ? await this.app.engine.draft(this.draftKey) : null;
    // The handle is worked out anew: a colleague's or an own interview may have come in between.
    this.fields = draft ? { ...fields, ...draft, handle: fields.handle } : fields;
    if (draft) this.#schedule();
  }

  /** @param {Partial<InterviewFields>} patch @param {boolean} [now] make a version at once: a tap is a decision, a letter is not */
  change(patch, now = false) {
    if (!this.fields) return;
    this.fields = { ...this.fields, ...patch };
    const fields = this.fields;
    this.kept = false;
    this.attempt(() => this.app.engine.saveDraft(this.draftKey, fields)).then(() => { if (this.fields === fields) this.kept = true; });
    this.#schedule();
    if (now) this.flush();
  }

  #schedule() {
    this.#dirty = true;
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.flush(), QUIET_MS);
  }

  /** Makes a version of what has changed. @returns {Promise<string | null>} the interview's id */
  flush() {
    clearTimeout(this.#quiet);
    if (this.#dirty && this.fields) {
      this.#dirty = false;
      const { fields } = this;
      this.#tail = this.#tail.then(() => this.#save(fields)).catch((error) => {
        this.#dirty = true;
        if (error?.code !== 'locked') this.app.notifyError(error);
      });
    }
    return this.#tail.then(() => this.id || null);
  }

  /** @param {InterviewFields} fields */
  async #save(fields) {
    const { engine } = this.app;
    const draft = this.draftKey;
    const before = this.reading?.doc ?? {};
    const reading = await engine.save(this.channel, { ...before, ...(this.id ? { _id: this.id } : {}), type: 'interview', ...fields, lang: this.app.language });
    this.id = reading.doc._id;
    if (!this.#dirty) await engine.dropDraft(draft);
    this.requestUpdate();
  }

  /** Consent, recordings and sealed texts need the interview to exist. @returns {Promise<string | null>} */
  async ensure() {
    if (!this.id) this.#dirty = true;
    return this.flush();
  }

  /** From here on the way back to this screen leads to this interview, not to another new one. */
  async begin() {
    const id = await this.ensure();
    if (id) this.app.go('interview', { channel: this.channel, id }, { replace: true });
  }

  get category() {
    return this.app.catalogue('categories').find((item) => item.id === this.fields?.category);
  }

  render() {
    const { fields } = this;
    if (!this.loaded || !fields) return html`<div class="page"><p class="meta">${this.t('capture.loading')}</p></div>`;
    return html`<div class="page stack">
      ${this.reading?.erased ? this.#renderErased() : html`
        ${this.#renderHead(fields)}
        ${this.category?.child ? html`<aq-child .app=${this.app} .value=${fields.child} ?disabled=${!this.mine}
          @child-change=${(/** @type {CustomEvent} */ event) => this.change({ child: event.detail.value }, event.detail.now)}></aq-child>` : nothing}
        ${this.id ? this.#renderRest(fields) : html`<button type="button" class="btn primary" ?disabled=${!fields.category} @click=${() => this.begin()}>
          ${icon('check')}${this.t('interviews.begin', { handle: fields.handle })}</button>
          ${fields.category ? nothing : html`<p class="meta">${this.t('interviews.begin.hint')}</p>`}`}`}
    </div>
    <aq-dock .app=${this.app} .channel=${this.channel}></aq-dock>`;
  }

  #renderErased() {
    return html`<div class="card stack"><h2>${icon('erase')} ${this.t('interviews.erased', { handle: this.fields?.handle ?? '' })}</h2><p>${this.t('interviews.erased.text')}</p></div>`;
  }

  /** @param {InterviewFields} fields */
  #renderHead(fields) {
    return html`<section class="card stack">
      <div class="row between"><h2 class="handle">${this.t('interviews.title', { handle: fields.handle })}</h2>
        <span class="meta" aria-live="polite">${this.id ? this.t(this.kept ? 'interviews.kept' : 'interviews.keeping') : nothing}</span></div>
      <p class="meta">${this.mine ? this.t('interviews.noplace') : this.t('interviews.colleague', { name: this.app.person(this.reading?.doc.created_by).name })}</p>
      ${chips({
        label: this.t('interviews.category'), value: fields.category, disabled: !this.mine,
        items: this.app.catalogue('categories').map((item) => ({ id: item.id, label: this.app.multi(item.label) })),
        onPick: (category) => this.change({
          category,
          child: this.#isChild(category) ? fields.child ?? { assent: false, adult_consent: false, why_none: '', present: '' } : null,
        }, Boolean(this.id)),
      })}
      <div class="row top">
        <label class="field grow"><span class="label">${this.t('interviews.day')}</span>
          <input type="date" autocomplete="off" .value=${fields.day} ?disabled=${!this.mine}
            @change=${(/** @type {any} */ event) => event.target.value && this.change({ day: event.target.value }, Boolean(this.id))}></label>
        <div class="field grow" role="group" aria-label=${this.t('interviews.people')}><span class="label">${this.t('interviews.people')}</span>
          <div class="row counter">
            <button type="button" class="btn" aria-label=${this.t('interviews.people.less')} ?disabled=${!this.mine || fields.people <= 1} @click=${() => this.change({ people: fields.people - 1 }, Boolean(this.id))}>−</button>
            <output>${fields.people}</output>
            <button type="button" class="btn" aria-label=${this.t('interviews.people.more')} ?disabled=${!this.mine} @click=${() => this.change({ people: fields.people + 1 }, Boolean(this.id))}>+</button>
          </div></div>
      </div>
    </section>`;
  }

  /** @param {string} category */
  #isChild(category) {
    return Boolean(this.app.catalogue('categories').find((item) => item.id === category)?.child);
  }

  /** @param {InterviewFields} fields */
  #renderRest(fields) {
    const linked = (/** @type {string} */ type) => this.readings(type).filter((reading) => reading.doc.interview === this.id);
    const records = [...this.readings('consent'), ...this.readings('withdrawal')].map((reading) => reading.doc);
    const state = consentState(records, this.id);
    return html`
      <section class="card stack"><h2>${this.t('interviews.consents')}</h2><p class="meta">${this.t('interviews.consents.hint')}</p>
        <aq-consent .app=${this.app} .channel=${this.channel} .interview=${this.id} .handle=${fields.handle} .child=${Boolean(this.category?.child)}></aq-consent></section>
      ${state.interview === false ? html`<p class="notice bad">${icon('warning')}<span>${this.t('interviews.refused')}</span></p>` : nothing}
      <aq-recordings .app=${this.app} .channel=${this.channel} .interview=${this.id} .child=${Boolean(this.category?.child)} .consents=${state} .mine=${this.mine}
        .readings=${linked('medium')} .sources=${this.policySources}></aq-recordings>
      ${this.#renderSummary(fields)}
      ${this.mine || linked('testimony').length ? html`<aq-sealed .app=${this.app} .channel=${this.channel} type="testimony" .interview=${this.id} .readings=${linked('testimony')} .prepare=${() => this.ensure()}></aq-sealed>` : nothing}
      ${this.mine || linked('identity').length ? html`<aq-sealed .app=${this.app} .channel=${this.channel} type="identity" .interview=${this.id} .readings=${linked('identity')} .prepare=${() => this.ensure()}></aq-sealed>` : nothing}
      <section class="card stack"><h2>${this.t('interviews.withdrawal')}</h2><p>${this.t('interviews.withdrawal.text')}</p>
        <div class="row"><button type="button" class="btn danger" @click=${() => withdrawConsent(this, { _id: this.id, handle: fields.handle }, 'interview')}>
          ${icon('erase')}${this.t('interviews.withdrawal.all')}</button></div></section>`;
  }

  /** @param {InterviewFields} fields */
  #renderSummary(fields) {
    const named = this.mine ? seemsToName(fields.summary, this.known) : null;
    return html`<section class="card stack">
      <label class="field"><span class="label">${this.t('interviews.summary')}</span>
        <textarea autocomplete="off" spellcheck="false" .value=${fields.summary} ?disabled=${!this.mine} placeholder=${this.t('interviews.summary.example')}
          @input=${(/** @type {any} */ event) => this.change({ summary: event.target.value })} @change=${() => this.flush()}></textarea>
        <span class="hint">${this.t('interviews.summary.hint')}</span></label>
      ${named ? html`<p class="notice wait" role="status">${icon('warning')}<span>${this.t('interviews.summary.named', { passage: named })}</span></p>` : nothing}
      ${chips({
        label: this.t('interviews.themes'), value: fields.themes, disabled: !this.mine,
        items: this.app.catalogue('themes').filter((item) => !item.parent).map((item) => ({ id: item.id, label: this.app.multi(item.label) })),
        onPick: (id) => this.change({ themes: fields.themes.includes(id) ? fields.themes.filter((theme) => theme !== id) : [...fields.themes, id] }, true),
      })}
    </section>`;
  }
}

/** @param {Record<string, any>} doc @returns {InterviewFields} */
function pick({ handle = '', category = '', day = '', summary = '', themes = [], people = 1, child = null }) {
  return { handle, category, day, summary, themes, people, child };
}

customElements.define('aq-interview', AqInterview);
