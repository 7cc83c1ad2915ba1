/**
 * <aq-returned channel item doc title>: what the office handed back to its author, as a task: what is wrong in words, the
 * way to mend it, and sending it once more. What the office keeps as it is is said, and asks nothing.
 *
 * Knows the engine's decision and the screens that mend; decides nothing. A mended version ends the task by itself.
 */
import { AqElement, html, icon, nothing } from '../element.js';

/** @typedef {import('../../engine/types.js').LedgerItem} LedgerItem */

export class AqReturned extends AqElement {
  static properties = { channel: { attribute: false }, item: { attribute: false }, doc: { attribute: false }, heading: { attribute: false }, busy: { state: true } };

  constructor() {
    super();
    this.channel = '';
    /** @type {LedgerItem | null} */ this.item = null;
    /** @type {Record<string, any> | null} */ this.doc = null;
    this.heading = '';
    this.busy = false;
  }

  render() {
    const decision = this.item?.decision;
    if (!decision) return nothing;
    if (decision.decision === 'kept') {
      return html`<p class="notice info" data-decision="kept">${icon('lock')}<span>${this.t('deliver.kept')} ${decision.note}</span></p>`;
    }
    const way = this.doc && mends(this.doc, this.channel);
    return html`<div class="notice wait" data-decision="returned" data-of=${this.item?.id ?? ''}>${icon('warning')}<div class="stack tight grow">
      <p><strong>${this.t('deliver.returned')}${this.heading ? ` ${this.heading}` : ''}</strong></p>
      <p class="item-text">${decision.note}</p>
      ${decision.fields.length ? html`<p class="meta">${this.t('deliver.returned.fields', { fields: decision.fields.map((name) => this.#field(name)).join(', ') })}</p>` : nothing}
      <div class="row">
        ${way ? html`<button class="btn primary" type="button" data-action="mend" @click=${() => this.app.go(way[0], way[1])}>${icon('edit')} ${this.t('deliver.returned.mend')}</button>` : nothing}
        <button class="btn" type="button" data-action="send-again" ?disabled=${this.busy} @click=${() => this.#sendAgain()}>${icon('upload')} ${this.t('deliver.returned.again')}</button></div>
    </div></div>`;
  }

  /** @param {string} name */
  #field(name) {
    return this.app.has(`wrapup.field.${name}`) ? this.t(`wrapup.field.${name}`) : this.t('wrapup.field.other', { field: name });
  }

  async #sendAgain() {
    this.busy = true;
    try {
      await this.app.engine.sendAgain(this.channel, this.item?.id ?? '');
      this.app.notify({ kind: 'ok', text: this.t('deliver.returned.sent') });
    } catch (error) {
      this.app.notifyError(error);
    }
    this.busy = false;
  }
}

/**
 * The screen on which its author mends a document; null where none can change it.
 * @param {Record<string, any>} doc
 * @param {string} channel
 * @returns {[string, Record<string, any>] | null}
 */
export function mends(doc, channel) {
  switch (doc.type) {
    case 'note': case 'interview': case 'finding': case 'recommendation': return [doc.type, { channel, id: doc._id }];
    case 'submission': return ['form', { channel, form: doc.form, submission: doc._id }];
    default: return null;
  }
}

customElements.define('aq-returned', AqReturned);
