/**
 * <aq-prepare channel>: all there is to know before the gate, and whether this tablet is ready for it.
 *
 * Owns the try of camera and microphone, which records nothing: the tracks are stopped at once.
 */
import { recordingPolicy } from '../capture/policy.js';
import { AqElement, html, icon, nothing } from '../element.js';
import { facilityFacts } from '../facilities/card.js';
import { askToKeep, checkBrowser, ENOUGH_BYTES, line } from '../vault/checks.js';
import { rehearse } from '../vault/words_form.js';
import { briefId, visitId } from './days.js';
import { facilityName, UNKNOWN_FACILITY } from './names.js';
import { leads, mayLead } from './policy.js';
import { formsFor, readiness } from './readiness.js';
import './facility_choice.js';

export class AqPrepare extends AqElement {
  static properties = {
    channel: { type: String }, visit: { state: true }, brief: { state: true }, forms: { state: true },
    checks: { state: true }, typedAt: { state: true }, devices: { state: true }, battery: { state: true }, which: { state: true },
  };

  constructor() {
    super();
    this.channel = '';
    /** @type {any} */
    this.visit = null;
    /** @type {any} */
    this.brief = null;
    /** @type {any[]} */
    this.forms = [];
    /** @type {import('../vault/checks.js').Checks | null} */
    this.checks = null;
    /** @type {string | null} */
    this.typedAt = null;
    /** @type {'ok' | 'bad' | 'untried'} */
    this.devices = 'untried';
    /** @type {number | null} */
    this.battery = null;
    /** The facility that an unnamed one is said to be. @type {string | null} */
    this.which = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(this.app, 'reference', () => this.#readForms());
    const updates = /** @type {any} */ (this.app.shell).updates;
    if (updates) for (const type of ['ready', 'failed', 'caching']) this.listen(updates, type, () => this.requestUpdate());
    this.follow(this.channel, () => this.#read());
    this.#readForms();
    this.#check();
  }

  async #read() {
    const { engine } = this.app;
    const [visit, brief] = await Promise.all([engine.get(this.channel, visitId(this.channel)), engine.get(this.channel, briefId(this.channel))]);
    this.visit = visit?.doc ?? null;
    this.brief = brief?.doc ?? null;
  }

  async #readForms() {
    this.forms = await this.app.engine.list('reference', 'form');
  }

