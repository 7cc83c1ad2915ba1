// Who and what was let in: person by person, device by device, and where custody has a gap.
//
// Owns: the events `admission` and `custody_gap`. Each answer is a new event; the latest one holds.

import { html, icon, nothing } from '../element.js';
import { ChannelElement } from '../capture/channel_element.js';
import { chips } from '../capture/chips.js';
import { admissions, eventsOf } from './standing.js';
import '../capture/dock.js';

export class AqAdmission extends ChannelElement {
  static properties = {
    reasons: { state: true },
    another: { state: true },
    gap: { state: true },
  };

  static reads = ['event'];

  constructor() {
    super();
    /** Reasons being written, by subject. @type {Record<string, string>} */
    this.reasons = {};
    this.another = '';
    /** @type {{device: string, from: string, to: string, reason: string} | null} */
    this.gap = null;
  }

  /** @param {string} kind @param {Record<string, any>} data */
  write(kind, data) {
    return this.attempt(() => this.app.engine.save(this.channel, { type: 'event', kind, at: new Date().toISOString(), data }));
  }

  render() {
    if (!this.loaded) return html`<div class="page"><p class="meta">${this.t('capture.loading')}</p></div>`;
    const known = admissions(this.readings('event'));
    /** @type {{person: string, part: string}[]} */
    const team = this.visit?.doc.team ?? [];
    const own = this.app.status?.device?.name;
    const named = [...known.values()].filter((doc) => doc.data.subject === 'device').map((doc) => doc.data.who);
    const devices = [...new Set([...(own ? [own] : []), ...named])];
    return html`<div class="page stack">
      <section class="card stack"><h2>${this.t('onsite.admission.team')}</h2>
        ${team.map(({ person, part }) => this.renderSubject('person', person, this.app.person(person).name, part, known))}</section>
      <section class="card stack"><h2>${this.t('onsite.admission.devices')}</h2><p class="meta">${this.t('onsite.admission.devices.hint')}</p>
        ${devices.map((name) => this.renderSubject('device', name, name, name === own ? this.t('onsite.admission.this') : '', known))}
        <label class="field"><span class="label">${this.t('onsite.admission.another')}</span>
          <input autocomplete="off" spellcheck="false" .value=${this.another} placeholder=${this.t('onsite.admission.another.example')} @input=${(/** @type {any} */ event) => { this.another = event.target.value; }}></label>
        ${this.another.trim() ? chips({ label: this.another, items: this.answers(), value: null, onPick: (id) => this.addDevice(id === 'in') }) : nothing}
      </section>
      ${this.renderGaps(devices)}
    </div>
    <aq-dock .app=${this.app} .channel=${this.channel}></aq-dock>`;
  }

  answers() {
    return [{ id: 'in', label: this.t('onsite.admitted') }, { id: 'out', label: this.t('onsite.notadmitted') }];
  }

  /** @param {boolean} admitted */
  async addDevice(admitted) {
    if (await this.write('admission', { subject: 'device', who: this.another.trim(), admitted, reason: '' })) this.another = '';
  }

  /** @param {'person' | 'device'} subject @param {string} who @param {string} name @param {string} detail @param {Map<string, Record<string, any>>} known */
  renderSubject(subject, who, name, detail, known) {
    const key = `${subject}/${who}`;
    const event = known.get(key);
    const data = event?.data;
    return html`<div class="subject stack tight">
      <div class="row between"><div class="grow"><strong>${name}</strong>${detail ? html`<p class="meta">${detail}</p>` : nothing}</div>
        ${chips({
          label: name, quiet: true, items: this.answers(), value: data ? (data.admitted ? 'in' : 'out') : null,
          onPick: (id) => this.write('admission', { subject, who, admitted: id === 'in', reason: '' }),
        })}</div>
      ${data && !data.admitted ? html`
        ${data.reason ? html`<p>${data.reason}</p>` : html`<label class="field"><span class="label">${this.t('onsite.admission.reason')}</span>
          <input autocomplete="off" spellcheck="false" .value=${this.reasons[key] ?? ''} @input=${(/** @type {any} */ change) => { this.reasons = { ...this.reasons, [key]: change.target.value }; }}
            @change=${() => this.giveReason(key, data)}></label>`}
        <div class="row"><button type="button" class="btn" @click=${() => this.makeFinding(/** @type {any} */ (event), name)}>${icon('flag')}${this.t('onsite.access.finding')}</button>
          ${subject === 'device' ? html`<button type="button" class="btn" @click=${() => { this.gap = { device: who, from: '', to: '', reason: data.reason ?? '' }; }}>
            ${icon('clock')}${this.t('onsite.gap.note')}</button>` : nothing}</div>` : nothing}
      ${event ? html`<p class="meta">${this.app.formatTime(event.at)} · ${this.app.person(event.created_by).name}</p>` : nothing}
    </div>`;
  }

