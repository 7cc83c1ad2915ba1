/**
 * <aq-facility-choice>: a facility found in the register by name, alias or code. Dispatches `choose` with its id, or
 * null where another one is wanted.
 */
import { AqElement, html, icon, nothing } from '../element.js';
import { find, searchKeys } from '../facilities/search.js';

const SHOWN = 6;

export class AqFacilityChoice extends AqElement {
  static properties = { chosen: { attribute: false }, first: { attribute: false }, wrong: { type: Boolean }, query: { state: true } };

  constructor() {
    super();
    /** @type {string | null} the chosen facility's id */
    this.chosen = null;
    /** What is searched for to begin with. */
    this.first = '';
    this.wrong = false;
    this.query = '';
  }

  connectedCallback() {
    super.connectedCallback();
    this.query = this.first;
    this.listen(this.app, 'reference', () => this.requestUpdate());
  }

  /** @param {string | null} id */
  #choose(id) {
    this.dispatchEvent(new CustomEvent('choose', { detail: id }));
  }

  render() {
    const { app } = this;
    const about = (/** @type {any} */ doc) => html`<strong>${app.multi(doc.name)}</strong>`;
    const kind = (/** @type {any} */ doc) => [app.label('facility_types', doc.facility_type), app.label('regions', doc.region)].filter(Boolean).join(' · ');
    const chosen = app.facility(this.chosen)?.doc;
    if (chosen) {
      return html`<h2>${this.t('new.facility')}</h2>
        <div class="chosen-facility row between"><span class="grow">${about(chosen)}<br><span class="meta">${kind(chosen)}</span></span>
          <button class="btn small" type="button" @click=${() => this.#choose(null)}>${this.t('new.facility.change')}</button></div>`;
    }
    const open = app.facilities().filter(({ doc }) => !doc.closed);
    const found = this.query.trim() ? find(open, ({ doc }) => searchKeys(doc), this.query).slice(0, SHOWN) : [];
    return html`
      <label class="field"><span class="label">${this.t('new.facility')}</span>
        <input type="search" autocomplete="off" spellcheck="false" placeholder=${this.t('facilities.search')} .value=${this.query} aria-invalid=${this.wrong ? 'true' : 'false'}
          @input=${(/** @type {any} */ event) => { this.query = event.target.value; }}>
        ${this.wrong ? html`<span class="error" role="alert">${this.t('new.facility.wrong')}</span>` : nothing}</label>
      ${found.length ? html`<div class="list found-facilities">${found.map(({ doc }) => html`
        <button class="list-item" type="button" @click=${() => this.#choose(doc._id)}>${icon('building')}
          <span class="body">${about(doc)}<span class="meta">${kind(doc)}</span></span></button>`)}</div>`
        : this.query.trim() ? html`<p class="meta" role="status">${this.t('facilities.none')}</p>` : nothing}
    `;
  }
}

customElements.define('aq-facility-choice', AqFacilityChoice);
