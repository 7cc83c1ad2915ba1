/**
 * <aq-passkey-card>: what a passkey is good for and what not, setting one and removing it.
 *
 *   about ─► words (all of them, checked) ─► touch ─► set
 *
 * Owns the words between the check and the touch, while its dialog stands; each system question follows a tap of its own.
 */
import { AqElement, html, icon, nothing } from '../element.js';
import { canPasskey, forgetPasskey, makePasskey } from '../vault/passkey.js';
import '../vault/words_form.js';

export class AqPasskeyCard extends AqElement {
  static properties = { passkey: { state: true }, can: { state: true } };

  constructor() {
    super();
    /** @type {import('../vault/passkey.js').Passkey | null} */
    this.passkey = null;
    /** null: not known yet. @type {boolean | null} */
    this.can = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.#look();
  }

  async #look() {
    [this.passkey, this.can] = await Promise.all([this.app.engine.passkey().catch(() => null), canPasskey()]);
  }

  async #set() {
    const { app } = this;
    const done = await app.dialog({
      title: this.t('settings.passkey.set'), actions: [{ label: this.t('shell.cancel'), value: null }],
      body: (/** @type {(value: any) => void} */ close) => html`<aq-passkey-set .app=${app} @aq-done=${() => close(true)}></aq-passkey-set>`,
    });
    if (done) app.notify({ kind: 'ok', text: this.t('settings.passkey.done') });
    await this.#look();
  }

  async #remove() {
    const { app } = this;
    const sure = await app.confirm({
      title: this.t('settings.passkey.remove'), text: this.t('settings.passkey.remove.text'), yes: this.t('settings.passkey.remove.yes'), no: this.t('shell.cancel'),
    });
    if (!sure) return;
    try {
      await app.engine.removePasskey();
      if (this.passkey) forgetPasskey(this.passkey.credential);
      app.notify({ kind: 'ok', text: this.t('settings.passkey.removed') });
    } catch (error) {
      app.notifyError(error);
    }
    await this.#look();
  }

  render() {
    if (this.can === null) return nothing;
    return html`
      <section class="card stack" data-part="passkey">
        <h2>${this.t('settings.passkey')}</h2>
        <p>${this.t('settings.passkey.what')}</p>
        ${this.passkey || this.can ? html`
          <ul class="checks">
            <li class="ok">${icon('check')}<span class="grow">${this.t('settings.passkey.guards')}</span></li>
            <li class="wait">${icon('warning')}<span class="grow">${this.t('settings.passkey.not')}</span></li>
            <li class="wait">${icon('info')}<span class="grow">${this.t('settings.passkey.copied')}</span></li>
          </ul>` : nothing}
        ${this.passkey ? html`
          <p class="row">${icon('check')} ${this.t('settings.passkey.is')}</p>
          <button class="btn" type="button" @click=${this.#remove}>${icon('trash')} ${this.t('settings.passkey.remove')}</button>`
          : this.can ? html`<button class="btn" type="button" @click=${this.#set}>${icon('key')} ${this.t('settings.passkey.set')}</button>`
            : html`<p class="meta">${this.t('settings.passkey.cannot')}</p>`}
      </section>
    `;
  }
}

class AqPasskeySet extends AqElement {
  static properties = { words: { state: true }, busy: { state: true }, failure: { state: true } };

  constructor() {
    super();
    /** @type {string[] | null} */
    this.words = null;
    this.busy = false;
    /** @type {any} */
    this.failure = null;
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.words = null;
  }

  /** @param {string[]} words */
  async #check(words) {
    await this.app.engine.rehearse(words);
    await this.app.engine.setMeta('wordsTypedAt', new Date().toISOString());
    this.words = words;
  }

  async #touch() {
    const { words } = this;
    if (!words || this.busy) return;
    this.busy = true;
    this.failure = null;
    try {
      const { credential, salt, prf } = await makePasskey();
      await this.app.engine.addPasskey(words, { credential, salt, prf });
      this.words = null;
      this.dispatchEvent(new CustomEvent('aq-done'));
    } catch (error) {
      this.failure = error;
    } finally {
      this.busy = false;
    }
  }

  render() {
    if (!this.words) {
      return html`<div class="stack"><p>${this.t('settings.passkey.words')}</p>
        <aq-words-form .app=${this.app} .action=${this.t('shell.next')} .working=${this.t('vault.unlock.opening')} .give=${(/** @type {string[]} */ words) => this.#check(words)}></aq-words-form></div>`;
    }
    const { what, safe, act } = this.failure ? this.app.explain(this.failure) : { what: '', safe: '', act: '' };
    return html`
      <div class="stack">
        ${this.failure ? html`<div class="notice bad" role="alert">${icon('warning')}<p>${what} ${safe} ${act}</p></div>` : nothing}
        <p>${this.t('settings.passkey.touch')}</p>
        <button class="btn primary block" type="button" ?disabled=${this.busy} @click=${this.#touch}>${icon('key')} ${this.t(this.busy ? 'vault.passkey.asking' : 'settings.passkey.make')}</button>
      </div>
    `;
  }
}

customElements.define('aq-passkey-card', AqPasskeyCard);
customElements.define('aq-passkey-set', AqPasskeySet);
