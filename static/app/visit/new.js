/**
 * <aq-new-visit facility?>: a leader starts a special visit that nobody planned; works without a connection.
 *
 * The engine makes the visit's channel on this tablet; the gateway makes it on the server when it arrives. In a second
 * vault (forgotten words) anybody starts one, with a facility that is named and not chosen.
 */
import { AqElement, html, icon, nothing } from '../element.js';
import { daysBetween, today } from './days.js';
import { UNKNOWN_FACILITY } from './names.js';
import { mayLead } from './policy.js';
import './facility_choice.js';

const RECORDINGS = /** @type {const} */ (['photo', 'audio', 'video']);
/** Where no catalogue is known. */
const SPECIAL = 'special';

export class AqNewVisit extends AqElement {
  static properties = {
    facility: { attribute: false }, facilityName: { state: true }, recording: { state: true }, team: { state: true }, kind: { state: true }, from: { state: true }, to: { state: true }, wrong: { state: true }, busy: { state: true },
  };

  constructor() {
    super();
    /** @type {string | null} */
    this.facility = null;
    this.facilityName = '';
    this.recording = { photo: false, audio: false, video: false };
    /** @type {Map<string, string>} account → part */
    this.team = new Map();
    this.kind = '';
    this.from = today(new Date());
    this.to = this.from;
    this.objectives = '';
    /** @type {'' | 'facility' | 'dates'} */
    this.wrong = '';
    this.busy = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(this.app, 'reference', () => this.requestUpdate());
    const kinds = this.app.catalogue('visit_kinds');
    this.kind = (kinds.find((item) => item.special) ?? kinds[0])?.id ?? SPECIAL;
    this.team = new Map([[this.#own, '']]);
  }

  /** The register and the colleagues are in the vault that stays closed. */
  get #provisional() {
    return Boolean(this.app.status?.provisional);
  }

  get #own() {
    return this.app.status?.account?.id ?? '';
  }

  /** @param {SubmitEvent} event */
  async #start(event) {
    event.preventDefault();
    const known = this.#provisional ? this.facilityName.trim() : this.facility;
    this.wrong = !known ? 'facility' : daysBetween(this.from, this.to) < 0 ? 'dates' : '';
    if (this.wrong) {
      await this.updateComplete;
      /** @type {HTMLElement | null} */ (this.querySelector('[aria-invalid="true"]'))?.focus();
      return;
    }
    const { app } = this;
    this.busy = true;
    try {
      const reading = await app.engine.createVisit({
        facility: this.#provisional ? UNKNOWN_FACILITY : this.facility, ...this.#provisional ? { facility_name: this.facilityName.trim() } : {}, kind: this.kind, from: this.from, to: this.to, group: app.status?.account?.group ?? null, leader: this.#own,
        team: [...this.team].map(([person, part]) => ({ person, part: part.trim() })), objectives: this.objectives.trim(),
        status: 'open', unplanned: true, recording: this.#provisional ? this.recording : null, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone, lang: app.language,
      });
      app.notify({ kind: 'ok', text: this.t('new.started') });
      // Before the gate there is nothing to prepare from in a second vault: it begins with what happens.
      app.go('visit', { channel: reading.channel, step: this.#provisional ? 'onsite' : 'prepare' }, { replace: true });
    } catch (error) {
      app.notifyError(error);
    } finally {
      this.busy = false;
    }
  }

  render() {
    if (!mayLead(this.app.status)) {
      return html`<div class="page"><div class="card empty">${icon('people')}<p>${this.t('new.notLeader')}</p>
        <button class="btn" type="button" @click=${() => this.app.back()}>${this.t('shell.back')}</button></div></div>`;
    }
    const { app } = this;
    return html`
      <div class="page"><form class="stack loose" autocomplete="off" novalidate @submit=${this.#start}>
        <p>${this.t(this.#provisional ? 'new.lead.second' : 'new.lead')}</p>
        <section class="card stack">${this.#facilityField()}</section>
        <section class="card stack">
          ${app.catalogue('visit_kinds').length === 0 ? nothing : html`<label class="field"><span class="label">${this.t('new.kind')}</span>
            <select autocomplete="off" @change=${(/** @type {any} */ event) => { this.kind = event.target.value; }}>
              ${app.catalogue('visit_kinds').map((item) => html`<option value=${item.id} .selected=${item.id === this.kind}>${app.multi(item.label)}</option>`)}
            </select></label>`}
          <div class="grid-2">
            <label class="field"><span class="label">${this.t('new.from')}</span><input type="date" autocomplete="off" required .value=${this.from}
              @change=${(/** @type {any} */ event) => { this.from = event.target.value || this.from; if (this.to < this.from) this.to = this.from; }}></label>
            <label class="field"><span class="label">${this.t('new.to')}</span><input type="date" autocomplete="off" required min=${this.from} .value=${this.to}
              aria-invalid=${this.wrong === 'dates' ? 'true' : 'false'} @change=${(/** @type {any} */ event) => { this.to = event.target.value || this.from; }}>
              ${this.wrong === 'dates' ? html`<span class="error" role="alert">${this.t('new.dates.wrong')}</span>` : nothing}</label>
          </div>
        </section>
        ${this.#recordingField()}
        ${this.#provisional ? nothing : html`<section class="card stack">${this.#teamField()}</section>`}
        <section class="card stack">
          <label class="field"><span class="label">${this.t('new.objectives')}</span>
            <textarea autocomplete="off" spellcheck="false" rows="3" .value=${this.objectives} @input=${(/** @type {any} */ event) => { this.objectives = event.target.value; }}></textarea>
            <span class="hint">${this.t('new.objectives.hint')}</span></label>
        </section>
        <button class="btn primary block" type="submit" ?disabled=${this.busy}>${this.t('new.start')} ${icon('arrow-right')}</button>
      </form></div>
    `;
  }

  /** The register, or in a second vault, which knows none, the name as it stands at the gate. */
  #facilityField() {
    const wrong = this.wrong === 'facility';
    if (!this.#provisional) {
      return html`<aq-facility-choice class="stack" .app=${this.app} .chosen=${this.facility} ?wrong=${wrong}
        @choose=${(/** @type {CustomEvent} */ event) => { this.facility = event.detail; this.wrong = ''; }}></aq-facility-choice>`;
    }
    return html`<label class="field"><span class="label">${this.t('new.facility')}</span>
      <input autocomplete="off" spellcheck="false" maxlength="200" data-field="facility-name" .value=${this.facilityName} aria-invalid=${wrong ? 'true' : 'false'}
        @input=${(/** @type {any} */ event) => { this.facilityName = event.target.value; this.wrong = ''; }}>
      ${wrong ? html`<span class="error" role="alert">${this.t('new.facility.name.wrong')}</span>` : html`<span class="hint">${this.t('new.facility.name.hint')}</span>`}</label>`;
  }

  /** In a second vault no facility's policy is known: the person says what is allowed here. */
  #recordingField() {
    if (!this.#provisional) return nothing;
    return html`<section class="card stack"><h2>${this.t('new.recording')}</h2>
      <p class="meta">${this.t('new.recording.text')}</p>
      <div class="choices">${RECORDINGS.map((kind) => html`
        <label class="choice"><input type="checkbox" autocomplete="off" data-recording=${kind} .checked=${this.recording[kind]}
          @change=${(/** @type {any} */ event) => { this.recording = { ...this.recording, [kind]: event.target.checked }; }}><span>${this.t(`new.recording.${kind}`)}</span></label>`)}</div></section>`;
  }

  #teamField() {
    const { app } = this;
    const group = app.status?.account?.group;
    const people = app.people().filter((person) => person.id === this.#own || (person.active !== false && person.group && person.group === group));
    const toggle = (/** @type {string} */ id, /** @type {boolean} */ on) => {
      const team = new Map(this.team);
      if (on) team.set(id, '');
      else team.delete(id);
      this.team = team;
    };
    return html`
      <fieldset class="stack tight"><legend>${this.t('new.team')}</legend>
        ${people.map((person) => html`
          <label class="choice"><input type="checkbox" autocomplete="off" .checked=${this.team.has(person.id)} ?disabled=${person.id === this.#own}
            @change=${(/** @type {any} */ event) => toggle(person.id, event.target.checked)}><span>${person.name}${person.id === this.#own ? html` <span class="meta">${this.t('prepare.you')}, ${this.t('prepare.leader')}</span>` : nothing}</span></label>
          ${this.team.has(person.id) ? html`<label class="field"><span class="sr-only">${this.t('new.part', { name: person.name })}</span>
            <input autocomplete="off" spellcheck="false" placeholder="${this.t('new.part', { name: person.name })} (${this.t('new.part.hint')})" .value=${this.team.get(person.id) ?? ''}
              @input=${(/** @type {any} */ event) => this.team.set(person.id, event.target.value)}></label>` : nothing}`)}
      </fieldset>
    `;
  }
}

customElements.define('aq-new-visit', AqNewVisit);