  /** @param {string} key @param {Record<string, any>} data */
  async giveReason(key, data) {
    const reason = (this.reasons[key] ?? '').trim();
    if (reason && await this.write('admission', { ...data, reason })) this.reasons = { ...this.reasons, [key]: '' };
  }

  /** @param {Record<string, any>} event @param {string} name */
  makeFinding(event, name) {
    this.app.go('finding', { channel: this.channel, prefill: {
      title: this.t('onsite.admission.title', { who: name }), text: event.data.reason ?? '', evidence: [event._id], sources: ['observation'], severity: 'high',
      theme: this.app.catalogue('themes').some((item) => item.id === 'inspections') ? 'inspections' : null,
    } });
  }

  /** @param {string[]} devices */
  renderGaps(devices) {
    const gaps = eventsOf(this.readings('event'), 'custody_gap');
    const { gap } = this;
    return html`<section class="card stack"><h2>${this.t('onsite.gap')}</h2><p class="meta">${this.t('onsite.gap.hint')}</p>
      ${gaps.map(({ data, created_by: author }) => html`<p class="notice wait">${icon('tablet')}<span><strong>${data.device}</strong>
        ${[data.from, data.to].map((moment) => this.app.formatTime(moment)).filter(Boolean).join('–')} ${data.reason} · ${this.app.person(author).name}</span></p>`)}
      ${gap ? this.renderGap(gap, devices) : html`<div class="row"><button type="button" class="btn" @click=${() => { this.gap = { device: devices[0] ?? '', from: '', to: '', reason: '' }; }}>
        ${icon('plus')}${this.t('onsite.gap.add')}</button></div>`}
    </section>`;
  }

  /** @param {{device: string, from: string, to: string, reason: string}} gap @param {string[]} devices */
  renderGap(gap, devices) {
    const time = (/** @type {'from' | 'to'} */ key) => html`<label class="field grow"><span class="label">${this.t(`onsite.gap.${key}`)}</span>
      <input type="time" autocomplete="off" .value=${gap[key]} @change=${(/** @type {any} */ event) => { this.gap = { ...gap, [key]: event.target.value }; }}></label>`;
    return html`${chips({ label: this.t('onsite.gap.device'), items: devices.map((name) => ({ id: name, label: name })), value: gap.device, onPick: (device) => { this.gap = { ...gap, device }; } })}
      <div class="row top">${time('from')}${time('to')}</div>
      <label class="field"><span class="label">${this.t('onsite.gap.reason')}</span>
        <input autocomplete="off" spellcheck="false" .value=${gap.reason} @input=${(/** @type {any} */ event) => { this.gap = { ...gap, reason: event.target.value }; }}></label>
      <div class="row"><button type="button" class="btn primary" ?disabled=${!gap.device || !gap.from} @click=${() => this.keepGap(gap)}>${icon('check')}${this.t('onsite.gap.save')}</button>
        <button type="button" class="btn" @click=${() => { this.gap = null; }}>${this.t('capture.cancel')}</button></div>`;
  }

  /** @param {{device: string, from: string, to: string, reason: string}} gap */
  async keepGap(gap) {
    const today = (/** @type {string} */ time) => {
      const date = new Date();
      const [hours, minutes] = time.split(':').map(Number);
      date.setHours(hours, minutes, 0, 0);
      return date.toISOString();
    };
    const data = { device: gap.device, from: today(gap.from), to: gap.to ? today(gap.to) : null, reason: gap.reason.trim() };
    if (await this.write('custody_gap', data)) this.gap = null;
  }
}

customElements.define('aq-admission', AqAdmission);
