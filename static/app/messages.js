/**
 * <aq-messages>: what the shell says over any screen: messages that come and go, and dialogs that wait.
 *
 * Owns their order and their lives: `ok` and `wait` leave after some seconds, `bad` stays until closed.
 * Announced by aria-live. Dialogs stack; closing one without a choice answers null.
 */
import { AqElement, html, icon, nothing, repeat } from './element.js';

/**
 * @typedef {import('./context.js').Message & {id: number}} Shown
 * @typedef {import('./context.js').DialogOptions & {id: number, answer: (value: any) => void}} Open
 */

const STAYS_MS = 5000;
const WITH_ACTION_MS = 12000;
const ICONS = { ok: 'check', wait: 'clock', bad: 'warning' };

export class AqMessages extends AqElement {
  static properties = { messages: { state: true }, dialogs: { state: true } };

  #next = 1;

  constructor() {
    super();
    /** @type {Shown[]} */
    this.messages = [];
    /** @type {Open[]} */
    this.dialogs = [];
  }

  /** @param {import('./context.js').Message} message */
  notify(message) {
    const id = this.#next++;
    const others = this.messages.filter((shown) => shown.text !== message.text).slice(-2);
    this.messages = [...others, { ...message, id }];
    if (message.kind !== 'bad') setTimeout(() => this.drop(id), message.action ? WITH_ACTION_MS : STAYS_MS);
  }

  /** @param {number} id */
  drop(id) {
    this.messages = this.messages.filter((shown) => shown.id !== id);
  }

  /**
   * @param {import('./context.js').DialogOptions} options
   * @returns {Promise<any>}
   */
  dialog(options) {
    return new Promise((resolve) => {
      const id = this.#next++;
      const answer = (/** @type {any} */ value) => {
        this.dialogs = this.dialogs.filter((open) => open.id !== id);
        resolve(value);
      };
      this.dialogs = [...this.dialogs, { ...options, id, answer }];
    });
  }

  /** Takes everything down: nothing decrypted may stay in sight. */
  clear() {
    this.messages = [];
    for (const open of [...this.dialogs]) open.answer(null);
  }

  updated() {
    for (const element of this.querySelectorAll('dialog')) if (!element.open) this.#show(element);
  }

  /** A dialog gives its focus when it opens: what it holds has to be drawn by then. @param {HTMLDialogElement} dialog */
  async #show(dialog) {
    await Promise.all([...dialog.querySelectorAll('*')].map((element) => /** @type {any} */ (element).updateComplete));
    if (dialog.isConnected && !dialog.open) dialog.showModal();
  }

  render() {
    return html`
      <div class="toasts" role="status" aria-live="polite">
        ${repeat(this.messages, (shown) => shown.id, (shown) => this.#message(shown))}
      </div>
      ${repeat(this.dialogs, (open) => open.id, (open) => this.#dialog(open))}
    `;
  }

  /** @param {Shown} shown */
  #message({ id, kind = 'ok', text, action }) {
    const act = () => {
      this.drop(id);
      action?.run();
    };
    return html`
      <div class="notice ${kind}">
        ${icon(ICONS[kind])}
        <p>${text}</p>
        ${action ? html`<button class="btn small" type="button" @click=${act}>${action.label}</button>` : nothing}
        ${kind === 'bad' ? html`<button class="btn small" type="button" @click=${() => this.drop(id)}>${this.t('shell.close')}</button>` : nothing}
      </div>
    `;
  }

  /** @param {Open} open */
  #dialog(open) {
    const body = typeof open.body === 'function' ? open.body(open.answer) : open.body;
    const cancel = (/** @type {Event} */ event) => {
      event.preventDefault();
      open.answer(null);
    };
    return html`
      <dialog class="dialog ${open.wide ? 'wide' : ''}" aria-labelledby="dialog-${open.id}" @cancel=${cancel}>
        <h2 id="dialog-${open.id}">${open.title}</h2>
        <div class="dialog-body">${typeof body === 'string' ? html`<p>${body}</p>` : body}</div>
        <div class="actions">
          ${open.actions.map(({ label, value, kind = '' }) => html`
            <button class="btn ${kind}" type="button" @click=${() => open.answer(value)}>${label}</button>`)}
        </div>
      </dialog>
    `;
  }
}

customElements.define('aq-messages', AqMessages);
