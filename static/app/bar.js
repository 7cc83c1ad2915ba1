/**
 * <aq-bar>: where the person is, what is only on this tablet, the language, and the lock. Always in sight.
 *
 * Owns the words for place and state. A route with a `channel` shows its facility; other routes their title.
 */
import { AqElement, html, icon, nothing } from './element.js';
import { LANGUAGES, LANGUAGE_NAMES } from './i18n.js';
import { ROUTES } from './routes.js';
import { visitDay, visitId } from './visit/days.js';
import { facilityName, kindName } from './visit/names.js';

/** Routes of the sections: no way back is offered from them. */
export const SECTIONS = ['home', 'facilities', 'library', 'settings'];

/**
 * The words and the icon for what the engine says of waiting and connection.
 * @param {any} status
 * @returns {{kind: '' | 'ok' | 'wait' | 'bad' | 'info', icon: string, key: string, n: number}}
 */
export function stateOf(status) {
  const n = status?.waiting?.documents ?? 0;
  const pending = n + (status?.waiting?.chunks ?? 0) > 0;
  const { connection = 'offline' } = status ?? {};
  if (status?.rootMismatch && connection === 'online') return { kind: 'bad', icon: 'warning', key: 'state.foreign', n: 0 };
  if (connection === 'online') {
    return pending ? { kind: 'info', icon: 'upload', key: 'state.sending', n: n || status.waiting.chunks } : { kind: 'ok', icon: 'check', key: 'state.clear', n: 0 };
  }
  const sign = connection === 'offline' ? 'wifi-off' : 'warning';
  return n ? { kind: connection === 'offline' ? '' : 'wait', icon: sign, key: 'state.here', n } : { kind: connection === 'offline' ? '' : 'wait', icon: sign, key: `state.${connection}`, n: 0 };
}

export class AqBar extends AqElement {
  static properties = { route: { attribute: false }, visit: { state: true } };

  constructor() {
    super();
    /** @type {import('./router.js').Entry} */
    this.route = { name: 'home', params: {} };
    /** @type {import('./context.js').Reading | null} */
    this.visit = null;
  }

  /** What sticks below the bar has to know its height, which follows the title's lines. */
  #sizes = new ResizeObserver(() => document.documentElement.style.setProperty('--bar-height', `${this.offsetHeight}px`));

  connectedCallback() {
    super.connectedCallback();
    this.listen(this.app, 'status', () => this.requestUpdate());
    this.listen(this.app, 'reference', () => this.requestUpdate());
    // The office, or a person here, may say anew which facility it is.
    this.listen(this.app.engine, 'changed', ({ detail }) => {
      const { channel } = this.route.params;
      if (channel && detail.channel === channel && detail.ids.includes(visitId(channel))) this.#read(channel);
    });
    this.#sizes.observe(this);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#sizes.disconnect();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('route')) this.#findVisit();
  }

  async #findVisit() {
    const { channel } = this.route.params;
    if (!channel) {
      this.visit = null;
    } else if (this.visit?.channel !== channel) {
      this.visit = null;
      await this.#read(channel);
    }
  }

  /** @param {string} channel */
  async #read(channel) {
    const found = await this.app.engine.get(channel, visitId(channel)).catch(() => null);
    if (this.route.params.channel === channel) this.visit = found;
  }

  render() {
    const { name, params } = this.route;
    return html`
      <header class="bar">
        ${SECTIONS.includes(name) ? nothing : html`
          <button class="btn icon-only" type="button" aria-label=${this.t('shell.back')} title=${this.t('shell.back')} @click=${() => this.app.back()}>${icon('arrow-left')}</button>`}
        <div class="place">${this.#place(name, params)}</div>
        ${this.#state()}
        ${languageSelect(this.app)}
        <button class="btn icon-only lock" type="button" aria-label=${this.t('shell.lock')} title=${this.t('shell.lock')}
          @click=${() => this.dispatchEvent(new CustomEvent('aq-lock', { bubbles: true }))}>${icon('lock')}</button>
      </header>
      ${this.app.status?.rootMismatch ? html`<div class="notice bad foreign" role="alert">${icon('warning')}<p>${this.t('state.foreign.do')}</p></div>` : nothing}
    `;
  }

  /** @param {string} name @param {Record<string, any>} params */
  #place(name, params) {
    const title = this.t(ROUTES[name]?.title ?? 'shell.name');
    const doc = this.visit?.doc;
    if (!params.channel || !doc) return html`<h1 tabindex="-1">${title}</h1>`;
    const facility = facilityName(this.app, doc);
    if (name !== 'visit') return html`<span class="over">${facility}</span><h1 tabindex="-1">${title}</h1>`;
    const { day, days } = visitDay(doc, new Date());
    const over = [kindName(this.app, doc), days > 1 && day ? this.t('shell.dayOf', { day, days }) : this.app.formatDate(doc.from, { day: 'numeric', month: 'long' })];
    return html`<span class="over">${over.filter(Boolean).join(' · ')}</span><h1 tabindex="-1">${facility}</h1>`;
  }

  #state() {
    const { kind, icon: sign, key, n } = stateOf(this.app.status);
    return html`
      <button class="state" type="button" aria-live="polite" @click=${() => this.dispatchEvent(new CustomEvent('aq-state', { bubbles: true }))}>
        <span class="badge ${kind}">${icon(sign)} ${key === 'state.here' ? html`<span class="long">${this.t(key, { n })}</span><span class="short">${this.t('state.here.short', { n })}</span>` : this.t(key, { n })}</span>
      </button>
    `;
  }
}

/**
 * The choice of language, in each language's own name; it works at once.
 * @param {import('./context.js').App} app
 */
export function languageSelect(app) {
  const change = (/** @type {Event} */ event) => app.setLanguage(/** @type {any} */ (/** @type {HTMLSelectElement} */ (event.target).value));
  return html`
    <select class="language" autocomplete="off" aria-label=${app.t('shell.language')} @change=${change}>
      ${LANGUAGES.map((language) => html`
        <option value=${language} lang=${language} .selected=${language === app.language} title=${LANGUAGE_NAMES[language].name}>${LANGUAGE_NAMES[language].short}</option>`)}
    </select>
  `;
}

customElements.define('aq-bar', AqBar);
