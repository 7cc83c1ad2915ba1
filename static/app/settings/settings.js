/**
 * <aq-settings>: language, appearance, the lock, storage, version, and erasing the tablet.
 */
import { AqElement, html, icon, nothing } from '../element.js';
import { offerFile } from '../deliver/file_offer.js';
import { LANGUAGES, LANGUAGE_NAMES } from '../i18n.js';
import { fingerprint } from '../update.js';
import { sayRefused } from '../version_news.js';
import { checkBrowser, checkList } from '../vault/checks.js';
import { confirm } from '../vault/confirmation.js';
import { setPin } from '../vault/pin_pad.js';
import { rehearse } from '../vault/words_form.js';
import './passkey_card.js';
import './words_change.js';

export class AqSettings extends AqElement {
  static properties = { checks: { state: true } };

  constructor() {
    super();
    /** @type {import('../vault/checks.js').Checks | null} */
    this.checks = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(this.app, 'status', () => this.requestUpdate());
    this.listen(this.app, 'theme', () => this.requestUpdate());
    if (this.#updates) for (const type of ['ready', 'failed', 'caching', 'offered', 'refused', 'running']) this.listen(this.#updates, type, () => this.requestUpdate());
    this.#check();
  }

  get #updates() {
    return /** @type {any} */ (this.app.shell).updates;
  }

