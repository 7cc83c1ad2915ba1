/**
 * <aq-article library article>: one article in its own language, the ones before and after, and the contents.
 *
 * Embedded, it asks its host to turn the page (`aq-turn`) instead of going elsewhere.
 */
import { AqElement, html, icon, nothing } from '../element.js';
import { LANGUAGE_NAMES } from '../i18n.js';
import { headingOf, languageOf, slugOf } from './articles.js';

export class AqArticle extends AqElement {
  static properties = { library: { attribute: false }, article: { attribute: false }, embedded: { type: Boolean }, work: { state: true }, missing: { state: true } };

  constructor() {
    super();
    this.library = '';
    this.article = '';
    this.embedded = false;
    /** @type {any} */
    this.work = null;
    this.missing = false;
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('library')) this.#read();
  }

  async #read() {
    const slug = slugOf(this.library);
    const reading = await this.app.engine.get('reference', `library:${slug}`).catch(() => null);
    this.work = reading?.doc ?? null;
    this.missing = !reading;
  }

  /** @param {string} article */
  #turn(article) {
    const place = { library: slugOf(this.library), article };
    if (this.embedded) this.dispatchEvent(new CustomEvent('aq-turn', { detail: place }));
    else this.app.go('article', place, { replace: true });
  }

  render() {
    const wrap = (/** @type {unknown} */ content) => (this.embedded ? content : html`<div class="page">${content}</div>`);
    const { app, work } = this;
    const articles = work?.articles ?? [];
    const index = articles.findIndex((/** @type {any} */ entry) => String(entry.id) === String(this.article));
    if (this.missing || (work && index < 0)) {
      return wrap(html`<div class="card empty">${icon('book')}<p>${this.t('library.missing')}</p>
        <button class="btn" type="button" @click=${() => app.go('library', {}, { replace: true })}>${this.t('library.toLibrary')}</button></div>`);
    }
    if (!work) return wrap(html`<p class="opening" role="status">${this.t('shell.opening')}</p>`);
    const { themes = [], ...entry } = articles[index];
    const [heading, text] = [headingOf(entry.id, app.multi(entry.heading)), app.multi(entry.text)];
    const language = languageOf(entry.text, work.text_lang, app.language);
    const foreign = language && language !== app.language;
    const name = LANGUAGE_NAMES[/** @type {'ru'} */ (language)]?.name ?? language;
    return wrap(html`
      <article class="stack">
        <section class="card stack">
          <p class="meta">${app.multi(work.title)}</p>
          <h2 lang=${language}>${heading}</h2>
          <div class="row">
            ${themes.map((/** @type {string} */ theme) => html`<span class="badge">${app.label('themes', theme)}</span>`)}
            ${foreign ? html`<span class="badge info">${icon('language')} ${this.t('library.textIn', { language: name })}</span>` : nothing}
          </div>
          <div class="prose" lang=${language}>${text.split(/\n{1,}/).filter(Boolean).map((paragraph) => html`<p>${paragraph}</p>`)}</div>
        </section>
        <div class="row between">
          <button class="btn" type="button" ?disabled=${index === 0} @click=${() => this.#turn(String(articles[index - 1].id))}>${icon('arrow-left')} ${this.t('library.previous')}</button>
          <button class="btn" type="button" ?disabled=${index === articles.length - 1} @click=${() => this.#turn(String(articles[index + 1].id))}>${this.t('library.next')} ${icon('arrow-right')}</button>
        </div>
        <details class="card">
          <summary>${icon('list')} ${this.t('library.contents')}</summary>
          <div class="list">${articles.map((/** @type {any} */ other) => html`
            <button class="list-item" type="button" lang=${language} aria-current=${String(other.id) === String(this.article) ? 'true' : 'false'} @click=${() => this.#turn(String(other.id))}>
              <span class="body">${headingOf(other.id, app.multi(other.heading))}</span></button>`)}</div>
        </details>
      </article>
    `);
  }
}

customElements.define('aq-article', AqArticle);
