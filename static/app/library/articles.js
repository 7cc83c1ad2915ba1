/**
 * The library's articles as a list that can be searched. Pure but for MiniSearch.
 *
 * A norm is `<library slug>/<article id>`; it is the id of an article here. Headings and texts may stand in
 * several languages: one is shown, all are searched.
 *
 * @typedef {{norm: string, library: string, article: string, heading: string, text: string, themes: string[], lang: string, words: string}} Article
 */
import MiniSearch from '../../vendor/minisearch.js';
import { foldSound } from '../facilities/search.js';
import { multi } from '../i18n.js';

/** The slug of a library document's id. @param {string} id */
export function slugOf(id) {
  return id.replace(/^library:/, '');
}

/**
 * All articles, library by library, in their order.
 * @param {import('../context.js').Reading[]} libraries
 * @param {string} language the reader's
 * @returns {Article[]}
 */
export function articlesOf(libraries, language) {
  return libraries.flatMap(({ doc }) => (doc.articles ?? []).map((/** @type {any} */ { id, heading, text, themes }) => ({
    norm: `${slugOf(doc._id)}/${id}`, library: slugOf(doc._id), article: String(id), heading: headingOf(id, multi(heading, language)), text: multi(text, language),
    themes: themes ?? [], lang: languageOf(text, doc.text_lang, language), words: [...everyForm(heading), ...everyForm(text)].join(' '),
  })));
}

/**
 * An article's number and heading, as people name it; a number that the heading says itself is not said twice.
 * @param {string | number} id @param {string} heading
 */
export function headingOf(id, heading) {
  const number = String(id);
  if (!heading) return number;
  return /^\d/.test(number) && !heading.split(/[^\d.-]+/).some((word) => word.replace(/\.$/, '') === number) ? `${number}. ${heading}` : heading;
}

/**
 * The language that a text is shown in: the reader's where the text has it, else the library's own.
 * @param {any} text a string or a `multi` @param {string | undefined} own @param {string} language
 */
export function languageOf(text, own, language) {
  return text && typeof text === 'object' && text[language] ? language : own ?? '';
}

/** @param {any} text @returns {string[]} */
function everyForm(text) {
  return text && typeof text === 'object' ? Object.values(text) : [String(text ?? '')];
}

/**
 * A theme and everything below it.
 * @param {{id: string, parent?: string | null}[]} themes @param {string} root
 * @returns {Set<string>}
 */
export function themesUnder(themes, root) {
  const found = new Set([root]);
  let grown = true;
  while (grown) {
    const size = found.size;
    for (const { id, parent } of themes) if (parent && found.has(parent)) found.add(id);
    grown = found.size > size;
  }
  return found;
}

/** Search over headings and texts: by prefix, one slip of the finger let pass, е for ё. */
export class ArticleSearch {
  #articles;
  #index;

  /** @param {Article[]} articles */
  constructor(articles) {
    this.#articles = new Map(articles.map((article) => [article.norm, article]));
    this.#index = new MiniSearch({
      idField: 'norm', fields: ['heading', 'article', 'words'], processTerm: (term) => foldSound(term) || null,
      searchOptions: { prefix: true, fuzzy: (term) => (term.length > 4 && !/\d/.test(term) ? 0.2 : false), boost: { heading: 3, article: 3 }, combineWith: 'AND' },
    });
    this.#index.addAll([...this.#articles.values()]);
  }

  /**
   * @param {string} query
   * @returns {Article[]} best first; all of them where the query is empty
   */
  find(query) {
    if (!query.trim()) return [...this.#articles.values()];
    return this.#index.search(query).map(({ id }) => /** @type {Article} */ (this.#articles.get(id)));
  }
}

/**
 * The words around the first that was asked for.
 * @param {string} text @param {string} query @param {number} [length] characters
 */
export function excerpt(text, query, length = 140) {
  const plain = text.replace(/\s+/g, ' ').trim();
  const words = query.trim().split(/\s+/).map(foldSound).filter((word) => word.length > 2);
  let at = 0;
  if (words.length) {
    for (const match of plain.matchAll(/[\p{L}\d]+/gu)) {
      const folded = foldSound(match[0]);
      if (words.some((word) => folded.startsWith(word.slice(0, Math.max(3, word.length - 2))))) {
        at = match.index;
        break;
      }
    }
  }
  const from = at > 60 ? plain.lastIndexOf(' ', at - 40) + 1 : 0;
  const cut = plain.slice(from, from + length);
  return `${from > 0 ? '…' : ''}${cut}${from + length < plain.length ? '…' : ''}`;
}
