/**
 * `this.app` of every screen: the engine, the way between screens, the languages, reference data by id, and
 * what the shell shows on a screen's behalf (messages, questions, the norm picker, the recorder).
 *
 * Owns copies of the small reference documents (catalogues, people, facilities) so that screens may ask
 * synchronously. Must not draw: what is to be seen goes to `shell`, which <aq-app> is. Keeps nothing after `forget`.
 *
 * Events: `language`, `status` (the engine's latest), `reference` (catalogues, people or facilities changed), `theme`,
 * `before-lock` (the keys are about to go; `AqElement.beforeLock` answers it).
 *
 * @typedef {{doc: any, rev: string, channel: string, conflicts: any[], origin: 'local' | 'remote', delivered: boolean, erased: boolean}} Reading
 * @typedef {{kind?: 'ok' | 'wait' | 'bad', text: string, action?: {label: string, run: () => void}}} Message
 * @typedef {{title: string, text?: string, yes: string, no: string, danger?: boolean}} Question
 * @typedef {{title: string, body?: any, wide?: boolean, actions: {label: string, value: any, kind?: string}[]}} DialogOptions
 *   `body` is a template or a function `(close: (value: any) => void) => template`
 * @typedef {object} Shell
 * @property {(message: Message) => void} notify
 * @property {(options: DialogOptions) => Promise<any>} dialog
 * @property {() => any} recorder
 * @property {(how: {leave: boolean}) => Promise<void>} lock
 */
import {
  LANGUAGES, formatBytes, formatDate, formatDuration, formatNumber, formatTime, multi, translate,
} from './i18n.js';

const REFERENCE = 'reference';
/** Above this many changed documents a whole list is cheaper than one by one. */
const REREAD = 40;
/** How long a lock waits for screens: a person at a gate waits for nothing longer. */
const BEFORE_LOCK_MS = 1500;
const LANGUAGE_KEY = 'aigaq.language';
const THEME_KEY = 'aigaq.theme';

export class App extends EventTarget {
  /** @type {Map<string, Reading>} */
  #catalogues = new Map();
  /** @type {Map<string, Reading>} */
  #people = new Map();
  /** @type {Map<string, Reading>} */
  #facilities = new Map();
  #strings;
  #language;
  /** @type {any} */
  #status = null;

  /**
   * @param {{engine: any, router: import('./router.js').Router, strings: import('./i18n.js').Strings, language: import('./i18n.js').Language, shell: Shell}} parts
   */
  constructor({ engine, router, strings, language, shell }) {
    super();
    this.engine = engine;
    this.router = router;
    this.shell = shell;
    this.#strings = strings;
    this.#language = language;
    engine.addEventListener('status', (/** @type {any} */ event) => this.setStatus(event.detail));
    engine.addEventListener('changed', (/** @type {any} */ event) => {
      if (event.detail?.channel === REFERENCE) this.#reread(event.detail.ids ?? null).catch(() => undefined);
    });
  }

  /** The engine's latest status, as docs/engine.md names its parts; null before the first. */
  get status() {
    return this.#status;
  }

  /** @param {any} status */
  setStatus(status) {
    this.#status = status;
    this.dispatchEvent(new CustomEvent('status', { detail: status }));
  }

  // --- the way ---

  /**
   * @param {string} name a route of routes.js
   * @param {Record<string, any>} [params]
   * @param {{replace?: boolean}} [options]
   */
  go(name, params = {}, options = {}) {
    this.router.go(name, params, options);
  }

  back() {
    this.router.back();
  }

  // --- languages ---

  get language() {
    return this.#language;
  }

  /** The interface changes at once; the choice is kept. @param {import('./i18n.js').Language} language */
  setLanguage(language) {
    if (!LANGUAGES.includes(language)) return;
    this.#language = language;
    document.documentElement.lang = language;
    // The lock screen has to speak before anything can be decrypted: this one word is kept in the clear.
    keep(LANGUAGE_KEY, language);
    this.dispatchEvent(new CustomEvent('language', { detail: language }));
  }

