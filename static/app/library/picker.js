/**
 * <aq-norm-picker>: the library as a choice: one tap opens an article's text, one more cites it.
 *
 * Gives `aq-picked` with the norm. Used through `app.pickNorm`.
 */
import { html, icon } from '../element.js';
import { Shelf } from './shelf.js';

export class AqNormPicker extends Shelf {
  static properties = { ...Shelf.properties, open: { state: true } };

  constructor() {
    super();
    /** @type {import('./articles.js').Article | null} */
    this.open = null;
  }

  render() {
    if (!this.libraries) return html`<p class="opening" role="status">${this.t('shell.opening')}</p>`;
    if (this.libraries.length === 0) return this.emptyShelf();
    return html`<div class="stack">${this.open ? this.#article(this.open) : html`${this.searchFields()}${this.articleList(this.found(), (article) => { this.open = article; })}`}</div>`;
  }

  /** @param {import('./articles.js').Article} article */
  #article({ norm, library, heading, text, lang }) {
    return html`
      <p class="meta">${this.app.multi(this.library(library)?.title)}</p>
      <h3 lang=${lang}>${heading}</h3>
      <div class="prose" lang=${lang}>${text.split(/\n+/).filter(Boolean).map((paragraph) => html`<p>${paragraph}</p>`)}</div>
      <div class="row">
        <button class="btn" type="button" @click=${() => { this.open = null; }}>${icon('arrow-left')} ${this.t('shell.back')}</button>
        <button class="btn primary" type="button" @click=${() => this.dispatchEvent(new CustomEvent('aq-picked', { detail: norm }))}>${icon('check')} ${this.t('library.pickThis')}</button>
      </div>
    `;
  }
}

customElements.define('aq-norm-picker', AqNormPicker);

/**
 * What the dialog shows.
 * @param {import('../context.js').App} app @param {string | null} theme
 */
export function normPicker(app, theme) {
  return (/** @type {(value: any) => void} */ close) => html`
    <aq-norm-picker .app=${app} .theme=${theme} @aq-picked=${(/** @type {CustomEvent} */ event) => close(event.detail)}></aq-norm-picker>`;
}
