/**
 * <aq-recommendation channel id? finding?>: one recommendation, with the findings it answers, an addressee and a deadline.
 *
 * What would weaken it is said while it is written and never blocks (APT's "double SMART").
 */
import { draftKey } from '../draft_key.js';
import { html, icon, nothing } from '../element.js';
import { checkVisit } from './checks.js';
import { DraftScreen } from './draft_screen.js';
import { deadlineAfter } from './finding_fields.js';

const ADVICE = ['no-addressee', 'no-deadline', 'vague', 'repeated-text'];

class RecommendationScreen extends DraftScreen {
  static properties = { ...DraftScreen.properties, finding: {} };

  static needed = 'text';
  static saidKey = 'wrapup.recommendationSaved';

  constructor() {
    super();
    /** @type {string | undefined} */ this.finding = undefined;
  }

  get draftKey() {
    return draftKey(this.channel, 'recommendation', this.id || this.finding || 'new');
  }

  fresh() {
    const visit = this.material?.visit;
    const finding = this.material?.findings.find((entry) => entry._id === this.finding);
    const facility = this.app.facility(visit?.facility)?.doc ?? this.material?.brief?.facility;
    return {
      type: 'recommendation', text: '', findings: finding ? [finding._id] : [], theme: finding?.theme ?? null,
      addressee: facility?.authority ?? null, addressee_name: '', deadline: visit ? deadlineAfter(visit.to) : null,
      priority: finding?.severity === 'critical' ? 'urgent' : 'normal', repeats: null,
    };
  }

  /** @param {string} id @param {boolean} on */
  #answer(id, on) {
    const before = this.fields?.findings ?? [];
    const findings = on ? [...before, id] : before.filter((/** @type {string} */ entry) => entry !== id);
    const theme = this.fields?.theme ?? this.material?.findings.find((entry) => entry._id === id)?.theme ?? null;
    this.change({ findings, theme });
  }

  render() {
    const { fields, material } = this;
    if (!fields || !material) return html`<p class="page meta">${this.t('wrapup.loading')}</p>`;
    const untold = this.lacks;
    return html`
      <div class="page stack loose">
        <section class="card stack">
          <label class="field ${untold ? 'invalid' : ''}">
            <span class="label">${this.t('wrapup.recommendationText')}</span>
            <textarea rows="5" autocomplete="off" spellcheck="false" aria-invalid=${untold} .value=${fields.text}
              @input=${(/** @type {any} */ event) => this.change({ text: event.target.value })}></textarea>
            ${untold ? html`<span class="error">${this.t('wrapup.recommendationNeeded')}</span>` : html`<span class="hint">${this.t('wrapup.recommendationHint')}</span>`}
          </label>
          ${this.#advice(fields)}
        </section>
        <section class="card stack">
          <h2>${this.t('wrapup.answers')}</h2>
          ${material.findings.length ? html`<div class="choices">${material.findings.map((finding) => html`
            <label class="choice"><input type="checkbox" autocomplete="off" .checked=${fields.findings.includes(finding._id)}
              @change=${(/** @type {any} */ event) => this.#answer(finding._id, event.target.checked)}>
              <span class="grow">${finding.title}<span class="meta">${this.app.label('themes', finding.theme)}</span></span></label>`)}</div>`
            : html`<p class="hint">${this.t('wrapup.noFindingsYet')}</p>`}
        </section>
        <section class="card stack">
          <div class="grid-2">
            <label class="field"><span class="label">${this.t('wrapup.addressee')}</span>
              <select autocomplete="off" data-field="addressee" @change=${(/** @type {any} */ event) => this.change({ addressee: event.target.value || null })}>
                <option value="" ?selected=${!fields.addressee}>${this.t('wrapup.otherAddressee')}</option>
                ${this.app.catalogue('authorities').map((entry) => html`<option value=${entry.id} ?selected=${entry.id === fields.addressee}>${this.app.multi(entry.label)}</option>`)}
              </select></label>
            <label class="field"><span class="label">${this.t('wrapup.addresseeName')}</span>
              <input type="text" autocomplete="off" spellcheck="false" .value=${fields.addressee_name ?? ''}
                @input=${(/** @type {any} */ event) => this.change({ addressee_name: event.target.value })}></label>
            <label class="field"><span class="label">${this.t('wrapup.deadline')}</span>
              <input type="date" autocomplete="off" .value=${fields.deadline ?? ''}
                @change=${(/** @type {any} */ event) => this.change({ deadline: event.target.value || null })}>
              <span class="hint">${this.t('wrapup.deadlineHint')}</span></label>
            <div class="field"><span class="label">${this.t('wrapup.priority')}</span>
              <div class="stack tight">${this.app.catalogue('priorities').map((entry) => html`
                <label class="choice"><input type="radio" autocomplete="off" .checked=${fields.priority === entry.id}
                  @change=${() => this.change({ priority: entry.id })}>${this.app.multi(entry.label)}</label>`)}</div></div>
          </div>
          ${this.#repeats(fields)}
        </section>
      </div>
      ${this.renderFooter(html`<button class="btn primary" type="button" data-action="save" @click=${() => this.save()}>${this.t('wrapup.saveRecommendation')}</button>`)}`;
  }

  /** @param {Record<string, any>} fields */
  #advice(fields) {
    if (!fields.text.trim()) return nothing;
    const checks = checkVisit({
      brief: this.material?.brief ?? null, findings: [], interviews: [], submissions: [], events: [], conflicts: [],
      recommendations: [{ _id: 'recommendation:this', ...fields }],
    }).filter((check) => ADVICE.includes(check.code));
    if (!checks.length) return html`<div class="notice ok">${icon('check')}<p>${this.t('wrapup.adviceNone')}</p></div>`;
    return html`<div class="notice wait">${icon('info')}<div>${checks.map((check) => html`<p>${this.t(`wrapup.check.${check.code}`, { n: 1 })}</p>`)}</div></div>`;
  }

  /** @param {Record<string, any>} fields */
  #repeats(fields) {
    const earlier = this.material?.brief?.recommendations ?? [];
    if (!earlier.length) return nothing;
    return html`<label class="field"><span class="label">${this.t('wrapup.repeats')}</span>
      <select autocomplete="off" data-field="repeats" @change=${(/** @type {any} */ event) => this.change({ repeats: event.target.value || null })}>
        <option value="" ?selected=${!fields.repeats}>${this.t('wrapup.repeatsNone')}</option>
        ${earlier.map((/** @type {any} */ entry) => html`<option value=${entry.id} ?selected=${entry.id === fields.repeats}>${this.app.formatDate(entry.date, { month: 'long', year: 'numeric' })}: ${entry.text.slice(0, 80)}</option>`)}
      </select></label>`;
  }
}

customElements.define('aq-recommendation', RecommendationScreen);
