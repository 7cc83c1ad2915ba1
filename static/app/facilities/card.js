/**
 * <aq-facility id>: one facility: its facts, other names and codes, what is known here of its history.
 *
 * History is what this tablet holds: the visits in its channels, and what their briefs bring along.
 */
import { AqElement, html, icon, nothing } from '../element.js';
import { mayLead } from '../visit/policy.js';
import { briefId } from '../visit/days.js';

/** @typedef {{from: string, to: string, kind: string, channel: string | null}} Past */

export class AqFacility extends AqElement {
  static properties = { id: { attribute: false }, embedded: { type: Boolean }, past: { state: true }, open: { state: true } };

  constructor() {
    super();
    this.id = '';
    this.embedded = false;
    /** @type {Past[]} */
    this.past = [];
    /** @type {any[]} */
    this.open = [];
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(this.app, 'reference', () => this.requestUpdate());
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('id')) this.#readHistory();
  }

  async #readHistory() {
    const { id } = this;
    const { engine } = this.app;
    const channels = (await engine.channels()).filter((/** @type {any} */ entry) => entry.visit?.doc.facility === id);
    /** @type {Map<string, Past>} */
    const past = new Map();
    /** @type {Map<string, any>} */
    const open = new Map();
    for (const { channel, visit } of channels) {
      const { from, to, kind } = visit.doc;
      past.set(`${from} ${kind}`, { from, to, kind, channel });
      const brief = (await engine.get(channel, briefId(channel)))?.doc;
      for (const earlier of brief?.earlier ?? []) {
        const key = `${earlier.from} ${earlier.kind}`;
        if (!past.has(key)) past.set(key, { ...earlier, channel: null });
      }
      for (const recommendation of brief?.recommendations ?? []) open.set(recommendation.id, recommendation);
    }
    if (id !== this.id) return;
    this.past = [...past.values()].sort((a, b) => b.from.localeCompare(a.from));
    this.open = [...open.values()];
  }

  render() {
    const { app } = this;
    const doc = app.facility(this.id)?.doc;
    if (!doc) {
      return html`<div class="page"><div class="card empty">${icon('building')}<p>${this.t('facilities.missing')}</p>
        <button class="btn" type="button" @click=${() => app.go('facilities', {}, { replace: true })}>${this.t('facilities.toList')}</button></div></div>`;
    }
    const content = html`
      <div class="stack">
        <section class="card stack">
          <div class="stack tight">
            <h2>${app.multi(doc.name)}</h2>
            <p class="meta">${[app.label('facility_types', doc.facility_type), app.label('regions', doc.region)].filter(Boolean).join(' · ')}</p>
            ${doc.closed ? html`<p><span class="badge wait">${icon('info')} ${this.t('facilities.closed', { date: app.formatDate(doc.closed) })}</span></p>` : nothing}
          </div>
          ${facilityFacts(app, doc)}
          ${mayLead(app.status) && !doc.closed ? html`<button class="btn" type="button" @click=${() => app.go('new-visit', { facility: this.id })}>${icon('plus')} ${this.t('facilities.special')}</button>` : nothing}
        </section>
        ${this.#history()}
      </div>`;
    return this.embedded ? content : html`<div class="page">${content}</div>`;
  }

  #history() {
    const { app } = this;
    return html`
      <section class="card">
        <h2>${this.t('facilities.history')}</h2>
        ${this.open.length ? html`<p class="row">${icon('flag')} ${this.t('facilities.openRecommendations', { n: this.open.length })}</p>` : nothing}
        ${this.past.length ? html`<div class="list">${this.past.map((visit) => html`
          <button class="list-item" type="button" ?disabled=${!visit.channel} @click=${() => app.go('visit', { channel: visit.channel, step: 'prepare' })}>
            ${icon('calendar')}<span class="body"><strong>${app.label('visit_kinds', visit.kind)}</strong>
            <span class="meta">${app.formatDate(visit.from)}</span></span>
            ${visit.channel ? html`<span class="aside">${icon('arrow-right')}</span>` : nothing}
          </button>`)}</div>` : html`<p class="meta">${this.t('facilities.history.none')}</p>`}
      </section>
    `;
  }
}

/**
 * What is known of a facility, as a list of terms; what is not known is left out.
 * @param {import('../context.js').App} app @param {any} doc
 */
export function facilityFacts(app, doc) {
  const type = app.catalogue('facility_types').find((item) => item.id === doc.facility_type);
  const policy = doc.recording ?? type?.recording ?? {};
  const allowed = ['photo', 'audio', 'video'].filter((kind) => policy[kind] === 'allowed').map((kind) => app.t(`facilities.${kind}`));
  const rows = [
    ['authority', app.label('authorities', doc.authority)],
    ['address', app.multi(doc.address)],
    ['capacity', doc.capacity ? app.t('facilities.people', { n: doc.capacity }) : ''],
    ['holds', (doc.holds ?? []).map((/** @type {string} */ id) => app.label('categories', id)).join(', ')],
    ['opened', app.formatDate(doc.opened)],
    ['codes', (doc.codes ?? []).join(', ')],
    ['aliases', (doc.aliases ?? []).join(', ')],
    ['recording', allowed.join(', ') || app.t('facilities.noRecording')],
  ];
  return html`<dl class="facts">${rows.filter(([, value]) => value).map(([name, value]) => html`<dt>${app.t(`facilities.${name}`)}</dt><dd>${value}</dd>`)}</dl>`;
}

customElements.define('aq-facility', AqFacility);
