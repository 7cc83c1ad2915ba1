/**
 * <aq-facilities>: the register on the tablet, searched and filtered; beside the chosen one where there is room.
 */
import { AqElement, html, icon, nothing } from '../element.js';
import './card.js';
import { find, searchKeys } from './search.js';

const STEP = 40;

export class AqFacilities extends AqElement {
  static properties = {
    query: { state: true }, region: { state: true }, type: { state: true }, closed: { state: true }, chosen: { state: true }, limit: { state: true },
  };

  /** @type {Map<string, {rev: string, keys: import('./search.js').SearchKeys}>} */
  #keys = new Map();
  #wide = matchMedia('(min-width: 1100px)');

  constructor() {
    super();
    this.query = '';
    this.region = '';
    this.type = '';
    this.closed = false;
    /** @type {string | null} */
    this.chosen = null;
    this.limit = STEP;
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(this.app, 'reference', () => this.requestUpdate());
    this.listen(this.#wide, 'change', () => this.requestUpdate());
  }

  /** @param {import('../context.js').Reading} reading */
  #keysOf = ({ doc, rev }) => {
    let held = this.#keys.get(doc._id);
    if (held?.rev !== rev) {
      held = { rev, keys: searchKeys(doc) };
      this.#keys.set(doc._id, held);
    }
    return held.keys;
  };

  #found() {
    const { app } = this;
    const inFilters = app.facilities().filter(({ doc }) => (!this.region || doc.region === this.region)
      && (!this.type || doc.facility_type === this.type) && (this.closed || this.query || !doc.closed));
    const byName = inFilters.sort((a, b) => app.multi(a.doc.name).localeCompare(app.multi(b.doc.name), app.language, { numeric: true }));
    return find(byName, this.#keysOf, this.query);
  }

  /** @param {string} id */
  #open(id) {
    if (this.#wide.matches) this.chosen = id;
    else this.app.go('facility', { id });
  }

  #reset() {
    Object.assign(this, { query: '', region: '', type: '', closed: false, limit: STEP });
  }

  render() {
    const { app } = this;
    if (app.facilities().length === 0) {
      return html`<div class="page"><div class="card empty">${icon('building')}<strong>${this.t('facilities.empty')}</strong><p>${this.t('facilities.empty.text')}</p>
        <button class="btn" type="button" @click=${() => app.go('home', {}, { replace: true })}>${this.t('shell.home')}</button></div></div>`;
    }
    const found = this.#found();
    return html`
      <div class="page wide"><div class="split">
        <section class="stack">
          ${this.#filters()}
          <p class="meta" role="status">${this.t('facilities.count', { n: found.length })}</p>
          ${found.length ? this.#list(found) : html`
            <div class="card empty">${icon('search')}<strong>${this.t('facilities.none')}</strong><p>${this.t('facilities.none.text')}</p>
              <button class="btn" type="button" @click=${this.#reset}>${this.t('facilities.reset')}</button></div>`}
        </section>
        ${this.#wide.matches ? html`<div class="detail">${this.chosen ? html`<aq-facility .app=${app} .id=${this.chosen} embedded></aq-facility>`
          : html`<div class="card empty">${icon('building')}<p>${this.t('facilities.choose')}</p></div>`}</div>` : nothing}
      </div></div>
    `;
  }

  #filters() {
    const { app } = this;
    const select = (/** @type {'region' | 'type'} */ name, /** @type {string} */ catalogue, /** @type {string} */ all) => html`
      <label class="field grow"><span class="sr-only">${this.t(`facilities.${name}`)}</span>
        <select autocomplete="off" @change=${(/** @type {any} */ event) => { this[name] = event.target.value; this.limit = STEP; }}>
          <option value="" .selected=${!this[name]}>${all}</option>
          ${app.catalogue(catalogue).map((item) => html`<option value=${item.id} .selected=${item.id === this[name]}>${app.multi(item.label)}</option>`)}
        </select></label>`;
    return html`
      <div class="stack tight" role="search">
        <label class="field"><span class="sr-only">${this.t('shell.search')}</span>
          <input type="search" autocomplete="off" spellcheck="false" placeholder=${this.t('facilities.search')} .value=${this.query}
            @input=${(/** @type {any} */ event) => { this.query = event.target.value; this.limit = STEP; }}></label>
        <div class="filters">${select('region', 'regions', this.t('facilities.allRegions'))}${select('type', 'facility_types', this.t('facilities.allTypes'))}</div>
        <label class="row"><input type="checkbox" autocomplete="off" .checked=${this.closed} @change=${(/** @type {any} */ event) => { this.closed = event.target.checked; }}> ${this.t('facilities.closedToo')}</label>
      </div>
    `;
  }

  /** @param {import('../context.js').Reading[]} found */
  #list(found) {
    const { app } = this;
    return html`
      <div class="card list">
        ${found.slice(0, this.limit).map(({ doc }) => html`
          <button class="list-item" type="button" aria-current=${this.#wide.matches && doc._id === this.chosen ? 'true' : 'false'} @click=${() => this.#open(doc._id)}>
            ${icon('building')}
            <span class="body"><strong>${app.multi(doc.name)}</strong>
              <span class="meta">${[app.label('facility_types', doc.facility_type), app.label('regions', doc.region)].filter(Boolean).join(' · ')}</span></span>
            ${doc.closed ? html`<span class="aside">${this.t('facilities.closed', { date: doc.closed.slice(0, 4) })}</span>` : doc.codes?.length ? html`<span class="aside">${doc.codes[0]}</span>` : nothing}
          </button>`)}
      </div>
      ${found.length > this.limit ? html`<button class="btn block" type="button" @click=${() => { this.limit += STEP; }}>${this.t('shell.showMore')}</button>` : nothing}
    `;
  }
}

customElements.define('aq-facilities', AqFacilities);
