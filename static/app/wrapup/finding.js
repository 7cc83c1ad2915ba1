/**
 * <aq-finding channel id? prefill?>: one finding, autosaved as a draft, kept as a revision when it is saved.
 *
 * `prefill` comes from a form's flag, a refused access or from combining. Any member of the team may edit a finding.
 */
import { draftKey } from '../draft_key.js';
import { html, icon, nothing } from '../element.js';
import { DraftScreen } from './draft_screen.js';
import { emptyFinding, findingFrom } from './finding_fields.js';
import './evidence.js';

const EVIDENCE_TYPES = ['note', 'medium', 'submission', 'interview', 'event'];
const EVIDENCE_EVENTS = ['access', 'verification'];

class FindingScreen extends DraftScreen {
  static properties = { ...DraftScreen.properties, prefill: { attribute: false }, libraries: { state: true } };

  static needed = 'title';
  static saidKey = 'wrapup.findingSaved';

  constructor() {
    super();
    /** @type {Record<string, any> | undefined} */ this.prefill = undefined;
    /** @type {Record<string, any>[]} what norms are named after */ this.libraries = [];
  }

  get draftKey() {
    const origin = this.prefill?.rule ? `${this.prefill.rule.submission}${this.prefill.rule.path}` : this.prefill?.combines?.join('+') ?? 'new';
    return draftKey(this.channel, 'finding', this.id || origin);
  }

  fresh() {
    return this.prefill ? findingFrom(this.prefill) : emptyFinding();
  }

  async open() {
    this.libraries = (await this.app.engine.list('reference', 'library')).map((/** @type {any} */ reading) => reading.doc);
    await super.open();
  }

  /** @param {string} field @param {string} value @param {boolean} on */
  #toggle(field, value, on) {
    const before = this.fields?.[field] ?? [];
    this.change({ [field]: on ? [...before, value] : before.filter((/** @type {string} */ entry) => entry !== value) });
  }

  async #addNorm() {
    const norm = await this.app.pickNorm({ theme: this.fields?.theme });
    if (norm && !this.fields?.norms.includes(norm)) this.#toggle('norms', norm, true);
  }

  render() {
    const fields = this.fields;
    const material = this.material;
    if (!fields || !material) return html`<p class="page meta">${this.t('wrapup.loading')}</p>`;
    const untitled = this.lacks;
    const evidence = material.readings.map((reading) => reading.doc)
      .filter((doc) => EVIDENCE_TYPES.includes(doc.type) && (doc.type !== 'event' || EVIDENCE_EVENTS.includes(doc.kind)) && doc.kind !== 'original');
    return html`
      <div class="page stack loose">
        ${fields.combines?.length ? html`<div class="notice info">${icon('info')}<p>${this.t('wrapup.combinesNotice', { n: fields.combines.length })}</p></div>` : nothing}
        <section class="card stack">
          <label class="field ${untitled ? 'invalid' : ''}">
            <span class="label">${this.t('wrapup.title')}</span>
            <input type="text" autocomplete="off" spellcheck="false" aria-invalid=${untitled} .value=${fields.title}
              @input=${(/** @type {any} */ event) => this.change({ title: event.target.value })}>
            ${untitled ? html`<span class="error">${this.t('wrapup.titleNeeded')}</span>` : html`<span class="hint">${this.t('wrapup.titleHint')}</span>`}
          </label>
          <label class="field">
            <span class="label">${this.t('wrapup.text')}</span>
            <textarea rows="5" autocomplete="off" spellcheck="false" .value=${fields.text}
              @input=${(/** @type {any} */ event) => this.change({ text: event.target.value })}></textarea>
            <span class="hint">${this.t('wrapup.textHint')}</span>
          </label>
          <div class="grid-2">
            <label class="field"><span class="label">${this.t('wrapup.theme')}</span>${this.#themes(fields.theme)}</label>
            <label class="field"><span class="label">${this.t('wrapup.place')}</span>
              <input type="text" autocomplete="off" spellcheck="false" .value=${fields.place ?? ''}
                @input=${(/** @type {any} */ event) => this.change({ place: event.target.value })}></label>
          </div>
        </section>
        <section class="card stack">
          <h2>${this.t('wrapup.severity')}</h2>
          <div class="choices" role="radiogroup">
            ${this.app.catalogue('severities').map((entry) => html`
              <label class="choice"><input type="radio" autocomplete="off" .checked=${fields.severity === entry.id}
                @change=${() => this.change({ severity: entry.id })}>${this.app.multi(entry.label)}</label>`)}
          </div>
          <h2>${this.t('wrapup.sources')}</h2>
          <p class="hint">${this.t(fields.sources.length === 1 ? 'wrapup.sourcesOne' : 'wrapup.sourcesHint')}</p>
          <div class="choices">
            ${this.app.catalogue('sources').map((entry) => html`
              <label class="choice"><input type="checkbox" autocomplete="off" .checked=${fields.sources.includes(entry.id)}
                @change=${(/** @type {any} */ event) => this.#toggle('sources', entry.id, event.target.checked)}>${this.app.multi(entry.label)}</label>`)}
          </div>
        </section>
        <section class="card stack">
          <h2>${this.t('wrapup.evidence')} <span class="badge">${fields.evidence.length}</span></h2>
          <aq-evidence .items=${evidence} .chosen=${fields.evidence} .interviews=${material.interviews}
            @change=${(/** @type {any} */ event) => this.change({ evidence: event.detail })}></aq-evidence>
        </section>
        <section class="card stack">
          <h2>${this.t('wrapup.norms')}</h2>
          ${fields.norms.length ? html`<div class="row">${fields.norms.map((/** @type {string} */ norm) => html`
            <button class="btn small" type="button" @click=${() => this.#toggle('norms', norm, false)}
              aria-label=${this.t('wrapup.removeNorm', { norm: this.#normName(norm) })}>${this.#normName(norm)} ${icon('close')}</button>`)}</div>`
            : html`<p class="hint">${this.t('wrapup.normsHint')}</p>`}
          <div><button class="btn" type="button" data-action="norm" @click=${() => this.#addNorm()}>${icon('book')} ${this.t('wrapup.addNorm')}</button></div>
        </section>
      </div>
      ${this.renderFooter(html`<div class="row">
        <button class="btn" type="button" data-action="save-draft" @click=${() => this.save({ status: 'draft' })}>${this.t('wrapup.keepDraft')}</button>
        <button class="btn primary" type="button" data-action="save" @click=${() => this.save({ status: 'final' })}>${this.t('wrapup.saveFinding')}</button>
      </div>`)}`;
  }

  /** @param {string | null} chosen */
  #themes(chosen) {
    return html`<select autocomplete="off" data-field="theme" .value=${chosen ?? ''} @change=${(/** @type {any} */ event) => this.change({ theme: event.target.value || null })}>
      <option value="" ?selected=${!chosen}>${this.t('wrapup.chooseTheme')}</option>
      ${this.app.catalogue('themes').map((entry) => html`<option value=${entry.id} ?selected=${entry.id === chosen}>${entry.parent ? '— ' : ''}${this.app.multi(entry.label)}</option>`)}
    </select>`;
  }

  /** @param {string} norm */
  #normName(norm) {
    const [slug, article] = norm.split('/');
    const library = this.libraries.find((doc) => doc._id === `library:${slug}`);
    return `${this.app.multi(library?.short ?? library?.title) || slug}, ${article}`;
  }
}

customElements.define('aq-finding', FindingScreen);