  /** @param {'light' | 'dark' | 'auto'} theme */
  setTheme(theme) {
    applyTheme(theme);
    keep(THEME_KEY, theme);
    this.dispatchEvent(new CustomEvent('theme', { detail: theme }));
  }

  get theme() {
    return document.documentElement.dataset.theme ?? 'auto';
  }

  /**
   * @param {string} key
   * @param {import('./i18n.js').Vars} [vars]
   */
  t(key, vars) {
    return translate(this.#strings, this.#language, key, vars);
  }

  /** Whether a text stands under the key. @param {string} key */
  has(key) {
    return key in this.#strings;
  }

  /** @param {any} value */
  multi(value) {
    // A facility's number stays beside its sign when a line breaks.
    return multi(value, this.#language).replace(/(№|No\.) (?=\d)/g, '$1\u00a0');
  }

  /** @param {string | null | undefined} value @param {Intl.DateTimeFormatOptions} [options] */
  formatDate(value, options) {
    return formatDate(value, this.#language, options);
  }

  /** @param {string | null | undefined} iso */
  formatTime(iso) {
    return formatTime(iso, this.#language);
  }

  /** @param {number | null | undefined} bytes */
  formatBytes(bytes) {
    return formatBytes(bytes, this.#language);
  }

  /** @param {number | null | undefined} ms */
  formatDuration(ms) {
    return formatDuration(ms);
  }

  /** @param {number} value @param {Intl.NumberFormatOptions} [options] */
  formatNumber(value, options) {
    return formatNumber(value, this.#language, options);
  }

  // --- reference data ---

  /**
   * The items of `catalogue:<name>`, in order; none while it has not arrived.
   * @param {string} name
   * @returns {any[]}
   */
  catalogue(name) {
    return this.#catalogues.get(`catalogue:${name}`)?.doc.items ?? [];
  }

  /**
   * The text of a catalogue's item; an id that the catalogue does not know is shown as it is.
   * @param {string} name
   * @param {string | null | undefined} id
   */
  label(name, id) {
    if (!id) return '';
    const item = this.catalogue(name).find((entry) => entry.id === id);
    return item ? this.multi(item.label) || id : id;
  }

  /**
   * @param {string | null | undefined} id an account, with or without `person:`
   * @returns {{id: string, name: string, initial: string, role?: string, group?: string | null}}
   */
  person(id) {
    const key = String(id ?? '').replace(/^person:/, '');
    const known = this.#people.get(`person:${key}`)?.doc;
    if (known) return { ...known, id: key };
    const own = this.#status?.account;
    if (own?.id === key) return own;
    return { id: key, name: this.t('shell.unknownPerson'), initial: '?' };
  }

  /** Every known person, by name. */
  people() {
    return [...this.#people.values()].map(({ doc }) => ({ ...doc, id: doc._id.replace(/^person:/, '') }))
      .sort((a, b) => a.name.localeCompare(b.name, this.#language));
  }

  /** @param {string | null | undefined} id @returns {Reading | undefined} */
  facility(id) {
    return id ? this.#facilities.get(id) : undefined;
  }

  /** @returns {Reading[]} */
  facilities() {
    return [...this.#facilities.values()];
  }

  /** Reads the reference data anew; called after an unlock. */
  async remember() {
    await this.#reread(null);
  }

  /**
   * Before the keys go: every screen may seal what it shows. Resolves when all have, or when the moment is over;
   * what was not sealed by then is a draft.
   * @returns {Promise<void>}
   */
  async sealScreens() {
    // The field that is being written in is left first: leaving it is what makes its version.
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    /** @type {Promise<unknown>[]} */
    const sealing = [];
    this.dispatchEvent(new CustomEvent('before-lock', { detail: { waitFor: (/** @type {Promise<unknown>} */ work) => sealing.push(work) } }));
    await Promise.race([Promise.allSettled(sealing), new Promise((resolve) => setTimeout(resolve, BEFORE_LOCK_MS))]);
  }

  /** Locks; with `leave` also behind a PIN no key stays. Rejects where the engine does. @param {{leave?: boolean}} [how] */
  lock({ leave = false } = {}) {
    return this.shell.lock({ leave });
  }

  /** Drops everything that was decrypted; called on lock. */
  forget() {
    for (const map of [this.#catalogues, this.#people, this.#facilities]) map.clear();
  }

  /** @param {string[] | null} ids null: all */
  async #reread(ids) {
    const maps = { catalogue: this.#catalogues, person: this.#people, facility: this.#facilities };
    for (const [type, map] of Object.entries(maps)) {
      const mine = ids?.filter((id) => id.startsWith(`${type}:`));
      if (mine && mine.length === 0) continue;
      if (mine && mine.length <= REREAD) {
        for (const id of mine) {
          const reading = await this.engine.get(REFERENCE, id).catch(() => undefined);
          if (reading) map.set(id, reading);
          else map.delete(id);
        }
      } else {
        const readings = await this.engine.list(REFERENCE, type);
        map.clear();
        for (const reading of readings) map.set(reading.doc._id, reading);
      }
    }
    this.dispatchEvent(new CustomEvent('reference'));
  }

  // --- what the shell shows ---

  /** A message that comes and goes; `bad` stays until it is closed. @param {Message} message */
  notify(message) {
    this.shell.notify(message);
  }

  /**
   * What a failure means to a person: what happened, what is safe, what to do.
   * @param {any} error an EngineError, any other error, or a code
   * @returns {{code: string, what: string, safe: string, act: string}}
   */
  explain(error) {
    const asked = typeof error === 'string' ? error : error?.code ?? '';
    const code = this.has(`errors.${asked}.what`) ? asked : 'unknown';
    const part = (/** @type {string} */ name) => this.t(`errors.${code}.${name}`, { detail: String(error?.message ?? asked) });
    return { code: asked || 'unknown', what: part('what'), safe: part('safe'), act: part('do') };
  }

  /** Says what `explain` gives, as a message. @param {any} error */
  notifyError(error) {
    const { what, safe, act } = this.explain(error);
    this.notify({ kind: 'bad', text: [what, safe, act].filter(Boolean).join(' ') });
  }

  /** @param {DialogOptions} options @returns {Promise<any>} the chosen value; null when closed without one */
  dialog(options) {
    return this.shell.dialog(options);
  }

  /** @param {Question} question @returns {Promise<boolean>} */
  async confirm({ title, text = '', yes, no, danger = false }) {
    const chosen = await this.dialog({
      title, body: text,
      actions: [{ label: no, value: false }, { label: yes, value: true, kind: danger ? 'primary danger' : 'primary' }],
    });
    return chosen === true;
  }

  /**
   * Lets the person choose an article of the library.
   * @param {{theme?: string | null}} [wish]
   * @returns {Promise<string | null>} a norm, `mandela/44`
   */
  async pickNorm({ theme = null } = {}) {
    const { normPicker } = await import('./library/picker.js');
    return this.dialog({
      title: this.t('library.pick'), wide: true, body: normPicker(this, theme),
      actions: [{ label: this.t('shell.cancel'), value: null }],
    });
  }

  /** The one <aq-recorder>; null while locked. */
  get recorder() {
    return this.shell.recorder();
  }
}

/** @param {string} theme */
export function applyTheme(theme) {
  if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;
  else delete document.documentElement.dataset.theme;
}

/** What the person chose the last time: language and theme, nothing else. */
export function choices() {
  return { language: kept(LANGUAGE_KEY), theme: kept(THEME_KEY) ?? 'auto' };
}

/** @param {string} key @param {string} value */
function keep(key, value) {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Refused by the browser: the choice then lasts as long as the page.
  }
}

/** @param {string} key */
function kept(key) {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}
