/**
 * The base of every screen and part of a screen: a Lit element in light DOM that knows the app.
 *
 * Owns how an element finds `this.app` (set by its host, or by the nearest <aq-app>) and that it is drawn
 * anew when the language changes. Listeners made through `listen` end with the element.
 */
import { LitElement, html, nothing } from '../vendor/lit.js';

export { html, nothing };
export { repeat, live, ref, createRef, classMap, ifDefined, keyed, guard, until } from '../vendor/lit.js';
export { icon } from './icon.js';

export class AqElement extends LitElement {
  /** @type {import('./context.js').App | undefined} */
  #app;
  /** @type {(() => void)[]} */
  #endings = [];

  createRenderRoot() {
    return this;
  }

  /** @returns {import('./context.js').App} */
  get app() {
    this.#app ??= /** @type {any} */ (this.closest('aq-app'))?.app;
    return /** @type {import('./context.js').App} */ (this.#app);
  }

  set app(app) {
    this.#app = app;
  }

  connectedCallback() {
    super.connectedCallback();
    if (this.app) this.listen(this.app, 'language', () => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    for (const end of this.#endings.splice(0)) end();
  }

  /**
   * Listens until the element leaves the page.
   * @param {EventTarget} target
   * @param {string} type
   * @param {(event: any) => void} listener
   */
  listen(target, type, listener) {
    target.addEventListener(type, listener);
    this.#endings.push(() => target.removeEventListener(type, listener));
  }

  /**
   * Runs `seal` in the moment before a lock, while there still are keys; what it returns is waited for.
   * @param {() => Promise<unknown> | undefined | null} seal
   */
  beforeLock(seal) {
    this.listen(this.app, 'before-lock', (event) => event.detail.waitFor(Promise.resolve(seal())));
  }

  /**
   * Calls `then` at once and whenever documents of the channel change.
   * @param {string | null} channel null: any channel
   * @param {(ids: string[] | null) => void} then
   */
  follow(channel, then) {
    this.listen(this.app.engine, 'changed', (event) => {
      if (channel === null || event.detail?.channel === channel) then(event.detail?.ids ?? null);
    });
    then(null);
  }

  /**
   * @param {string} key
   * @param {import('./i18n.js').Vars} [vars]
   */
  t(key, vars) {
    return this.app.t(key, vars);
  }
}