  async #check() {
    const [checks, typedAt, battery, devices] = await Promise.all([checkBrowser(this.app), this.app.engine.meta('wordsTypedAt').catch(() => null), charge(), granted()]);
    Object.assign(this, { checks, typedAt: typedAt ?? null, battery, devices: this.devices === 'untried' && devices ? 'ok' : this.devices });
  }

  get #facility() {
    return this.app.facility(this.visit?.facility)?.doc ?? this.brief?.facility;
  }

  #needs() {
    const facility = this.#facility;
    const type = this.app.catalogue('facility_types').find((item) => item.id === facility?.facility_type);
    const sources = { visit: this.visit?.recording, facility: facility?.recording, facilityType: type?.recording };
    const may = (/** @type {'photo' | 'audio' | 'video'} */ kind) => recordingPolicy(kind, sources).allowed;
    return { camera: may('photo') || may('video'), microphone: may('audio') || may('video') };
  }

  async #tryDevices() {
    const { camera, microphone } = this.#needs();
    try {
      const stream = await navigator.mediaDevices.getUserMedia({ video: camera, audio: microphone });
      for (const track of stream.getTracks()) track.stop();
      this.devices = 'ok';
    } catch {
      this.devices = 'bad';
    }
  }

  render() {
    if (!this.visit) return html`<p class="opening" role="status">${this.t('shell.opening')}</p>`;
    return html`
      <div class="page wide"><div class="grid-2">
        <div class="stack loose">${this.#whichFacility()}${this.#objectives()}${this.#readiness()}${this.#findings()}</div>
        <div class="stack loose">${this.#recommendations()}${this.#team()}${this.#formList()}${this.#facilityCard()}</div>
      </div></div>
    `;
  }

  #readiness() {
    const { app } = this;
    const points = readiness({
      brief: Boolean(this.brief), forms: this.#forms().length, offline: /** @type {any} */ (app.shell).updates?.offline ?? 'unknown',
      wordsTypedAt: this.typedAt, now: Date.now(), needs: this.#needs(), devices: this.devices, battery: this.battery, checks: this.checks,
    });
    const { checks } = this;
    const roomy = checks?.freeBytes !== null && (checks?.freeBytes ?? 0) >= ENOUGH_BYTES;
    const left = points.filter((point) => point.blocks).length + (roomy ? 0 : 1) + (checks?.persisted ? 0 : 1);
    const type = async () => { if (await rehearse(app)) this.#check(); };
    const keep = async () => {
      if (!(await askToKeep())) app.notify({ kind: 'wait', text: this.t('vault.check.persist.refused') });
      this.#check();
    };
    const button = (/** @type {string} */ key, /** @type {() => void} */ run) => html`<button class="btn small" type="button" @click=${run}>${this.t(key)}</button>`;
    /** @type {Record<string, unknown>} */
    const actions = { words: button('prepare.words.button', type), devices: button('prepare.devices.button', () => this.#tryDevices()) };
    return html`
      <section class="card">
        <h2>${this.t('prepare.ready')}</h2>
        <p class="notice ${left ? 'wait' : 'ok'}" role="status">${icon(left ? 'clock' : 'check')}<span>${left ? this.t('prepare.ready.some', { n: left }) : this.t('prepare.ready.all')}</span></p>
        <ul class="checks">
          ${points.map((point) => line(point.kind, this.t(point.key, point.vars), point.kind === 'ok' ? nothing : actions[point.name] ?? nothing))}
          ${checks ? html`
            ${checks.freeBytes === null ? line('wait', this.t('vault.check.space.unknown')) : line(roomy ? 'ok' : 'wait', this.t(`vault.check.space.${roomy ? 'ok' : 'wait'}`, { size: app.formatBytes(checks.freeBytes) }))}
            ${checks.persisted ? line('ok', this.t('vault.check.persist.ok')) : line('wait', this.t('vault.check.persist.wait'), button('vault.check.persist.ask', keep))}` : nothing}
        </ul>
      </section>
    `;
  }

  #recommendations() {
    const { app } = this;
    const open = this.brief?.recommendations ?? [];
    return html`
      <section class="card">
        <h2>${this.t('prepare.recommendations')}</h2>
        ${open.length ? html`<p class="meta">${this.t('prepare.recommendations.text', { n: open.length })}</p>
          <ul class="list">${open.map((/** @type {any} */ entry) => html`
            <li class="list-item">${icon('flag')}<span class="body"><span lang=${entry.lang ?? ''}>${entry.text}</span>
              <span class="row"><span class="meta">${[entry.number, entry.addressee_name || app.label('authorities', entry.addressee)].filter(Boolean).join(' · ')}</span>
              ${entry.deadline ? html`<span class="badge ${entry.overdue ? 'wait' : ''}">${icon('clock')} ${this.t(entry.overdue ? 'prepare.overdue' : 'prepare.due', { date: app.formatDate(entry.deadline, { day: 'numeric', month: 'short', year: 'numeric' }) })}</span>` : nothing}</span></span></li>`)}</ul>`
          : html`<p class="meta">${this.t('prepare.recommendations.none')}</p>`}
      </section>
    `;
  }

  #findings() {
    const { app } = this;
    const findings = this.brief?.findings ?? [];
    const earlier = this.brief?.earlier ?? [];
    return html`
      <section class="card stack">
        <div>
          <h2>${this.t('prepare.findings')}</h2>
          ${findings.length ? html`<ul class="list">${findings.map((/** @type {any} */ finding) => html`
            <li class="list-item">${icon('search')}<span class="body">${finding.title}
              <span class="meta">${[app.formatDate(finding.date, { month: 'long', year: 'numeric' }), app.label('themes', finding.theme), app.label('severities', finding.severity)].filter(Boolean).join(' · ')}</span></span></li>`)}</ul>`
            : html`<p class="meta">${this.t('prepare.findings.none')}</p>`}
        </div>
        <div>
          <h3>${this.t('prepare.earlier')}</h3>
          ${earlier.length ? html`<ul class="list">${earlier.map((/** @type {any} */ visit) => html`<li class="list-item">${icon('calendar')}<span class="body">${app.label('visit_kinds', visit.kind)}<span class="meta">${app.formatDate(visit.from)}</span></span></li>`)}</ul>`
            : html`<p class="meta">${this.t('prepare.earlier.none')}</p>`}
        </div>
      </section>
    `;
  }

  /** A visit that began in a second vault has a name and no facility. */
  #whichFacility() {
    if (this.visit.facility !== UNKNOWN_FACILITY) return nothing;
    const { status } = this.app;
    const name = facilityName(this.app, this.visit);
    if (status?.provisional || !leads(status, this.visit) || !mayLead(status)) {
      return html`<div class="notice info" data-part="which">${icon('building')}<p>${this.t('prepare.which.office', { name })}</p></div>`;
    }
    return html`
      <section class="card stack" data-part="which">
        <div><h2>${this.t('prepare.which')}</h2><p>${this.t('prepare.which.text', { name })}</p></div>
        <aq-facility-choice class="stack" .app=${this.app} .chosen=${this.which} .first=${this.visit.facility_name ?? ''}
          @choose=${(/** @type {CustomEvent} */ event) => { this.which = event.detail; }}></aq-facility-choice>
        ${this.which ? html`<button class="btn primary" type="button" data-action="settle-facility" @click=${() => this.#settleFacility()}>${icon('check')} ${this.t('prepare.which.save')}</button>` : nothing}
      </section>`;
  }

  async #settleFacility() {
    try {
      await this.app.engine.save(this.channel, { ...this.visit, facility: this.which, group: this.visit.group ?? this.app.status?.account?.group ?? null });
      this.app.notify({ kind: 'ok', text: this.t('prepare.which.saved') });
    } catch (error) {
      this.app.notifyError(error);
    }
  }

  #objectives() {
    return html`
      <section class="card stack">
        <div><h2>${this.t('prepare.objectives')}</h2>
        ${this.visit.objectives ? html`<p>${this.visit.objectives}</p>` : html`<p class="meta">${this.t('prepare.objectives.none')}</p>`}</div>
        <button class="btn primary block" type="button" @click=${() => this.app.go('visit', { channel: this.channel, step: 'onsite' }, { replace: true })}>${this.t('prepare.go')} ${icon('arrow-right')}</button>
      </section>`;
  }

  #team() {
    const { app } = this;
    const own = app.status?.account?.id;
    return html`
      <section class="card">
        <h2>${this.t('prepare.team')}</h2>
        <ul class="list team-row">${(this.visit.team ?? []).map((/** @type {any} */ { person, part }) => {
          const marks = [person === this.visit.leader && this.t('prepare.leader'), person === own && this.t('prepare.you')].filter(Boolean);
          return html`<li class="list-item">${icon('person')}<span class="body"><strong>${app.person(person).name}${marks.length ? html` <span class="meta">(${marks.join(', ')})</span>` : nothing}</strong>
            <span class="meta">${part || this.t('prepare.noPart')}</span></span></li>`;
        })}</ul>
      </section>
    `;
  }

  #facilityCard() {
    const facility = this.#facility;
    if (!facility) return nothing;
    return html`<section class="card stack"><h2>${this.app.multi(facility.name)}</h2>${facilityFacts(this.app, facility)}</section>`;
  }

  #forms() {
    return formsFor(this.forms, this.#facility?.facility_type);
  }

  #formList() {
    const { app } = this;
    const forms = this.#forms();
    return html`
      <section class="card">
        <h2>${this.t('prepare.forms')}</h2>
        ${forms.length ? html`<ul class="list">${forms.map(({ doc }) => html`
          <li class="list-item">${icon('form')}<span class="body"><strong>${app.multi(doc.title)}</strong>
            <span class="meta">${this.t('prepare.questions', { n: (doc.questions ?? []).filter((/** @type {any} */ question) => !['group', 'repeat'].includes(question.type)).length })}</span></span></li>`)}</ul>`
          : html`<p class="meta">${this.t('prepare.forms.none')}</p>`}
      </section>
    `;
  }
}

/** The battery's charge, 0–1; null where the browser keeps it to itself. */
async function charge() {
  try {
    return (await /** @type {any} */ (navigator).getBattery()).level;
  } catch {
    return null;
  }
}

/** Whether camera and microphone were allowed before. */
async function granted() {
  try {
    const states = await Promise.all(['camera', 'microphone'].map((name) => navigator.permissions.query({ name: /** @type {any} */ (name) })));
    return states.every(({ state }) => state === 'granted');
  } catch {
    return false;
  }
}

customElements.define('aq-prepare', AqPrepare);
