/**
 * <aq-pin-pad>: digits to be tapped with a thumb, or typed. Gives `aq-pin` with the digits.
 *
 * Owns the digits until they are given; shows how many, never which.
 */
import { AqElement, html, icon } from '../element.js';

export const PIN_MIN = 6;
const PIN_MAX = 12;

export class AqPinPad extends AqElement {
  static properties = { pin: { state: true }, busy: { type: Boolean }, action: { attribute: false } };

  constructor() {
    super();
    this.pin = '';
    this.busy = false;
    /** The words on the button. */
    this.action = '';
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(window, 'keydown', (event) => this.#key(event));
  }

  clear() {
    this.pin = '';
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || /** @type {HTMLElement} */ (event.target).matches?.('input, textarea, select')) return;
    if (/^\d$/.test(event.key)) this.#add(event.key);
    else if (event.key === 'Backspace') this.pin = this.pin.slice(0, -1);
    else if (event.key === 'Enter' && this.pin.length >= PIN_MIN && !/** @type {HTMLElement} */ (event.target).closest?.('button')) this.#give();
  }

  /** @param {string} digit */
  #add(digit) {
    if (!this.busy && this.pin.length < PIN_MAX) this.pin += digit;
  }

  #give() {
    if (this.busy || this.pin.length < PIN_MIN) return;
    const { pin } = this;
    this.pin = '';
    this.dispatchEvent(new CustomEvent('aq-pin', { detail: pin }));
  }

  render() {
    const digit = (/** @type {string} */ n) => html`<button class="btn" type="button" @click=${() => this.#add(n)}>${n}</button>`;
    return html`
      <div class="stack" tabindex="-1" autofocus>
        <div class="pin-dots" aria-hidden="true">${Array.from({ length: Math.max(PIN_MIN, this.pin.length) }, (_, index) => html`<span class=${index < this.pin.length ? 'on' : ''}></span>`)}</div>
        <p class="sr-only" role="status">${this.t('vault.pin.entered', { n: this.pin.length })}</p>
        <div class="pin">
          ${['1', '2', '3', '4', '5', '6', '7', '8', '9'].map(digit)}
          <button class="btn ghost" type="button" aria-label=${this.t('vault.pin.erase')} ?disabled=${!this.pin} @click=${() => { this.pin = this.pin.slice(0, -1); }}>${icon('arrow-left')}</button>
          ${digit('0')}
          <button class="btn primary" type="button" ?disabled=${this.pin.length < PIN_MIN || this.busy} aria-label=${this.action} @click=${this.#give}>${icon('check')}</button>
        </div>
      </div>
    `;
  }
}

customElements.define('aq-pin-pad', AqPinPad);

/**
 * Asks for a new PIN twice and gives it to the engine.
 * @param {import('../context.js').App} app
 * @returns {Promise<boolean>} whether it was set
 */
export async function setPin(app) {
  const { isWeakPin } = await import('./words.js');
  let text = app.t('vault.pin.set.text');
  for (;;) {
    const first = await askPin(app, app.t('vault.pin.set'), text, app.t('shell.next'));
    if (first === null) return false;
    if (isWeakPin(first)) {
      text = app.t('vault.pin.weak');
      continue;
    }
    const second = await askPin(app, app.t('vault.pin.again'), app.t('vault.pin.set'), app.t('vault.pin.set'));
    if (second === null) return false;
    if (first !== second) {
      text = app.t('vault.pin.differ');
      continue;
    }
    try {
      app.setStatus(await app.engine.setPin(first));
      app.notify({ kind: 'ok', text: app.t('vault.pin.ready') });
      return true;
    } catch (error) {
      app.notifyError(error);
      return false;
    }
  }
}

/** @param {import('../context.js').App} app @param {string} title @param {string} text @param {string} action */
function askPin(app, title, text, action) {
  return app.dialog({
    title, actions: [{ label: app.t('shell.cancel'), value: null }],
    body: (/** @type {(value: any) => void} */ close) => html`<div class="stack"><p>${text}</p><aq-pin-pad .app=${app} .action=${action} @aq-pin=${(/** @type {CustomEvent} */ event) => close(event.detail)}></aq-pin-pad></div>`,
  });
}
