/**
 * <aq-words-form>: the access words, typed. Used to unlock, and to try whether one still knows them.
 *
 * A word that stands in no list is asked about before the slow derivation begins, with the nearest word of the
 * public lists; what is compared are the lists, never the vault's words. While the words are hidden, so is the slip:
 * its number is said. Owns what is typed while it stands.
 */
import { AqElement, html, icon, nothing } from '../element.js';
import { mixesAlphabets, readWords } from './words.js';

export class AqWordsForm extends AqElement {
  static properties = {
    give: { attribute: false }, second: { attribute: false }, action: { attribute: false }, working: { attribute: false },
    busy: { state: true }, failure: { state: true }, visible: { state: true }, mixed: { state: true }, stray: { state: true },
  };

  constructor() {
    super();
    /** What is done with the words; a failure is shown here. @type {(words: string[]) => Promise<void>} */
    this.give = async () => undefined;
    /** Another way, for which the first words are enough. @type {{label: string, words: number, give: (words: string[]) => Promise<void>} | null} */
    this.second = null;
    this.action = '';
    this.working = '';
    this.busy = false;
    /** @type {any} */
    this.failure = null;
    this.visible = false;
    this.mixed = false;
    /** @type {{word: string, near: string[]}[]} */
    this.stray = [];
  }

  get #field() {
    return /** @type {HTMLTextAreaElement} */ (this.querySelector('#words'));
  }

  focusField() {
    this.#field?.focus();
  }

  /** @param {SubmitEvent} event */
  async #submit(event) {
    event.preventDefault();
    const typed = this.#field.value;
    const other = /** @type {HTMLElement | null} */ (event.submitter)?.dataset.way === 'second' ? this.second : null;
    const words = readWords(typed).slice(0, other?.words);
    if (words.length === 0) return this.#field.focus();
    this.failure = other && words.length < other.words ? { code: 'wrong-passkey' } : null;
    if (this.failure) return this.#field.focus();
    this.mixed = mixesAlphabets(typed);
    this.stray = this.stray.length ? [] : await this.app.engine.strayWords(words).catch(() => []);
    if (this.stray.length) return undefined;
    return this.#give(words, other?.give ?? this.give);
  }

  /** @param {string[]} words @param {(words: string[]) => Promise<void>} give */
  async #give(words, give) {
    this.stray = [];
    this.busy = true;
    try {
      await give(words);
      if (this.#field) this.#field.value = '';
    } catch (error) {
      this.failure = error;
      await this.updateComplete;
      this.#field?.focus();
    } finally {
      this.busy = false;
    }
  }

  /** @param {string} word @param {string} better */
  #put(word, better) {
    const field = this.#field;
    field.value = readWords(field.value).map((one) => (one.replaceAll('ё', 'е') === word ? better : one)).join(' ');
    this.stray = this.stray.filter((one) => one.word !== word);
    field.focus();
  }

  render() {
    const { app } = this;
    const { what, safe, act } = this.failure ? app.explain(this.failure) : { what: '', safe: '', act: '' };
    return html`
      <form class="card stack" autocomplete="off" @submit=${this.#submit}>
        ${this.failure ? html`<div class="notice bad" role="alert">${icon('warning')}<p>${what} ${safe} ${act} ${this.mixed ? app.t('vault.unlock.layout') : ''}</p></div>` : nothing}
        <div class="field">
          <label class="label" for="words">${app.t('vault.unlock.words')}</label>
          <textarea id="words" class=${this.visible ? '' : 'masked'} rows="3" autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false" translate="no"
            aria-describedby="words-hint" aria-invalid=${this.failure || this.stray.length ? 'true' : 'false'} ?readonly=${this.busy} @input=${() => { this.stray = []; }}
            @keydown=${this.#enter}></textarea>
          <span class="hint" id="words-hint">${app.t('vault.unlock.hint')}</span>
        </div>
        ${this.stray.length ? this.#slips() : nothing}
        <div class="row">
          <button class="btn primary grow" type="submit" ?disabled=${this.busy}>${icon('unlock')} ${this.busy ? this.working : this.stray.length ? app.t('vault.slip.asTyped') : this.action}</button>
          ${this.second ? html`<button class="btn grow" type="submit" data-way="second" ?disabled=${this.busy}>${icon('key')} ${this.second.label}</button>` : nothing}
          <button class="btn" type="button" aria-pressed=${this.visible ? 'true' : 'false'} @click=${() => { this.visible = !this.visible; }}>${icon(this.visible ? 'eye-off' : 'eye')} ${app.t(this.visible ? 'vault.unlock.hide' : 'vault.unlock.show')}</button>
        </div>
      </form>
    `;
  }

  /** As many words as the other way needs, and Enter: that way is meant. @param {KeyboardEvent} event */
  #enter(event) {
    if (event.key !== 'Enter') return;
    event.preventDefault();
    const short = this.second && readWords(this.#field.value).length <= this.second.words;
    this.querySelector('form')?.requestSubmit(short ? this.querySelector('[data-way=second]') : undefined);
  }

  /** The place of a slip in what was typed, from one. @param {string} word */
  #numberOf(word) {
    return String(1 + readWords(this.#field.value).findIndex((one) => one.replaceAll('ё', 'е') === word));
  }

  #slips() {
    const { app } = this;
    if (!this.visible) {
      return html`
        <div class="notice wait" role="alert">${icon('edit')}<div class="stack tight">
          <p>${this.stray.map(({ word }) => app.t('vault.retype.word', { n: this.#numberOf(word) })).join(', ')}. ${app.t('vault.slip')}</p>
          <div class="row"><button class="btn small" type="button" @click=${() => { this.visible = true; }}>${icon('eye')} ${app.t('vault.slip.show')}</button></div>
        </div></div>
      `;
    }
    return html`
      <div class="notice wait" role="alert">${icon('edit')}<div class="stack tight">
        <p>${app.t('vault.slip')}</p>
        ${this.stray.map(({ word, near }) => html`
          <div class="row" translate="no"><span>«${word}»</span>
            ${near.length ? near.map((one) => html`<button class="btn small" type="button" @click=${() => this.#put(word, one)}>${icon('arrow-right')} ${one}</button>`)
              : html`<span class="meta">${app.t('vault.slip.none')}</span>`}</div>`)}
      </div></div>
    `;
  }
}

customElements.define('aq-words-form', AqWordsForm);

/**
 * Asks for the words to see whether they are still known; nothing is locked, no key is dropped.
 * @param {import('../context.js').App} app
 * @returns {Promise<boolean>} whether they were typed right
 */
export async function rehearse(app) {
  const done = await app.dialog({
    title: app.t('vault.rehearse'), actions: [{ label: app.t('shell.cancel'), value: null }],
    body: (/** @type {(value: any) => void} */ close) => html`<div class="stack"><p>${app.t('vault.rehearse.text')}</p>
      <aq-words-form .app=${app} .action=${app.t('vault.rehearse.check')} .working=${app.t('vault.unlock.opening')} .give=${async (/** @type {string[]} */ words) => {
        await app.engine.rehearse(words);
        await app.engine.setMeta('wordsTypedAt', new Date().toISOString());
        close(true);
      }}></aq-words-form></div>`,
  });
  if (done) app.notify({ kind: 'ok', text: app.t('vault.rehearse.ok') });
  return Boolean(done);
}
