/**
 * <aq-app>: the frame around every screen, from the first start to the lock.
 *
 *   starting ─► enrol ─► open ◄─► locked      elsewhere: another tab owns the vault
 *        └────► broken: the engine did not start
 *
 * Owns which of these is shown, which screen stands in the frame, and what happens on lock: the screens'
 * elements are removed, so that nothing decrypted stays in the page. Where the person was is kept in memory,
 * and encrypted by the engine, for a return after a lock or a crash.
 */
import { AutoLock } from './autolock.js';
import { SECTIONS } from './bar.js';
import { App, choices } from './context.js';
import { allHere, departureWatch } from './departed.js';
import { AqElement, html, icon, nothing } from './element.js';
import { pickLanguage } from './i18n.js';
import './messages.js';
import { Router } from './router.js';
import { ROUTES } from './routes.js';
import { stateDialog } from './state.js';
import { strings } from './strings/index.js';
import { Updates } from './update.js';
import { changeOf, sayRefused } from './version_news.js';
import './vault/elsewhere.js';
import './vault/enrol.js';
import './vault/unlock.js';

/** A route older than this is not worth going back to. */
const ROUTE_LIVES_MS = 12 * 60 * 60 * 1000;
const NAV = { home: 'home', facilities: 'building', library: 'book', settings: 'settings' };

export class AqApp extends AqElement {
  static properties = { phase: { state: true }, failure: { state: true }, screen: { state: true }, recording: { state: true } };

  /** @type {App | undefined} */
  #context;
  #router = new Router(history, { name: 'home', params: {} });
  #updates = new Updates();
  /** @type {AutoLock | undefined} */
  #autoLock;
  #shown = 0;
  /** @type {import('./router.js').Entry | undefined} */
  #entry;
  /** @type {{account: string, entries: import('./router.js').Entry[]} | null} */
  #parked = null;
  /** @type {import('./vault/invitation.js').Invitation | null} */
  #invitation = null;

  constructor() {
    super();
    /** @type {'starting' | 'enrol' | 'locked' | 'elsewhere' | 'open' | 'broken'} */
    this.phase = 'starting';
    /** @type {any} */
    this.failure = null;
    /** @type {HTMLElement | null} */
    this.screen = null;
    /** @type {HTMLElement | null} */
    this.recording = null;
  }

