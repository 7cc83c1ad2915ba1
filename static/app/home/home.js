/**
 * <aq-home>: what is next. Today's visit with one thing to do, coming visits, and what is only on this tablet.
 */
import { AqElement, html, icon, nothing } from '../element.js';
import { briefId, daysBetween, today, visitDay, visitState } from '../visit/days.js';
import { facilityName, kindName } from '../visit/names.js';
import { mayLead } from '../visit/policy.js';
import { provisionalNotice } from '../vault/confirmation.js';
import { setPin } from '../vault/pin_pad.js';
import { stepOf } from './step.js';

/** @typedef {{channel: string, visit: any, brief: any, state: ReturnType<typeof visitState>, kinds: Set<string>}} Row */

export class AqHome extends AqElement {
  static properties = { rows: { state: true }, returned: { state: true } };

  constructor() {
    super();
    /** @type {Row[] | null} */
    this.rows = null;
    /** @type {{channel: string, n: number}[]} what the office handed back, by visit */
    this.returned = [];
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(this.app, 'status', () => this.requestUpdate());
    this.listen(this.app, 'reference', () => this.requestUpdate());
    this.follow(null, () => this.#read());
  }

  async #read() {
    const { engine } = this.app;
    const now = new Date();
    const channels = await engine.channels();
    const rows = await Promise.all(channels.filter((/** @type {any} */ entry) => entry.visit).map(async (/** @type {any} */ { channel, visit }) => {
      const [brief, events] = await Promise.all([engine.get(channel, briefId(channel)), engine.list(channel, 'event')]);
      return { channel, visit: visit.doc, brief: brief?.doc, state: visitState(visit.doc, now), kinds: new Set(events.map((/** @type {any} */ { doc }) => doc.kind)) };
    }));
    this.returned = await returnedItems(engine);
    this.rows = rows.sort((a, b) => a.visit.from.localeCompare(b.visit.from));
  }

  render() {
    if (!this.rows) return html`<p class="opening" role="status">${this.t('shell.opening')}</p>`;
    const of = (/** @type {Row['state']} */ state) => /** @type {Row[]} */ (this.rows).filter((row) => row.state === state);
    const [now, unfinished, coming, closed] = [of('now'), of('unfinished'), of('coming'), of('closed')];
    return html`
      <div class="page wide"><div class="home">
        <div class="stack loose">
          ${provisionalNotice(this.app, this.rows.length > 0)}
          ${this.returned.map(({ channel, n }) => html`<div class="notice wait" data-part="returned">${icon('warning')}<p>${this.t('home.returned', { n })}</p>
            <button class="btn small" type="button" data-action="see-returned" @click=${() => this.app.go('visit', { channel, step: 'deliver' })}>${this.t('home.returned.see')}</button></div>`)}
          ${now.map((row, index) => this.#big(row, index === 0))}
          ${now.length === 0 && this.rows.length ? html`<p class="meta">${this.t('home.notToday')}</p>` : nothing}
          ${this.rows.length === 0 && !this.app.status?.provisional ? this.#empty() : nothing}
          ${unfinished.length ? this.#list('home.unfinished', unfinished.reverse(), this.t('home.unfinished.text')) : nothing}
          ${coming.length ? this.#list('home.coming', coming) : nothing}
          ${closed.length ? this.#list('home.earlier', closed.reverse()) : nothing}
        </div>
        <div class="stack loose">
          ${this.#here()}
          ${this.app.status?.pinReady ? nothing : html`<div class="notice info">${icon('key')}<p>${this.t('home.pin')}</p><button class="btn small" type="button" @click=${() => setPin(this.app)}>${this.t('vault.pin.set')}</button></div>`}
          ${mayLead(this.app.status) && !this.app.status?.provisional ? html`
            <section class="card stack">
              <h2>${this.t('home.special')}</h2><p class="meta">${this.t('home.special.text')}</p>
              <button class="btn" type="button" @click=${() => this.app.go('new-visit')}>${icon('plus')} ${this.t('facilities.special')}</button>
            </section>` : nothing}
        </div>
      </div></div>
    `;
  }

