/**
 * <aq-library>: standards and legislation, read and searched without a connection. Works first; articles as
 * soon as something is asked; the chosen article beside where there is room.
 */
import { html, icon, nothing } from '../element.js';
import './article.js';
import { slugOf } from './articles.js';
import { Shelf } from './shelf.js';

export class AqLibrary extends Shelf {
  static properties = { ...Shelf.properties, chosen: { state: true } };

  #wide = matchMedia('(min-width: 1100px)');

  constructor() {
    super();
    /** @type {{library: string, article: string} | null} */
    this.chosen = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(this.#wide, 'change', () => this.requestUpdate());
  }

  /** @param {string} library @param {string} article */
  #open(library, article) {
    if (this.#wide.matches) this.chosen = { library, article };
    else this.app.go('article', { library, article });
  }

  render() {
    if (!this.libraries) return html`<p class="opening" role="status">${this.t('shell.opening')}</p>`;
    if (this.libraries.length === 0) return html`<div class="page">${this.emptyShelf()}</div>`;
    const asked = this.query.trim() || this.theme;
    const { chosen } = this;
    return html`
      <div class="page wide"><div class="split">
        <section class="stack">
          ${this.searchFields()}
          ${asked ? this.articleList(this.found(), ({ library, article }) => this.#open(library, article), chosen ? `${chosen.library}/${chosen.article}` : '') : this.#works()}
        </section>
        ${this.#wide.matches ? html`<div class="detail">${chosen ? html`<aq-article .app=${this.app} .library=${chosen.library} .article=${chosen.article} embedded
            @aq-turn=${(/** @type {CustomEvent} */ event) => { this.chosen = event.detail; }}></aq-article>`
          : html`<div class="card empty">${icon('book')}<p>${this.t('library.choose')}</p></div>`}</div>` : nothing}
      </div></div>
    `;
  }

  #works() {
    const { app } = this;
    return html`
      <div class="card list">${/** @type {import('../context.js').Reading[]} */ (this.libraries).map(({ doc }) => html`
        <button class="list-item" type="button" ?disabled=${!doc.articles?.length} @click=${() => this.#open(slugOf(doc._id), String(doc.articles[0].id))}>
          ${icon('book')}<span class="body"><strong>${app.multi(doc.title)}</strong>
            <span class="meta">${this.t(`library.kind.${doc.kind}`)} · ${this.t('library.articles', { n: doc.articles?.length ?? 0 })}</span></span>
          <span class="aside">${icon('arrow-right')}</span>
        </button>`)}</div>
    `;
  }
}

customElements.define('aq-library', AqLibrary);
