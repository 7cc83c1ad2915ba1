/**
 * <aq-enrol>: the first start. Code and name, then the generated words, then two of them typed again.
 *
 *   code ─► words ─► retype ─► working ─► (event aq-enrolled)
 *     ▲___________________________│ a refused code comes back here; the words stay good
 *
 * Owns the words only while they are on the screen; they go to the engine and nowhere else.
 */
import { languageSelect } from '../bar.js';
import { AqElement, html, icon, nothing } from '../element.js';
import { checkBrowser, checkList } from './checks.js';
import { isWholeCode, normaliseCode, writeCode } from './invitation.js';
import { canScan } from './scan.js';
import { isSameWord, twoPlaces } from './words.js';

export class AqEnrol extends AqElement {
  static properties = {
    updates: { attribute: false }, invitation: { attribute: false },
    scans: { state: true }, scanning: { state: true }, step: { state: true }, code: { state: true }, checks: { state: true }, words: { state: true }, wrong: { state: true }, failure: { state: true },
  };

  constructor() {
    super();
    /** @type {any} */
    this.updates = null;
    /** @type {import('./invitation.js').Invitation | null} */
    this.invitation = null;
    /** @type {'code' | 'words' | 'retype' | 'working'} */
    this.step = 'code';
    this.code = '';
    this.deviceName = '';
    /** The browser reads pictures of codes. */
    this.scans = false;
    this.scanning = false;
    this.label = '';
    /** @type {import('./checks.js').Checks | null} */
    this.checks = null;
    /** @type {string[]} */
    this.words = [];
    /** @type {[number, number]} */
    this.places = [1, 2];
    /** @type {number[]} */
    this.wrong = [];
    /** @type {any} */
    this.failure = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.code = this.invitation?.code ?? '';
    this.deviceName = this.t('vault.device.default', { n: String(100 + randomBelow(900)) });
    this.#check();
    canScan().then((can) => { this.scans = can; });
    for (const type of ['ready', 'failed', 'caching']) this.listen(this.updates, type, () => this.requestUpdate());
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.words = [];
  }

