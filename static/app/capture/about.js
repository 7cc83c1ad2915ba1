// Where, what about and from whom: the three things that make a note or a photo findable later.
//
// Owns: the fields for place, theme and source type, with this visit's earlier places one tap away.
// Emits `about-change` with `{place, theme, source}`. Stores nothing.

import { AqElement, html, nothing } from '../element.js';
import { chips } from './chips.js';

/** @typedef {{place: string, theme: string | null, source: string | null}} About */

export class AqAbout extends AqElement {
  static properties = {
    value: { attribute: false },
    places: { attribute: false },
    sources: { type: Boolean },
    allThemes: { state: true },
  };

  constructor() {
    super();
    /** @type {About} */
    this.value = { place: '', theme: null, source: null };
    /** @type {string[]} */
    this.places = [];
    this.sources = false;
    this.allThemes = false;
  }

  render() {
    const themes = this.app.catalogue('themes');
    const theme = this.value.theme;
    const chosen = themes.find((/** @type {any} */ item) => item.id === theme);
    const top = chosen?.parent ?? theme;
    return html`<div class="stack">
      <label class="field"><span class="label">${this.t('capture.place')}</span>
        <input autocomplete="off" spellcheck="false" .value=${this.value.place} placeholder=${this.t('capture.place.example')}
          @input=${(/** @type {any} */ event) => this.change({ place: event.target.value })}>
        ${this.places.length ? chips({
          label: this.t('capture.place.recent'), quiet: true, value: this.value.place,
          items: this.places.map((place) => ({ id: place, label: place })),
          onPick: (place) => this.change({ place: place === this.value.place ? '' : place }),
        }) : nothing}
      </label>
      ${chips({
        label: this.t('capture.theme'), value: [top, theme].filter(Boolean),
        items: this.items(themes.filter((/** @type {any} */ item) => !item.parent)),
        onPick: (id) => this.change({ theme: id === top ? null : id }),
      })}
      ${top ? this.renderNarrower(themes.filter((/** @type {any} */ item) => item.parent === top), top) : nothing}
      ${this.sources ? chips({
        label: this.t('capture.source'), hint: this.t('capture.source.hint'), value: this.value.source,
        items: this.items(this.app.catalogue('sources')),
        onPick: (id) => this.change({ source: id === this.value.source ? null : id }),
      }) : nothing}
    </div>`;
  }

  /** @param {any[]} narrower @param {string} top */
  renderNarrower(narrower, top) {
    if (!narrower.length) return nothing;
    return chips({
      label: this.t('capture.theme.narrower'), quiet: true, value: this.value.theme, items: this.items(narrower),
      onPick: (id) => this.change({ theme: id === this.value.theme ? top : id }),
    });
  }

  /** @param {any[]} items @returns {import('./chips.js').Chip[]} */
  items(items) {
    return items.map((item) => ({ id: item.id, label: this.app.multi(item.label) }));
  }

  /** @param {Partial<About>} patch */
  change(patch) {
    this.value = { ...this.value, ...patch };
    this.dispatchEvent(new CustomEvent('about-change', { detail: this.value, bubbles: true }));
  }
}

customElements.define('aq-about', AqAbout);
