// At the gate: coming in, and whether the group is let in. A refusal is itself a finding.
//
// Owns: the events `arrival` and `access`, and the way from a refusal to a finding.

import { AqElement, html, icon, nothing } from '../element.js';
import { chips } from '../capture/chips.js';
import { admissions, presence } from './standing.js';

const ANSWERS = ['full', 'partial', 'refused'];

export class AqAccess extends AqElement {
  static properties = {
    channel: { type: String },
    events: { attribute: false },
    team: { attribute: false },
    changing: { state: true },
    reason: { state: true },
  };

  constructor() {
    super();
    this.channel = '';
    /** @type {import('./standing.js').Reading[]} */
    this.events = [];
    /** @type {{person: string}[]} */
    this.team = [];
    this.changing = false;
    this.reason = '';
  }

  /** @param {string} kind @param {Record<string, any>} [data] */
  async write(kind, data = {}) {
    try {
      return await this.app.engine.save(this.channel, { type: 'event', kind, at: new Date().toISOString(), data });
    } catch (error) {
      this.app.notifyError(error);
      return null;
    }
  }

  render() {
    const me = this.app.status?.account?.id ?? '';
    const { arrival, inside, access } = presence(this.events, me);
    return html`<section class="card stack" aria-label=${this.t('onsite.gate')}>
      ${inside ? nothing : html`<div class="row between">
        <div class="grow"><strong>${this.t(arrival ? 'onsite.gate.again' : 'onsite.gate')}</strong><p class="meta">${this.t('onsite.gate.hint')}</p></div>
        <button type="button" class="btn primary" @click=${() => this.write('arrival')}>${icon('building')}${this.t('onsite.gate.arrive')}</button></div>`}
      ${access && !this.changing ? this.renderAnswer(access) : inside || this.changing ? this.renderQuestion() : nothing}
      ${this.renderAdmission()}
    </section>`;
  }

  renderQuestion() {
    return html`<div class="stack tight">
      ${chips({
        label: this.t('onsite.access'), value: null, items: ANSWERS.map((id) => ({ id, label: this.t(`onsite.access.${id}`) })),
        onPick: async (access) => { if (await this.write('access', { access, reason: '' })) this.changing = false; },
      })}</div>`;
  }

  /** @param {Record<string, any>} event */
  renderAnswer(event) {
    const { access, reason } = event.data ?? {};
    const hindered = access !== 'full';
    return html`<div class="stack tight">
      <div class="row between"><span class=${hindered ? 'badge bad' : 'badge ok'}>${icon(hindered ? 'warning' : 'check')}${this.t(`onsite.access.${access}`)} · ${this.app.formatTime(event.at)}</span>
        <button type="button" class="btn ghost" @click=${() => { this.changing = true; }}>${this.t('onsite.change')}</button></div>
      ${hindered ? html`
        ${reason ? html`<p>${reason}</p>` : html`<label class="field"><span class="label">${this.t('onsite.access.reason')}</span>
          <input autocomplete="off" spellcheck="false" .value=${this.reason} placeholder=${this.t('onsite.access.example')} @input=${(/** @type {any} */ change) => { this.reason = change.target.value; }}>
          </label><button type="button" class="btn" ?disabled=${!this.reason.trim()} @click=${() => this.giveReason(access)}>${this.t('onsite.access.write')}</button>`}
        <div class="notice wait">${icon('flag')}<span>${this.t(`onsite.access.${access}.finding`)}</span>
          <button type="button" class="btn" @click=${() => this.makeFinding(event)}>${this.t('onsite.access.finding')}</button></div>` : nothing}
    </div>`;
  }

  /** @param {string} access */
  async giveReason(access) {
    if (await this.write('access', { access, reason: this.reason.trim() })) this.reason = '';
  }

  /** @param {Record<string, any>} event */
  makeFinding(event) {
    const { access, reason } = event.data;
    const themes = this.app.catalogue('themes');
    this.app.go('finding', { channel: this.channel, prefill: {
      title: this.t(`onsite.access.${access}.title`), text: reason ?? '', evidence: [event._id], sources: ['observation'],
      theme: themes.some((item) => item.id === 'inspections') ? 'inspections' : null, severity: access === 'refused' ? 'critical' : 'high',
    } });
  }

  renderAdmission() {
    const latest = [...admissions(this.events).values()].map((doc) => doc.data);
    const people = latest.filter((data) => data.subject === 'person' && data.admitted).length;
    const out = latest.filter((data) => !data.admitted).length;
    const text = latest.length
      ? [this.t('onsite.admission.people', { n: people, all: this.team.length }), out ? this.t('onsite.admission.out', { n: out }) : ''].filter(Boolean).join(' · ')
      : this.t('onsite.admission.none');
    return html`<div class="row between"><div class="grow"><strong>${this.t('onsite.admission')}</strong><p class=${out ? 'meta text-bad' : 'meta'}>${text}</p></div>
      <button type="button" class="btn" @click=${() => this.app.go('admission', { channel: this.channel })}>${this.t(latest.length ? 'onsite.admission.open' : 'onsite.admission.mark')}</button></div>`;
  }
}

customElements.define('aq-access', AqAccess);
