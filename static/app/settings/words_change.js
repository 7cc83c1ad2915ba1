/**
 * <aq-words-change>: the present words, the new ones shown, and typed again in full. Gives `aq-done`.
 *
 * Owns both only while it stands; they go to the engine and nowhere else.
 */
import { AqElement, html, icon, nothing } from '../element.js';
import { isSameWord, readWords } from '../vault/words.js';

export class AqWordsChange extends AqElement {
  static properties = { words: { state: true }, shown: { state: true }, busy: { state: true }, failure: { state: true } };

  constructor() {
    super();
    /** @type {string[]} */
    this.words = [];
    this.shown = true;
    this.busy = false;
    this.failure = '';
  }

  async connectedCallback() {
    super.connectedCallback();
    this.words = await this.app.engine.suggestPassphrase(this.app.language);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.words = [];
  }

  /** @param {SubmitEvent} event */
  async #save(event) {
    event.preventDefault();
    const [old, again] = [...this.querySelectorAll('textarea')].map((field) => readWords(field.value));
    if (again.length !== this.words.length || !again.every((word, index) => isSameWord(word, this.words[index]))) {
      this.failure = this.t('settings.words.differ');
      return;
    }
    this.busy = true;
    this.failure = '';
    try {
      await this.app.engine.changePassphrase(old, this.words);
      await this.app.engine.setMeta('wordsTypedAt', new Date().toISOString());
      this.app.notify({ kind: 'ok', text: this.t('settings.words.done') });
      this.dispatchEvent(new CustomEvent('aq-done'));
    } catch (error) {
      const { what, safe, act } = this.app.explain(error);
      this.failure = [what, safe, act].join(' ');
    } finally {
      this.busy = false;
    }
  }

  render() {
    const field = (/** @type {string} */ key, /** @type {string} */ extra) => html`
      <label class="field"><span class="label">${this.t(key)}</span>
        <textarea class=${extra} rows="2" required autocomplete="off" autocapitalize="none" autocorrect="off" spellcheck="false" translate="no"></textarea></label>`;
    return html`
      <form class="stack" autocomplete="off" @submit=${this.#save}>
        ${this.failure ? html`<div class="notice bad" role="alert">${icon('warning')}<p>${this.failure}</p></div>` : nothing}
        ${field('settings.words.old', 'masked')}
        <p>${this.t('settings.words.new')}</p>
        ${this.shown ? html`<ol class="words" translate="no">${this.words.map((word) => html`<li>${word}</li>`)}</ol>` : nothing}
        <button class="btn ghost" type="button" @click=${() => { this.shown = !this.shown; }}>${icon(this.shown ? 'eye-off' : 'eye')} ${this.t(this.shown ? 'vault.unlock.hide' : 'vault.unlock.show')}</button>
        ${field('settings.words.repeat', '')}
        <button class="btn primary block" type="submit" ?disabled=${this.busy || !this.words.length}>${this.busy ? this.t('settings.words.saving') : this.t('settings.words.save')}</button>
      </form>
    `;
  }
}

customElements.define('aq-words-change', AqWordsChange);
