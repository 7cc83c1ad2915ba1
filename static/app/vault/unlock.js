/**
 * <aq-unlock>: the locked screen. By PIN while the keys are in memory, else by the words.
 *
 * Tells nobody more than that Aigaq is here, the tablet's name, and how much waits. Wrong words and a damaged
 * vault are different messages. Delivery goes on behind it.
 */
import { languageSelect, stateOf } from '../bar.js';
import { AqElement, html, icon, nothing } from '../element.js';
import { versionNews } from '../version_news.js';
import { addVault, chooser } from './chooser.js';
import { askPasskey } from './passkey.js';
import './pin_pad.js';
import './provisional.js';
import './words_form.js';

export class AqUnlock extends AqElement {
  static properties = {
    updates: { attribute: false },
    busy: { state: true }, failure: { state: true }, byWords: { state: true }, second: { state: true }, passkey: { state: true },
  };

  constructor() {
    super();
    /** @type {any} */
    this.updates = null;
    this.busy = false;
    /** @type {any} */
    this.failure = null;
    this.byWords = false;
    /** The words are forgotten: the second vault is being made. */
    this.second = false;
    /** Of the chosen vault. @type {import('./passkey.js').Passkey | null} */
    this.passkey = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#look();
    this.listen(this.app, 'status', () => this.requestUpdate());
    for (const type of ['offered', 'refused', 'running']) this.listen(this.updates, type, () => this.requestUpdate());
  }

  async #look() {
    this.passkey = null;
    this.passkey = await this.app.engine.passkey().catch(() => null);
  }

  /** @param {string} pin */
  async #byPin(pin) {
    this.busy = true;
    this.failure = null;
    try {
      this.app.setStatus(await this.app.engine.unlockWithPin(pin));
    } catch (error) {
      this.failure = error;
      if (/** @type {any} */ (error).code === 'pin-gone') this.byWords = true;
    } finally {
      this.busy = false;
    }
  }

  render() {
    const { app } = this;
    const status = app.status ?? {};
    const state = stateOf(status);
    const n = status.waiting?.documents ?? 0;
    const pin = status.pinReady && !this.byWords;
    if (this.second) {
      return html`<main class="gate"><header><span class="brand">${app.t('shell.name')}</span>${languageSelect(app)}</header>
        <aq-provisional class="stack" .app=${app} @aq-back=${() => { this.second = false; }}></aq-provisional></main>`;
    }
    const damaged = this.failure?.code === 'vault-damaged';
    return html`
      <main class="gate">
        <header><span class="brand">${app.t('shell.name')}</span>${languageSelect(app)}</header>
        <div class="stack tight">
          <h1 tabindex="-1">${damaged ? app.t('vault.damaged.title') : pin ? app.t('vault.pin.title') : app.t('vault.unlock.title')}</h1>
          <span class="meta">${[status.device?.name, pin ? app.t('vault.pin.lead') : ''].filter(Boolean).join(' · ')}</span>
        </div>
        ${status.pinReady ? nothing : chooser(app, () => { this.failure = null; this.byWords = false; this.#look(); })}
        ${pin ? this.#pin() : this.#words()}
        <section class="notice" role="status">
          ${icon(state.icon)}
          <div class="stack tight">
            <p>${n ? app.t('vault.unlock.waiting', { n }) : app.t('vault.unlock.nothing')}</p>
            <p class="meta">${app.t(`state.${status.connection ?? 'offline'}`)}${status.waiting?.bytes ? ` · ${app.formatBytes(status.waiting.bytes)}` : ''}</p>
          </div>
        </section>
        ${versionNews(app, this.updates, () => this.dispatchEvent(new CustomEvent('aq-update')))}
        ${pin ? nothing : this.#forgotten(n)}
        ${status.pinReady || !status.vaults ? nothing : addVault(app)}
      </main>
    `;
  }

  #pin() {
    const { app } = this;
    const left = this.failure?.detail?.left;
    return html`
      <section class="card stack">
        ${this.failure ? html`<p class="error" role="alert">${typeof left === 'number' ? app.t('vault.pin.left', { n: left }) : app.explain(this.failure).what}</p>` : nothing}
        <aq-pin-pad .app=${app} .busy=${this.busy} .action=${app.t('vault.pin.open')} @aq-pin=${(/** @type {CustomEvent} */ event) => this.#byPin(event.detail)}></aq-pin-pad>
        <div class="row between">
          <button class="btn ghost" type="button" @click=${() => { this.byWords = true; this.failure = null; }}>${app.t('vault.pin.useWords')}</button>
          <button class="btn ghost" type="button" @click=${this.#drop}>${app.t('vault.pin.drop')}</button>
        </div>
      </section>
    `;
  }

  async #drop() {
    this.app.setStatus(await this.app.engine.lock());
    this.byWords = true;
    this.app.notify({ kind: 'ok', text: this.t('vault.pin.dropped') });
  }

  #words() {
    const { app } = this;
    const second = this.passkey && { label: app.t('vault.passkey.open'), words: 4, give: (/** @type {string[]} */ words) => this.#byPasskey(words) };
    return html`<aq-words-form .app=${app} .second=${second} .action=${app.t('vault.unlock.open')} .working=${app.t('vault.unlock.opening')}
      .give=${(/** @type {string[]} */ words) => this.#unlock(words)}></aq-words-form>`;
  }

  /** The first words and the passkey. What "Prepare" wants to know is the whole of them: this is no proof of it. @param {string[]} words */
  async #byPasskey(words) {
    this.failure = null;
    const { app, passkey } = this;
    if (!passkey) return;
    const prf = await askPasskey(passkey);
    app.setStatus(await app.engine.unlockWithPasskey(words, prf));
  }

  /** @param {string[]} words */
  async #unlock(words) {
    this.failure = null;
    try {
      const status = await this.app.engine.unlock(words);
      await this.app.engine.setMeta('wordsTypedAt', new Date().toISOString()).catch(() => undefined);
      this.app.setStatus(status);
    } catch (error) {
      this.failure = error;
      throw error;
    }
  }

  /** @param {number} n */
  #forgotten(n) {
    const { app } = this;
    return html`
      <details>
        <summary>${app.t('vault.unlock.forgot')}</summary>
        <div class="stack">
          <p>${app.t('vault.unlock.forgot.text')}</p>
          ${app.status?.provisional ? nothing : html`<button class="btn" type="button" data-action="second" @click=${() => { this.second = true; }}>${icon('key')} ${app.t('vault.unlock.second')}</button>`}
          <p class="meta">${app.t('vault.unlock.forgot.erase')}</p>
          <button class="btn danger" type="button" @click=${() => this.#startOver(n)}>${icon('erase')} ${app.t('vault.unlock.startOver')}</button>
        </div>
      </details>
    `;
  }

  /** @param {number} n */
  async #startOver(n) {
    const { app } = this;
    const text = n ? app.t('vault.unlock.startOver.text', { n }) : app.t('vault.unlock.startOver.clear');
    const ask = { text, yes: app.t('vault.unlock.startOver.yes'), no: app.t('shell.cancel'), danger: true };
    if (!(await app.confirm({ ...ask, title: app.t('vault.unlock.startOver.title') }))) return;
    if (n && !(await app.confirm({ ...ask, title: app.t('vault.unlock.startOver.sure') }))) return;
    try {
      app.setStatus(await app.engine.quickDelete());
    } catch (error) {
      app.notifyError(error);
    }
  }
}

customElements.define('aq-unlock', AqUnlock);
