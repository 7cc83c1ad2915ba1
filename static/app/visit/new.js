/**
 * <aq-new-visit facility?>: a leader starts a special visit that nobody planned; works without a connection.
 *
 * The engine makes the visit's channel on this tablet; the gateway makes it on the server when it arrives.
 */
import { AqElement, html, icon, nothing } from '../element.js';
import { find, searchKeys } from '../facilities/search.js';
import { daysBetween, today } from './days.js';
import { mayLead } from './policy.js';

const SHOWN = 6;

export class AqNewVisit extends AqElement {
  static properties = {
    facility: { attribute: false }, query: { state: true }, team: { state: true }, kind: { state: true }, from: { state: true }, to: { state: true }, wrong: { state: true }, busy: { state: true },
  };

  constructor() {
    super();
    /** @type {string | null} */
    this.facility = null;
    this.query = '';
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
    this.kind = (kinds.find((item) => item.special) ?? kinds[0])?.id ?? '';
    this.team = new Map([[this.#own, '']]);
  }

  get #own() {
    return this.app.status?.account?.id ?? '';
  }

  /** @param {SubmitEvent} event */
  async #start(event) {
    event.preventDefault();
    this.wrong = !this.facility ? 'facility' : daysBetween(this.from, this.to) < 0 ? 'dates' : '';
    if (this.wrong) {
      await this.updateComplete;
      /** @type {HTMLElement | null} */ (this.querySelector('[aria-invalid="true"]'))?.focus();
      return;
    }
    const { app } = this;
    this.busy = true;
    try {
      const reading = await app.engine.createVisit({
        facility: this.facility, kind: this.kind, from: this.from, to: this.to, group: app.status?.account?.group ?? null, leader: this.#own,
        team: [...this.team].map(([person, part]) => ({ person, part: part.trim() })), objectives: this.objectives.trim(),
        status: 'open', unplanned: true, recording: null, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone, lang: app.language,
      });
      app.notify({ kind: 'ok', text: this.t('new.started') });
      app.go('visit', { channel: reading.channel, step: 'prepare' }, { replace: true });
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
        <p>${this.t('new.lead')}</p>
        <section class="card stack">${this.#facilityField()}</section>
        <section class="card stack">
          <label class="field"><span class="label">${this.t('new.kind')}</span>
            <select autocomplete="off" @change=${(/** @type {any} */ event) => { this.kind = event.target.value; }}>
              ${app.catalogue('visit_kinds').map((item) => html`<option value=${item.id} .selected=${item.id === this.kind}>${app.multi(item.label)}</option>`)}
            </select></label>
          <div class="grid-2">
            <label class="field"><span class="label">${this.t('new.from')}</span><input type="date" autocomplete="off" required .value=${this.from}
              @change=${(/** @type {any} */ event) => { this.from = event.target.value || this.from; if (this.to < this.from) this.to = this.from; }}></label>
            <label class="field"><span class="label">${this.t('new.to')}</span><input type="date" autocomplete="off" required min=${this.from} .value=${this.to}
              aria-invalid=${this.wrong === 'dates' ? 'true' : 'false'} @change=${(/** @type {any} */ event) => { this.to = event.target.value || this.from; }}>
              ${this.wrong === 'dates' ? html`<span class="error" role="alert">${this.t('new.dates.wrong')}</span>` : nothing}</label>
          </div>
        </section>
        <section class="card stack">${this.#teamField()}</section>
        <section class="card stack">
          <label class="field"><span class="label">${this.t('new.objectives')}</span>
            <textarea autocomplete="off" spellcheck="false" rows="3" .value=${this.objectives} @input=${(/** @type {any} */ event) => { this.objectives = event.target.value; }}></textarea>
            <span class="hint">${this.t('new.objectives.hint')}</span></label>
        </section>
        <button class="btn primary block" type="submit" ?disabled=${this.busy}>${this.t('new.start')} ${icon('arrow-right')}</button>
      </form></div>
    `;
  }

  #facilityField() {
    const { app } = this;
    const chosen = app.facility(this.facility)?.doc;
    if (chosen) {
      return html`<h2>${this.t('new.facility')}</h2>
        <div class="chosen-facility row between"><span class="grow"><strong>${app.multi(chosen.name)}</strong><br><span class="meta">${[app.label('facility_types', chosen.facility_type), app.label('regions', chosen.region)].filter(Boolean).join(' · ')}</span></span>
          <button class="btn small" type="button" @click=${() => { this.facility = null; }}>${this.t('new.facility.change')}</button></div>`;
    }
    const open = app.facilities().filter(({ doc }) => !doc.closed);
    const found = this.query.trim() ? find(open, ({ doc }) => searchKeys(doc), this.query).slice(0, SHOWN) : [];
    return html`
      <label class="field"><span class="label">${this.t('new.facility')}</span>
        <input type="search" autocomplete="off" spellcheck="false" placeholder=${this.t('facilities.search')} .value=${this.query} aria-invalid=${this.wrong === 'facility' ? 'true' : 'false'}
          @input=${(/** @type {any} */ event) => { this.query = event.target.value; }}>
        ${this.wrong === 'facility' ? html`<span class="error" role="alert">${this.t('new.facility.wrong')}</span>` : nothing}</label>
      ${found.length ? html`<div class="list found-facilities">${found.map(({ doc }) => html`
        <button class="list-item" type="button" @click=${() => { this.facility = doc._id; this.wrong = ''; }}>${icon('building')}
          <span class="body"><strong>${app.multi(doc.name)}</strong><span class="meta">${[app.label('facility_types', doc.facility_type), app.label('regions', doc.region)].filter(Boolean).join(' · ')}</span></span></button>`)}</div>`
        : this.query.trim() ? html`<p class="meta" role="status">${this.t('facilities.none')}</p>` : nothing}
    `;
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
