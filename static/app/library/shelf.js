/**
 * Base of what searches the library: reads it, keeps the index as long as the element stands, draws search and list.
 */
import { AqElement, html, icon, nothing } from '../element.js';
import { ArticleSearch, articlesOf, excerpt, slugOf, themesUnder } from './articles.js';

const STEP = 40;

export class Shelf extends AqElement {
  static properties = { theme: { attribute: false }, query: { state: true }, libraries: { state: true }, limit: { state: true } };

  /** @type {ArticleSearch | undefined} */
  #search;

  constructor() {
    super();
    this.query = '';
    /** @type {string | null} */
    this.theme = null;
    /** @type {import('../context.js').Reading[] | null} */
    this.libraries = null;
    this.limit = STEP;
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(this.app, 'reference', () => this.requestUpdate());
    this.listen(this.app, 'language', () => { this.#search = undefined; });
    this.#read();
  }

  async #read() {
    this.libraries = await this.app.engine.list('reference', 'library');
    this.#search = undefined;
  }

  /** @returns {import('./articles.js').Article[]} */
  found() {
    this.#search ??= new ArticleSearch(articlesOf(this.libraries ?? [], this.app.language));
    const found = this.#search.find(this.query);
    if (!this.theme) return found;
    const themes = themesUnder(this.app.catalogue('themes'), this.theme);
    return found.filter((article) => article.themes.some((theme) => themes.has(theme)));
  }

  /** @param {string} slug */
  library(slug) {
    return this.libraries?.find(({ doc }) => slugOf(doc._id) === slug)?.doc;
  }

  searchFields() {
    const { app } = this;
    return html`
      <div class="stack tight" role="search">
        <label class="field"><span class="sr-only">${this.t('shell.search')}</span>
          <input type="search" autocomplete="off" spellcheck="false" placeholder=${this.t('library.search')} .value=${this.query}
            @input=${(/** @type {any} */ event) => { this.query = event.target.value; this.limit = STEP; }}></label>
        <label class="field"><span class="sr-only">${this.t('library.theme')}</span>
          <select autocomplete="off" @change=${(/** @type {any} */ event) => { this.theme = event.target.value || null; this.limit = STEP; }}>
            <option value="" .selected=${!this.theme}>${this.t('library.allThemes')}</option>
            ${app.catalogue('themes').map((item) => html`<option value=${item.id} .selected=${item.id === this.theme}>${item.parent ? '— ' : ''}${app.multi(item.label)}</option>`)}
          </select></label>
      </div>
    `;
  }

  /**
   * @param {import('./articles.js').Article[]} found
   * @param {(article: import('./articles.js').Article) => void} choose
   * @param {string} [current] the norm that is open beside
   */
  articleList(found, choose, current = '') {
    if (found.length === 0) {
      return html`<div class="card empty">${icon('search')}<strong>${this.t('library.none')}</strong><p>${this.t('library.none.text')}</p>
        <button class="btn" type="button" @click=${() => { this.query = ''; this.theme = null; }}>${this.t('library.reset')}</button></div>`;
    }
    return html`
      <p class="meta" role="status">${this.t('library.articles', { n: found.length })}</p>
      <div class="card list">${found.slice(0, this.limit).map((article) => html`
        <button class="list-item" type="button" aria-current=${article.norm === current ? 'true' : 'false'} @click=${() => choose(article)}>
          ${icon('book')}<span class="body"><strong lang=${article.lang}>${article.heading || article.article}</strong>
            <span class="meta">${this.app.multi(this.library(article.library)?.short)} · <span lang=${article.lang}>${excerpt(article.text, this.query)}</span></span></span>
        </button>`)}</div>
      ${found.length > this.limit ? html`<button class="btn block" type="button" @click=${() => { this.limit += STEP; }}>${this.t('shell.showMore')}</button>` : nothing}
    `;
  }

  emptyShelf() {
    return html`<div class="card empty">${icon('book')}<strong>${this.t('library.empty')}</strong><p>${this.t('facilities.empty.text')}</p></div>`;
  }
}