  /** @param {Row} row @param {boolean} first the one primary action of the screen is its */
  #big(row, first) {
    const { app } = this;
    const { channel, visit, brief, kinds } = row;
    const facility = this.#facility(row);
    const { day, days } = visitDay(visit, new Date());
    const open = brief?.recommendations ?? [];
    const overdue = open.filter((/** @type {any} */ entry) => entry.overdue).length;
    const step = stepOf(row);
    const label = step === 'onsite' && kinds.has('arrival') ? 'home.go.continue' : `home.go.${step}`;
    const facts = [
      ['people', this.t('home.team', { n: visit.team?.length ?? 0 })],
      ...(open.length ? [['flag', [this.t('home.recommendations', { n: open.length }), overdue && this.t('home.overdue', { n: overdue })].filter(Boolean).join('; ')]] : []),
      ...(app.multi(facility?.address) ? [['map', app.multi(facility.address)]] : []),
    ];
    return html`
      <section class="card today stack" aria-labelledby="today-${channel}">
        <div>
          <p class="meta">${[this.t('home.today'), kindName(app, visit), days > 1 ? this.t('shell.dayOf', { day, days }) : ''].filter(Boolean).join(' · ')}</p>
          <h2 class="name" id="today-${channel}">${facilityName(app, visit, row.brief)}</h2>
        </div>
        <ul class="stack tight">${facts.map(([sign, text]) => html`<li class="row fact">${icon(sign)} <span>${text}</span></li>`)}</ul>
        ${visit.objectives ? html`<p>${visit.objectives}</p>` : nothing}
        <div class="row">
          <button class="btn ${first ? 'primary' : ''} grow" type="button" @click=${() => app.go('visit', { channel, step })}>${this.t(label)} ${icon('arrow-right')}</button>
          ${step === 'onsite' ? html`<button class="btn" type="button" @click=${() => app.go('visit', { channel, step: 'prepare' })}>${this.t('home.prepare')}</button>` : nothing}
        </div>
      </section>
    `;
  }

  /** @param {string} title @param {Row[]} rows @param {string} [text] */
  #list(title, rows, text = '') {
    const { app } = this;
    const now = today(new Date());
    return html`
      <section class="card">
        <h2>${this.t(title)}</h2>
        ${text ? html`<p class="meta">${text}</p>` : nothing}
        <div class="list">${rows.map((row) => {
          const away = daysBetween(now, row.visit.from);
          return html`
            <button class="list-item" type="button" @click=${() => app.go('visit', { channel: row.channel, step: stepOf(row) })}>
              ${icon('calendar')}
              <span class="body"><strong>${facilityName(app, row.visit, row.brief)}</strong>
                <span class="meta">${[kindName(app, row.visit), app.formatDate(row.visit.from, { day: 'numeric', month: 'long' })].filter(Boolean).join(' · ')}</span></span>
              <span class="aside ${away > 0 ? 'when' : ''}">${away > 0 ? this.t('home.in', { n: away }) : icon('arrow-right')}</span>
            </button>`;
        })}</div>
      </section>
    `;
  }

  #here() {
    const { app } = this;
    const status = app.status ?? {};
    const n = status.waiting?.documents ?? 0;
    const connection = status.connection ?? 'offline';
    const show = async () => (await import('../state.js')).stateDialog(app);
    return html`
      <section class="card stack" aria-live="polite">
        <h2>${this.t('home.here')}</h2>
        ${n ? html`<p><span class="big-number">${app.formatNumber(n)}</span> ${this.t('home.here.items', { n })}${status.waiting.bytes ? ` · ${app.formatBytes(status.waiting.bytes)}` : ''}</p>`
          : html`<p class="text-ok">${icon('check')} ${this.t('home.here.none')}</p>`}
        <div class="row top fact">${icon(connection === 'online' ? 'wifi' : connection === 'offline' ? 'wifi-off' : 'warning')}
          <p class="grow"><strong>${this.t(`state.${connection}`)}.</strong> <span class="meta">${this.t(`state.${connection}.text`)}</span></p></div>
        <button class="btn" type="button" @click=${show}>${this.t('home.here.more')}</button>
      </section>
    `;
  }

  #empty() {
    return html`
      <section class="card empty">
        ${icon('calendar')}<strong>${this.t('home.empty')}</strong><p>${this.t('home.empty.text')}</p>
        <div class="row">
          <button class="btn" type="button" @click=${() => this.app.go('facilities', {}, { replace: true })}>${icon('building')} ${this.t('shell.facilities')}</button>
          <button class="btn" type="button" @click=${() => this.app.go('library', {}, { replace: true })}>${icon('book')} ${this.t('shell.library')}</button>
        </div>
      </section>
    `;
  }

  /** The register's facility, or the one the brief brought. @param {Row} row */
  #facility({ visit, brief }) {
    return this.app.facility(visit.facility)?.doc ?? brief?.facility;
  }
}

/**
 * The whole ledger is read only where something was handed back.
 * @param {import('../../engine/client.js').EngineClient} engine
 * @returns {Promise<{channel: string, n: number}[]>}
 */
async function returnedItems(engine) {
  const known = await engine.meta('quarantine');
  if (!known?.items?.some((/** @type {any} */ item) => item.decision === 'returned')) return [];
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { channel, decision } of (await engine.ledger()).items) {
    if (decision?.decision === 'returned') counts.set(channel, (counts.get(channel) ?? 0) + 1);
  }
  return [...counts].map(([channel, n]) => ({ channel, n }));
}

customElements.define('aq-home', AqHome);
