/**
 * <aq-unlock>: the locked screen. By PIN while the keys are in memory, else by the words.
 *
 * Tells nobody more than that Aigaq is here, the tablet's name, and how much waits. Wrong words and a damaged
 * vault are different messages. Delivery goes on behind it.
 */
import { languageSelect, stateOf } from '../bar.js';
import { AqElement, html, icon, nothing } from '../element.js';
import './pin_pad.js';
import { mixesAlphabets, readWords } from './words.js';

export class AqUnlock extends AqElement {
  static properties = {
    updates: { attribute: false },
    busy: { state: true }, failure: { state: true }, visible: { state: true }, byWords: { state: true }, mixed: { state: true },
  };

  constructor() {
    super();
    /** @type {any} */
    this.updates = null;
    this.busy = false;
    /** @type {any} */
    this.failure = null;
    this.visible = false;
    this.byWords = false;
    this.mixed = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(this.app, 'status', () => this.requestUpdate());
    this.listen(this.updates, 'offered', () => this.requestUpdate());
  }

  /** @param {() => Promise<any>} open */
  async #open(open) {
    this.busy = true;
    this.failure = null;
    try {
      const status = await open();
      const typed = this.byWords || !this.app.status?.pinReady;
      this.app.setStatus(status);
      if (typed) await this.app.engine.setMeta('wordsTypedAt', new Date().toISOString()).catch(() => undefined);
    } catch (error) {
      this.failure = error;
      if (/** @type {any} */ (error).code === 'pin-gone') this.byWords = true;
    } finally {
      this.busy = false;
    }
    if (this.failure) {
      await this.updateComplete;
      /** @type {HTMLTextAreaElement | null} */ (this.querySelector('#words'))?.focus();
    }
  }

  /** @param {SubmitEvent} event */
  #byWords(event) {
    event.preventDefault();
    const field = /** @type {HTMLTextAreaElement} */ (this.querySelector('#words'));
    const words = readWords(field.value);
    if (words.length === 0) return field.focus();
    this.mixed = mixesAlphabets(field.value);
    return this.#open(async () => {
      const status = await this.app.engine.unlock(words);
      field.value = '';
      return status;
    });
  }

  render() {
    const { app } = this;
    const status = app.status ?? {};
    const state = stateOf(status);
    const n = status.waiting?.documents ?? 0;
    const pin = status.pinReady && !this.byWords;
    const damaged = this.failure?.code === 'vault-damaged';
    return html`
      <main class="gate">
        <header><span class="brand">${app.t('shell.name')}</span>${languageSelect(app)}</header>
        <div class="stack tight">
          <h1 tabindex="-1">${damaged ? app.t('vault.damaged.title') : pin ? app.t('vault.pin.title') : app.t('vault.unlock.title')}</h1>
          <span class="meta">${[status.device?.name, pin ? app.t('vault.pin.lead') : ''].filter(Boolean).join(' · ')}</span>
        </div>
        ${pin ? this.#pin() : this.#words()}
        <section class="notice" role="status">
          ${icon(state.icon)}
          <div class="stack tight">
            <p>${n ? app.t('vault.unlock.waiting', { n }) : app.t('vault.unlock.nothing')}</p>
            <p class="meta">${app.t(`state.${status.connection ?? 'offline'}`)}${status.waiting?.bytes ? ` · ${app.formatBytes(status.waiting.bytes)}` : ''}</p>
          </div>
        </section>
        ${this.updates?.offered ? html`
          <section class="notice info">${icon('download')}<p>${app.t('update.ready')}</p>
            <button class="btn small" type="button" @click=${() => this.dispatchEvent(new CustomEvent('aq-update'))}>${app.t('update.now')}</button></section>` : nothing}
        ${pin ? nothing : this.#forgotten(n)}
      </main>
    `;
  }

  #pin() {
    const { app } = this;
    const left = this.failure?.detail?.left;
    return html`
      <section class="card stack">
        ${this.failure ? html`<p class="error" role="alert">${typeof left === 'number' ? app.t('vault.pin.left', { n: left }) : app.explain(this.failure).what}</p>` : nothing}
        <aq-pin-pad .app=${app} .busy=${this.busy} .action=${app.t('vault.pin.open')} @aq-pin=${(/** @type {CustomEvent} */ event) => this.#open(() => app.engine.unlockWithPin(event.detail))}></aq-pin-pad>
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
    const { what, safe, act } = this.failure ? app.explain(this.failure) : { what: '', safe: '', act: '' };
    return html`
      <form class="card stack" autocomplete="off" @submit=${this.#byWords}>
        ${this.failure ? html`<div class="notice bad" role="alert">${icon('warning')}<p>${what} ${safe} ${act} ${this.mixed ? app.t('vault.unlock.layout') : ''}</p></div>` : nothing}
        <div class="field">
          <label class="label" for="words">${app.t('vault.unlock.words')}</label>
          <textarea id="words" class=${this.visible ? '' : 'masked'} rows="3" autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false" translate="no"
            aria-describedby="words-hint" aria-invalid=${this.failure ? 'true' : 'false'} ?readonly=${this.busy}
            @keydown=${(/** @type {KeyboardEvent} */ event) => { if (event.key === 'Enter') { event.preventDefault(); this.querySelector('form')?.requestSubmit(); } }}></textarea>
          <span class="hint" id="words-hint">${app.t('vault.unlock.hint')}</span>
        </div>
        <div class="row">
          <button class="btn primary grow" type="submit" ?disabled=${this.busy}>${icon('unlock')} ${this.busy ? app.t('vault.unlock.opening') : app.t('vault.unlock.open')}</button>
          <button class="btn" type="button" aria-pressed=${this.visible ? 'true' : 'false'} @click=${() => { this.visible = !this.visible; }}>${icon(this.visible ? 'eye-off' : 'eye')} ${app.t(this.visible ? 'vault.unlock.hide' : 'vault.unlock.show')}</button>
        </div>
      </form>
    `;
  }

  /** @param {number} n */
  #forgotten(n) {
    const { app } = this;
    return html`
      <details>
        <summary>${app.t('vault.unlock.forgot')}</summary>
        <div class="stack">
          <p>${app.t('vault.unlock.forgot.text')}</p>
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