  async #check() {
    this.checks = await checkBrowser(this.app);
  }

  render() {
    const { app } = this;
    const account = app.status?.account;
    return html`
      <div class="page wide"><div class="grid-2">
        <div class="stack loose">
          <section class="card stack">
            <div><h2>${this.t('settings.account')}</h2>
            <p>${app.status?.provisional ? this.t('vault.second.open') : account?.name ?? ''}${account?.name && app.has(`settings.role.${account.role}`) ? html` <span class="meta">· ${this.t(`settings.role.${account.role}`)}</span>` : nothing}</p>
            <p class="meta">${[app.label('groups', account?.group), app.status?.device?.name].filter(Boolean).join(' · ')}</p></div>
            ${this.#choice('settings.language', app.language, LANGUAGES.map((language) => [language, LANGUAGE_NAMES[language].name]), (value) => app.setLanguage(/** @type {any} */ (value)))}
            ${this.#choice('settings.theme', app.theme, ['auto', 'light', 'dark'].map((theme) => [theme, this.t(`settings.theme.${theme}`)]), (value) => app.setTheme(/** @type {any} */ (value)))}
          </section>
          ${this.#lock()}
          <aq-passkey-card .app=${app}></aq-passkey-card>
          ${this.#label()}
        </div>
        <div class="stack loose">${this.#storage()}${this.#about()}${this.#erase()}</div>
      </div></div>
    `;
  }

  /** @param {string} title @param {string} current @param {string[][]} options @param {(value: string) => void} choose */
  #choice(title, current, options, choose) {
    return html`
      <fieldset><legend class="label">${this.t(title)}</legend>
        <div class="choices three">${options.map(([value, label]) => html`
          <label class="choice"><input type="radio" autocomplete="off" name=${title} value=${value} .checked=${value === current} @change=${() => choose(value)}><span>${label}</span></label>`)}</div>
      </fieldset>
    `;
  }

  #lock() {
    const { app } = this;
    const change = () => app.dialog({
      title: this.t('settings.words'), actions: [{ label: this.t('shell.cancel'), value: null }],
      body: (/** @type {(value: any) => void} */ close) => html`<aq-words-change .app=${app} @aq-done=${() => close(true)}></aq-words-change>`,
    });
    return html`
      <section class="card stack">
        <h2>${this.t('settings.security')}</h2>
        <p class="meta">${this.t('settings.security.text')}</p>
        <button class="btn" type="button" @click=${() => setPin(app)}>${icon('key')} ${this.t(app.status?.pinReady ? 'settings.pin.change' : 'vault.pin.set')}</button>
        <button class="btn" type="button" @click=${() => rehearse(app)}>${icon('check')} ${this.t('vault.rehearse')}</button>
        <button class="btn" type="button" @click=${change}>${icon('lock')} ${this.t('settings.words')}</button>
      </section>
    `;
  }

  /** What the locked screen shows of this vault, where several people share the tablet. */
  #label() {
    const { app } = this;
    const own = app.status?.vaults?.find((/** @type {any} */ vault) => vault.chosen);
    const save = async (/** @type {string} */ label) => {
      try {
        app.setStatus(await app.engine.nameVault(label));
        app.notify({ kind: 'ok', text: this.t('vault.label.saved') });
      } catch (error) {
        app.notifyError(error);
      }
    };
    return html`
      <section class="card stack">
        <h2>${this.t('settings.shared')}</h2>
        <label class="field"><span class="label">${this.t('vault.label')}</span>
          <input autocomplete="off" spellcheck="false" maxlength="40" .value=${own?.label ?? ''} @change=${(/** @type {any} */ event) => save(event.target.value)}>
          <span class="hint">${this.t('vault.label.hint')}</span></label>
        ${app.status?.provisional ? html`<button class="btn" type="button" @click=${() => confirm(app)}>${icon('check')} ${this.t('vault.second.confirm')}</button>` : nothing}
      </section>
    `;
  }

  #storage() {
    const waiting = this.app.status?.waiting ?? { documents: 0, chunks: 0, bytes: 0 };
    const something = waiting.documents + waiting.chunks > 0;
    return html`
      <section class="card stack">
        <h2>${this.t('settings.storage')}</h2>
        ${checkList(this.app, this.checks, () => this.#check())}
        <button class="btn" type="button" ?disabled=${!something} @click=${this.#export}>${icon('download')} ${this.t('settings.export')}</button>
        <p class="meta">${something ? this.t('settings.export.text') : this.t('settings.export.none')}</p>
      </section>
    `;
  }

  async #export() {
    try {
      const { name, file } = await this.app.engine.exportUndelivered();
      offerFile(name, file);
    } catch (error) {
      this.app.notifyError(error);
    }
  }

  #about() {
    const updates = this.#updates;
    const check = async () => {
      await updates.check();
      if (updates.refused) sayRefused(this.app, updates);
      else if (!updates.offered) this.app.notify({ kind: 'ok', text: this.t('settings.update.none') });
    };
    return html`
      <section class="card stack">
        <div><h2>${this.t('settings.about')}</h2><p class="meta">${this.t('settings.about.text')}</p></div>
        <dl class="facts">
          <dt>${this.t('settings.version')}</dt><dd>${updates?.running ? fingerprint(updates.running) : this.t('settings.version.unknown')}</dd>
          ${this.app.status?.root ? html`<dt>${this.t('settings.root')}</dt>
            <dd id="root">${this.app.status.root.replace(/(.{4})(?=.)/g, '$1 ')}<p class="meta">${this.t('settings.root.text')}</p></dd>` : nothing}
        </dl>
        ${updates?.offline && updates.offline !== 'unknown' ? html`<p>${icon(updates.offline === 'ready' ? 'check' : 'clock')} ${this.t({ ready: 'update.offline', failed: 'update.failed', caching: 'update.caching' }[/** @type {'ready'} */ (updates.offline)])}</p>` : nothing}
        ${updates?.offered ? html`<button class="btn" type="button" @click=${() => /** @type {any} */ (this.app.shell).acceptUpdate()}>${icon('download')} ${this.t('update.now')}</button>`
          : html`<button class="btn" type="button" @click=${check}>${icon('sync')} ${this.t('settings.update.check')}</button>`}
      </section>
    `;
  }

  #erase() {
    return html`
      <section class="card stack">
        <h2>${this.t('settings.erase')}</h2>
        <p class="meta">${this.t('settings.erase.text')}</p>
        <button class="btn danger" type="button" @click=${this.#eraseNow}>${icon('erase')} ${this.t('settings.erase')}</button>
      </section>
    `;
  }

  async #eraseNow() {
    const { app } = this;
    const n = app.status?.waiting?.documents ?? 0;
    const ask = { yes: this.t('vault.unlock.startOver.yes'), no: this.t('shell.cancel'), danger: true };
    const text = n ? this.t('vault.unlock.startOver.text', { n }) : this.t('vault.unlock.startOver.clear');
    if (!(await app.confirm({ ...ask, title: this.t('vault.unlock.startOver.title'), text }))) return;
    if (!(await app.confirm({ ...ask, title: this.t('settings.erase.sure') }))) return;
    try {
      app.setStatus(await app.engine.quickDelete());
    } catch (error) {
      app.notifyError(error);
    }
  }
}

customElements.define('aq-settings', AqSettings);
