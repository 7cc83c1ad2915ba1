/**
 * <aq-evidence>: picks what a finding rests on from the visit's material.
 *
 * Properties: `items` (documents), `chosen` (ids), `interviews`. Event `change` with the new ids in `detail`.
 */
import { AqElement, html, icon, repeat } from '../element.js';
import { describe } from './material.js';

/** Above this the list offers a search. */
const SEARCH_FROM = 8;

class Evidence extends AqElement {
  static properties = { items: { attribute: false }, chosen: { attribute: false }, interviews: { attribute: false }, wish: { state: true } };

  constructor() {
    super();
    /** @type {Record<string, any>[]} */ this.items = [];
    /** @type {string[]} */ this.chosen = [];
    /** @type {Record<string, any>[]} */ this.interviews = [];
    this.wish = '';
  }

  /** @param {string} id @param {boolean} on */
  #choose(id, on) {
    const next = on ? [...this.chosen, id] : this.chosen.filter((entry) => entry !== id);
    this.dispatchEvent(new CustomEvent('change', { detail: next }));
  }

  render() {
    const named = this.items.map((doc) => ({ doc, ...describe(this.app, doc, this.interviews) })).reverse();
    const wish = this.wish.toLocaleLowerCase();
    const shown = named.filter((entry) => this.chosen.includes(entry.doc._id) || `${entry.title} ${entry.meta}`.toLocaleLowerCase().includes(wish));
    if (!named.length) return html`<p class="hint">${this.t('wrapup.noMaterial')}</p>`;
    return html`
      ${named.length >= SEARCH_FROM ? html`
        <label class="field"><span class="sr-only">${this.t('wrapup.searchEvidence')}</span>
          <input type="search" autocomplete="off" spellcheck="false" placeholder=${this.t('wrapup.searchEvidence')}
            .value=${this.wish} @input=${(/** @type {any} */ event) => { this.wish = event.target.value; }}></label>` : ''}
      <div class="choices evidence">
        ${repeat(shown, (entry) => entry.doc._id, (entry) => html`
          <label class="choice">
            <input type="checkbox" autocomplete="off" .checked=${this.chosen.includes(entry.doc._id)}
              @change=${(/** @type {any} */ event) => { event.stopPropagation(); this.#choose(entry.doc._id, event.target.checked); }}>
            ${icon(entry.icon)}
            <span class="grow">${entry.title}<span class="meta">${entry.meta}</span></span>
          </label>`)}
      </div>`;
  }
}

customElements.define('aq-evidence', Evidence);