  /** @param {CustomEvent<import('./invitation.js').Invitation>} event */
  #scanned(event) {
    this.invitation = event.detail;
    this.code = writeCode(event.detail.code);
    this.scanning = false;
  }

  async #check() {
    this.checks = await checkBrowser(this.app);
  }

  /** Vaults that are on this tablet already. */
  get #others() {
    return this.app.status?.vaults ?? [];
  }

  async #back() {
    try {
      this.app.setStatus(await this.app.engine.chooseVault(this.#others.at(-1).name));
    } catch (error) {
      this.app.notifyError(error);
    }
  }

  /** @param {SubmitEvent} event */
  async #takeCode(event) {
    event.preventDefault();
    if (!isWholeCode(this.code)) {
      this.failure = { text: this.t('vault.code.short') };
      return;
    }
    this.failure = null;
    this.step = 'words';
    if (this.words.length === 0) await this.#choose();
    this.#toTop();
  }

  async #choose() {
    this.words = [];
    try {
      this.words = await this.app.engine.suggestPassphrase(this.app.language);
    } catch (error) {
      this.failure = error;
      this.step = 'code';
    }
  }

  #ask() {
    this.places = twoPlaces(this.words.length, randomBelow);
    this.wrong = [];
    this.step = 'retype';
    this.#toTop();
  }

  /** @param {SubmitEvent} event */
  async #finish(event) {
    event.preventDefault();
    const inputs = [.../** @type {HTMLFormElement} */ (event.target).querySelectorAll('input')];
    this.wrong = this.places.filter((place, index) => !isSameWord(inputs[index].value, this.words[place]));
    if (this.wrong.length) {
      await this.updateComplete;
      /** @type {HTMLElement | null} */ (this.querySelector('[aria-invalid="true"]'))?.focus();
      return;
    }
    this.step = 'working';
    try {
      const { invitation, code } = this;
      const root = invitation && normaliseCode(invitation.code) === normaliseCode(code) ? invitation.root : undefined;
      const status = await this.app.engine.enrol({ code: writeCode(code), root, deviceName: this.deviceName.trim(), words: this.words, language: this.app.language, label: this.label });
      this.words = [];
      // Two of the words are no rehearsal of all of them: "Prepare" asks for that.
      this.app.setStatus(status);
      this.dispatchEvent(new CustomEvent('aq-enrolled', { bubbles: true }));
    } catch (error) {
      this.failure = error;
      this.step = 'code';
      this.#toTop();
    }
  }

  async #toTop() {
    await this.updateComplete;
    window.scrollTo(0, 0);
    /** @type {HTMLElement | null} */ (this.querySelector('h1'))?.focus();
  }

  render() {
    const number = { code: 1, words: 2, retype: 3, working: 3 }[this.step];
    return html`
      <main class="gate">
        <header><span class="brand">${this.t('shell.name')}</span>${languageSelect(this.app)}</header>
        <div class="stack tight">
          <span class="meta">${this.t('vault.step', { step: number })}</span>
          <h1 tabindex="-1">${this.t({ code: 'vault.enrol.title', words: 'vault.words.title', retype: 'vault.retype.title', working: 'vault.retype.title' }[this.step])}</h1>
        </div>
        ${this.failure ? this.#failed() : nothing}
        ${this.step === 'code' && this.#others.length ? html`<button class="btn ghost" type="button" @click=${this.#back}>${icon('arrow-left')} ${this.t('vault.label.back')}</button>` : nothing}
        ${this.step === 'code' ? this.#code() : this.step === 'words' ? this.#words() : this.#retype()}
      </main>
    `;
  }

  #failed() {
    const { what, safe, act } = this.failure.text ? { what: this.failure.text, safe: '', act: '' } : this.app.explain(this.failure);
    return html`<div class="notice bad" role="alert">${icon('warning')}<p>${what} ${safe} ${act}</p></div>`;
  }

  #code() {
    const taken = this.invitation && normaliseCode(this.invitation.code) === normaliseCode(this.code);
    const cached = this.updates?.offline;
    return html`
      <p>${this.t('vault.enrol.lead')}</p>
      <form class="card stack" autocomplete="off" @submit=${this.#takeCode}>
        <label class="field">
          <span class="label">${this.t('vault.code')}</span>
          <input class="code-input" autocomplete="off" autocapitalize="characters" spellcheck="false" inputmode="text" maxlength="20"
            aria-invalid=${this.failure ? 'true' : 'false'} .value=${this.code} placeholder="XXXX-XXXX-XXXX"
            @input=${(/** @type {any} */ event) => { this.code = event.target.value; }}
            @change=${(/** @type {any} */ event) => { this.code = writeCode(event.target.value); event.target.value = this.code; }}>
          <span class="hint">${taken ? this.t('vault.code.taken') : this.t('vault.code.hint')}</span>
        </label>
        ${this.scanning ? html`<aq-scan .app=${this.app} @aq-scanned=${this.#scanned}></aq-scan>` : nothing}
        ${this.scans ? html`<button class="btn block" type="button" @click=${() => { this.scanning = !this.scanning; }}>${icon('camera')} ${this.t(this.scanning ? 'vault.scan.stop' : 'vault.scan')}</button>` : nothing}
        <label class="field">
          <span class="label">${this.t('vault.device')}</span>
          <input autocomplete="off" spellcheck="false" maxlength="60" required .value=${this.deviceName} @input=${(/** @type {any} */ event) => { this.deviceName = event.target.value; }}>
          <span class="hint">${this.t('vault.device.hint')}</span>
        </label>
        ${this.#others.length ? html`
        <label class="field">
          <span class="label">${this.t('vault.label')}</span>
          <input autocomplete="off" spellcheck="false" maxlength="40" .value=${this.label} @input=${(/** @type {any} */ event) => { this.label = event.target.value; }}>
          <span class="hint">${this.t('vault.label.hint')}</span>
        </label>` : nothing}
        <button class="btn primary block" type="submit" ?disabled=${this.checks?.storage === 'bad'}>${this.t('vault.next.words')}</button>
      </form>
      <section class="card">
        <h2>${this.t('vault.checks')}</h2>
        ${checkList(this.app, this.checks, () => this.#check())}
        ${cached === 'unknown' || !cached ? nothing : html`<p class="offline-state meta">${icon(cached === 'ready' ? 'check' : cached === 'failed' ? 'warning' : 'clock')} ${this.t({ ready: 'update.offline', failed: 'update.failed', caching: 'update.caching' }[/** @type {'ready'} */ (cached)])}</p>`}
      </section>
    `;
  }

  #words() {
    return html`
      <p>${this.t('vault.words.lead')}</p>
      <section class="card stack">
        ${this.words.length ? html`<ol class="words" translate="no">${this.words.map((word) => html`<li>${word}</li>`)}</ol>` : html`<p role="status">${this.t('vault.words.making')}</p>`}
        <button class="btn ghost" type="button" @click=${this.#choose}>${icon('sync')} ${this.t('vault.words.other')}</button>
      </section>
      <div class="notice wait">${icon('warning')}<p>${this.t('vault.words.once')}</p></div>
      <button class="btn primary block" type="button" ?disabled=${!this.words.length} @click=${this.#ask}>${this.t('vault.words.written')}</button>
    `;
  }

  #retype() {
    const working = this.step === 'working';
    return html`
      <p>${this.t('vault.retype.lead')}</p>
      <form class="card stack" autocomplete="off" @submit=${this.#finish}>
        ${this.places.map((place) => {
          const wrong = this.wrong.includes(place);
          const n = String(place + 1);
          return html`
            <label class="field">
              <span class="label">${this.t('vault.retype.word', { n })}</span>
              <input autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false" required ?readonly=${working} aria-invalid=${wrong ? 'true' : 'false'}>
              ${wrong ? html`<span class="error" role="alert">${this.t('vault.retype.wrong', { n })}</span>` : nothing}
            </label>`;
        })}
        <button class="btn primary block" type="submit" ?disabled=${working}>${working ? this.t('vault.finishing') : this.t('vault.finish')}</button>
        <button class="btn ghost" type="button" ?disabled=${working} @click=${() => { this.step = 'words'; }}>${this.t('vault.retype.again')}</button>
      </form>
      ${working ? html`<p class="sr-only" role="status">${this.t('vault.finishing')}</p>` : nothing}
    `;
  }
}

/** An even choice below `limit`, from the system's randomness. @param {number} limit */
function randomBelow(limit) {
  return crypto.getRandomValues(new Uint32Array(1))[0] % limit;
}

customElements.define('aq-enrol', AqEnrol);