  get app() {
    return /** @type {App} */ (this.#context);
  }

  /**
   * @param {{engine: any, invitation: import('./vault/invitation.js').Invitation | null}} start
   */
  async begin({ engine, invitation }) {
    this.#invitation = invitation;
    this.#makeContext(engine);
    const { app } = this;
    app.addEventListener('status', (/** @type {any} */ event) => this.#onStatus(event.detail));
    engine.addEventListener('locked', () => this.#close());
    window.addEventListener('popstate', (event) => this.#router.onPopState(event.state));
    window.addEventListener('unhandledrejection', (event) => this.#stumble(event.reason));
    window.addEventListener('error', (event) => this.#stumble(event.error));
    this.#router.addEventListener('route', () => this.phase === 'open' && this.#show());
    this.#autoLock = new AutoLock({ recording: () => this.#isRecording(), lock: () => this.#lockByItself() });
    this.#followUpdates();
    try {
      app.setStatus(await engine.status());
    } catch (error) {
      this.broken(error);
    }
  }

  /** The engine did not start: say why; nothing else works. @param {any} error */
  broken(error) {
    if (!this.#context) this.#makeContext(new EventTarget());
    this.failure = error;
    this.phase = 'broken';
  }

  /** @param {any} engine */
  #makeContext(engine) {
    const kept = choices().language;
    const language = pickLanguage(kept ? [kept] : navigator.languages);
    document.documentElement.lang = language;
    this.#context = new App({ engine, router: this.#router, strings, language, shell: this });
    this.listen(this.#context, 'language', () => this.requestUpdate());
    const departed = departureWatch(this.#context);
    this.listen(engine, 'changed', (event) => { departed(event).catch(() => undefined); });
  }

  // --- Shell: what screens ask of us through `app` ---

  /** @param {import('./context.js').Message} message */
  notify(message) {
    this.#messages?.notify(message);
  }

  /** @param {import('./context.js').DialogOptions} options */
  dialog(options) {
    return this.#messages?.dialog(options) ?? Promise.resolve(null);
  }

  /** @returns {any} the <aq-recorder> */
  recorder() {
    return this.recording;
  }

  get updates() {
    return this.#updates;
  }

  /** @returns {import('./messages.js').AqMessages | null} */
  get #messages() {
    return this.querySelector('aq-messages');
  }

  // --- locking ---

  /**
   * Hides the screen at once, lets it seal what it shows, then locks. With a PIN set, the keys stay in memory for
   * it, unless the person leaves the facility or a new version is to start.
   * @param {{leave?: boolean}} [how]
   */
  async lock({ leave = false } = {}) {
    const { app } = this;
    this.setAttribute('data-locking', '');
    try {
      if (this.phase === 'open') await app.sealScreens();
      if (leave) await app.engine.leaveFacility();
      else await (app.status?.pinReady ? app.engine.lockForPin() : app.engine.lock());
      if (this.#updates.stale) location.reload();
    } finally {
      this.removeAttribute('data-locking');
    }
  }

  /** Where the engine refuses, the counting begins anew. */
  async #lockByItself() {
    await this.lock().catch(() => this.#autoLock?.start());
  }

  async #lockByHand() {
    const { app } = this;
    if (this.#isRecording()) {
      const sure = await app.confirm({
        title: app.t('lock.recording'), text: app.t('lock.recordingText'), yes: app.t('lock.recordingYes'), no: app.t('lock.recordingNo'), danger: true,
      });
      if (!sure) return;
      await this.recorder()?.stop?.();
    }
    await this.lock().catch((error) => app.notifyError(error));
  }

  #isRecording() {
    return Boolean(this.app.status?.recordings) || Boolean(this.recorder()?.recording);
  }

  /** Follows the vault: what the engine says decides the phase. @param {any} status */
  async #onStatus(status) {
    if (!status) return;
    if (status.otherTab) {
      this.#close();
      this.phase = 'elsewhere';
    } else if (status.vault === 'none') {
      this.#close();
      this.phase = 'enrol';
    } else if (status.vault === 'locked') {
      this.#close();
      this.phase = 'locked';
    } else if (this.phase !== 'open' && this.phase !== 'enrol') {
      await this.open();
    }
  }

  /** After an unlock, or at the end of enrolment. */
  async open() {
    const { app } = this;
    if (this.phase === 'open') return;
    this.phase = 'open';
    this.#autoLock?.start();
    await app.remember();
    const account = app.status?.account?.id ?? '';
    const kept = this.#parked ?? await app.engine.meta('route').catch(() => null);
    const fresh = kept && kept.account === account && Date.now() - (kept.at ?? Date.now()) < ROUTE_LIVES_MS;
    const here = fresh && await allHere(app.engine, kept.entries);
    this.#parked = null;
    if (this.phase !== 'open') return;
    this.#loadRecorder();
    this.updateComplete.then(() => this.#sayAtUnlock());
    if (here && kept.entries.every((/** @type {any} */ entry) => entry.name in ROUTES)) this.#router.restore(kept.entries);
    else this.#router.reset();
  }

  /** What did not open, and a version that waits. */
  #sayAtUnlock() {
    const { app } = this;
    const n = app.status?.damaged ?? 0;
    if (n > 0) app.notify({ kind: 'bad', text: app.t('state.damaged', { n }) });
    if (this.#updates.offered) this.#offerUpdate();
    sayRefused(app, this.#updates);
    this.#updates.acknowledge();
  }

  /** Takes everything decrypted out of the page. */
  #close() {
    if (this.phase !== 'open') return;
    this.#autoLock?.stop();
    this.#parked = { account: this.#account, entries: this.#router.entries };
    this.phase = 'locked';
    this.#shown += 1;
    this.#entry = undefined;
    this.screen?.remove();
    this.recording?.remove();
    this.screen = null;
    this.recording = null;
    this.#messages?.clear();
    this.app.forget();
  }

  /** The account that is, or was last, unlocked here. */
  #account = '';

  // --- screens ---

  async #show() {
    const entry = this.#router.current;
    const before = this.#entry;
    if (before) before.scroll = window.scrollY;
    this.#entry = entry;
    this.#account = this.app.status?.account?.id ?? this.#account;
    this.app.engine.setMeta('route', { account: this.#account, at: Date.now(), entries: plain(this.#router.entries) }).catch(() => undefined);
    this.failure = null;
    const turn = (this.#shown += 1);
    const route = ROUTES[entry.name];
    // The steps of one visit are one screen: its parts change, its place does not.
    if (before && this.screen && entry.name === 'visit' && before.name === 'visit' && before.params.channel === entry.params.channel) {
      Object.assign(this.screen, entry.params);
      this.#settle(entry);
      return;
    }
    try {
      await route.load();
      if (turn !== this.#shown || this.phase !== 'open') return;
      const element = document.createElement(route.tag);
      Object.assign(element, { app: this.app }, entry.params);
      this.screen = element;
      await this.updateComplete;
      await /** @type {any} */ (element).updateComplete;
      if (turn === this.#shown) this.#settle(entry);
    } catch (error) {
      if (turn !== this.#shown) return;
      this.screen = null;
      this.failure = error instanceof TypeError && /import|module|fetch/i.test(error.message) ? { code: 'screen', message: error.message } : error;
    }
  }

  /** Where the eye and the reader go after a change of place. @param {import('./router.js').Entry} entry */
  #settle(entry) {
    this.requestUpdate();
    requestAnimationFrame(() => {
      window.scrollTo(0, entry.scroll ?? 0);
      const focused = document.activeElement;
      if (!focused || focused === document.body || !this.contains(focused) || focused.closest('aq-bar, .nav')) {
        /** @type {HTMLElement | null} */ (this.querySelector('aq-bar h1'))?.focus({ preventScroll: true });
      }
    });
  }

  async #loadRecorder() {
    try {
      await import('./capture/recorder.js');
      const element = document.createElement('aq-recorder');
      Object.assign(element, { app: this.app });
      if (this.phase === 'open') this.recording = element;
    } catch (error) {
      this.#stumble(error);
    }
  }

  /** Whatever nobody caught. @param {any} error */
  #stumble(error) {
    if (!error || this.phase !== 'open' || error.code === 'locked' || error.name === 'AbortError') return;
    this.app.notifyError(error);
  }

  // --- updates ---

  #followUpdates() {
    for (const type of ['ready', 'failed', 'caching']) this.#updates.addEventListener(type, () => this.requestUpdate());
    // The locked screen says it by itself.
    this.#updates.addEventListener('running', () => this.#context?.engine.runs(this.#updates.running).catch(() => undefined));
    this.#updates.addEventListener('offered', () => (this.phase === 'open' ? this.#offerUpdate() : this.requestUpdate()));
    this.#updates.addEventListener('refused', () => (this.phase === 'open' ? sayRefused(this.app, this.#updates) : this.requestUpdate()));
    this.#updates.start({ idle: () => this.phase !== 'open' && this.phase !== 'enrol', recording: () => this.#isRecording(), lock: () => this.lock({ leave: true }) }).catch(() => undefined);
  }

  #offerUpdate() {
    const { app } = this;
    app.notify({ kind: 'wait', text: app.t('update.ready'), action: { label: app.t('update.now'), run: () => this.acceptUpdate() } });
  }

  /** Asks, locks, and lets the new version in. */
  async acceptUpdate() {
    const { app } = this;
    if (this.#isRecording()) {
      app.notify({ kind: 'wait', text: app.t('update.recording') });
      return;
    }
    if (this.phase === 'open') {
      const text = `${app.t('update.text')} ${changeOf(app, this.#updates)}`;
      const sure = await app.confirm({ title: app.t('update.title'), text, yes: app.t('update.now'), no: app.t('update.later') });
      if (!sure) return;
      await this.lock({ leave: true }).catch((error) => app.notifyError(error));
    }
    if (this.phase !== 'open') this.#updates.accept();
  }

  // --- drawing ---

  render() {
    if (!this.#context) return nothing;
    const { app } = this;
    switch (this.phase) {
      case 'starting': return html`<main class="opening"><p role="status">${app.t('shell.starting')}</p></main>`;
      case 'broken': return html`<main class="gate">${this.#failed(this.failure)}</main>`;
      case 'enrol': return html`<aq-enrol .app=${app} .updates=${this.#updates} .invitation=${this.#invitation} @aq-enrolled=${() => this.open()}></aq-enrol><aq-messages .app=${app}></aq-messages>`;
      case 'locked': return html`<aq-unlock .app=${app} .updates=${this.#updates} @aq-update=${() => this.acceptUpdate()}></aq-unlock><aq-messages .app=${app}></aq-messages>`;
      case 'elsewhere': return html`<aq-elsewhere .app=${app}></aq-elsewhere>`;
      default: return this.#frame();
    }
  }

  #frame() {
    const { app } = this;
    const route = this.#router.current;
    return html`
      <a class="btn skip-link" href="#main" @click=${(/** @type {Event} */ event) => { event.preventDefault(); /** @type {HTMLElement} */ (this.querySelector('main')).focus(); }}>${app.t('shell.skip')}</a>
      <aq-bar .app=${app} .route=${route} @aq-lock=${() => this.#lockByHand()} @aq-state=${() => stateDialog(app)}></aq-bar>
      <main id="main" tabindex="-1">
        <div class="screen">
          ${this.failure ? html`<div class="page">${this.#failed(this.failure)}</div>` : this.screen ?? html`<p class="opening" role="status">${app.t('shell.opening')}</p>`}
        </div>
      </main>
      ${this.recording ?? nothing}
      ${SECTIONS.includes(route.name) ? this.#nav(route.name) : nothing}
      <aq-messages .app=${app}></aq-messages>
    `;
  }

  /** @param {string} current */
  #nav(current) {
    return html`
      <nav class="nav" aria-label=${this.app.t('shell.nav')}>
        ${Object.entries(NAV).map(([name, sign]) => html`
          <button type="button" aria-current=${name === current ? 'page' : 'false'} @click=${() => this.app.go(name, {}, { replace: true })}>
            ${icon(sign)} <span>${this.app.t(`shell.${name}`)}</span>
          </button>`)}
      </nav>
    `;
  }

  /** @param {any} error */
  #failed(error) {
    const { app } = this;
    const { code, what, safe, act } = app.explain(error);
    const detail = typeof error === 'string' ? error : [code, error?.message].filter(Boolean).join(': ');
    return html`
      <section class="card stack" role="alert">
        <h2>${icon('warning')} ${app.t('errors.title')}</h2>
        <p>${what} ${safe} ${act}</p>
        <div class="row">
          <button class="btn primary" type="button" @click=${() => (this.phase === 'broken' ? location.reload() : this.#show())}>${app.t('errors.retry')}</button>
          ${this.phase === 'broken' ? nothing : html`<button class="btn" type="button" @click=${() => this.#router.reset()}>${app.t('errors.home')}</button>`}
        </div>
        <p class="meta">${app.t('errors.detail', { detail })}</p>
      </section>
    `;
  }
}

/** What may be stored of a route: ids, no functions and no elements. @param {import('./router.js').Entry[]} entries */
function plain(entries) {
  return entries.slice(-8).map(({ name, params }) => ({ name, params: JSON.parse(JSON.stringify(params)) }));
}
