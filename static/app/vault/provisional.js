/**
 * <aq-provisional>: the words are forgotten, and the person goes on at once in a second vault.
 *
 *   about ─► words ─► retype ─► working ─► (unlocked)      `aq-back` at any time before the last step
 *
 * Owns the new words only while they are on the screen. What it says of the first vault is what the threat model
 * says: it stays closed and untouched, and goes on delivering.
 */
import { AqElement, html, icon, nothing } from '../element.js';
import { isSameWord, twoPlaces } from './words.js';

export class AqProvisional extends AqElement {
  static properties = { step: { state: true }, words: { state: true }, wrong: { state: true }, failure: { state: true } };

  constructor() {
    super();
    /** @type {'about' | 'words' | 'retype' | 'working'} */
    this.step = 'about';
    this.initial = '';
    /** @type {string[]} */
    this.words = [];
    /** @type {[number, number]} */
    this.places = [1, 2];
    /** @type {number[]} */
    this.wrong = [];
    /** @type {any} */
    this.failure = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.words = [];
  }

  /** @param {AqProvisional['step']} step */
  async #go(step) {
    this.step = step;
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector('h1'))?.focus();
  }

  /** @param {SubmitEvent} event */
  async #begin(event) {
    event.preventDefault();
    this.words = await this.app.engine.suggestPassphrase(this.app.language);
    await this.#go('words');
  }

  #ask() {
    this.places = twoPlaces(this.words.length, (limit) => crypto.getRandomValues(new Uint32Array(1))[0] % limit);
    this.wrong = [];
    return this.#go('retype');
  }

  /** @param {SubmitEvent} event */
  async #finish(event) {
    event.preventDefault();
    const inputs = [.../** @type {HTMLFormElement} */ (event.target).querySelectorAll('input')];
    this.wrong = this.places.filter((place, index) => !isSameWord(inputs[index].value, this.words[place]));
    if (this.wrong.length) return;
    this.step = 'working';
    const { app } = this;
    try {
      const status = await app.engine.startProvisional({ words: this.words, initial: this.initial, language: app.language });
      this.words = [];
      app.setStatus(status);
    } catch (error) {
      this.failure = error;
      await this.#go('about');
    }
  }

  render() {
    const { app } = this;
    const failed = this.failure ? app.explain(this.failure) : null;
    return html`
      <h1 tabindex="-1">${app.t('vault.second.title')}</h1>
      ${failed ? html`<div class="notice bad" role="alert">${icon('warning')}<p>${failed.what} ${failed.safe} ${failed.act}</p></div>` : nothing}
      ${this.step === 'about' ? this.#about() : this.step === 'words' ? this.#words() : this.#retype()}
      ${this.step === 'working' ? html`<p role="status">${app.t('vault.second.working')}</p>`
        : html`<button class="btn ghost" type="button" @click=${() => this.dispatchEvent(new CustomEvent('aq-back'))}>${icon('arrow-left')} ${app.t('shell.back')}</button>`}
    `;
  }

  #about() {
    const { app } = this;
    return html`
      <form class="card stack" autocomplete="off" @submit=${this.#begin}>
        <ul class="checks">
          <li class="ok">${icon('seal')}<span class="grow">${app.t('vault.second.safe')}</span></li>
          <li class="ok">${icon('key')}<span class="grow">${app.t('vault.second.again')}</span></li>
          <li class="wait">${icon('building')}<span class="grow">${app.t('vault.second.office')}</span></li>
        </ul>
        <label class="field"><span class="label">${app.t('vault.second.initial')}</span>
          <input autocomplete="off" autocapitalize="characters" autocorrect="off" spellcheck="false" maxlength="3" required .value=${this.initial}
            @input=${(/** @type {any} */ event) => { this.initial = event.target.value; }}>
          <span class="hint">${app.t('vault.second.initial.hint')}</span></label>
        <button class="btn primary block" type="submit">${app.t('vault.next.words')}</button>
      </form>
    `;
  }

  #words() {
    const { app } = this;
    return html`
      <p>${app.t('vault.words.lead')}</p>
      <section class="card"><ol class="words" translate="no">${this.words.map((word) => html`<li>${word}</li>`)}</ol></section>
      <div class="notice wait">${icon('warning')}<p>${app.t('vault.words.once')}</p></div>
      <button class="btn primary block" type="button" @click=${this.#ask}>${app.t('vault.words.written')}</button>
    `;
  }

  #retype() {
    const { app } = this;
    return html`
      <p>${app.t('vault.retype.lead')}</p>
      <form class="card stack" autocomplete="off" @submit=${this.#finish}>
        ${this.places.map((place) => {
          const wrong = this.wrong.includes(place);
          const n = String(place + 1);
          return html`<label class="field"><span class="label">${app.t('vault.retype.word', { n })}</span>
            <input autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false" required ?readonly=${this.step === 'working'} aria-invalid=${wrong ? 'true' : 'false'}>
            ${wrong ? html`<span class="error" role="alert">${app.t('vault.retype.wrong', { n })}</span>` : nothing}</label>`;
        })}
        <button class="btn primary block" type="submit" ?disabled=${this.step === 'working'}>${app.t('vault.second.begin')}</button>
        <button class="btn ghost" type="button" @click=${() => this.#go('words')}>${app.t('vault.retype.again')}</button>
      </form>
    `;
  }
}

customElements.define('aq-provisional', AqProvisional);
