// Consent, asked use by use in words that can be read out.
//
// Owns: the four questions and their answers as append-only `consent` documents.
// An answer is never overwritten: taking a yes back is a withdrawal, asking again is a new answer.

import { html, icon, nothing } from '../element.js';
import { ChannelElement } from '../capture/channel_element.js';
import { USES, consentState } from './consents.js';
import { withdrawConsent } from './withdrawal.js';

/** @typedef {import('./consents.js').Use} Use */

export class AqConsent extends ChannelElement {
  static properties = {
    interview: { type: String },
    handle: { type: String },
    child: { type: Boolean },
    again: { state: true },
  };

  static reads = ['consent', 'withdrawal'];

  constructor() {
    super();
    this.interview = '';
    this.handle = '';
    this.child = false;
    /** @type {Use | null} */
    this.again = null;
  }

  render() {
    const records = [...this.readings('consent'), ...this.readings('withdrawal')].map((reading) => reading.doc);
    const state = consentState(records, this.interview);
    return html`<div class="consents">${USES.map((use) => this.renderUse(use, state, records))}</div>`;
  }

  /** @param {Use} use @param {Record<Use, boolean | null>} state @param {Record<string, any>[]} records */
  renderUse(use, state, records) {
    const answer = state[use];
    const open = answer === null || this.again === use;
    const latest = records.filter((record) => record.interview === this.interview && record.use === use).at(-1);
    return html`<div class="consent" role="group" aria-label=${this.t(`interviews.use.${use}`)}>
      <div class="grow">
        <strong>${this.t(`interviews.use.${use}`)}</strong>
        <p class=${open ? '' : 'meta'}>${this.t(`interviews.ask.${use}${this.child ? '.child' : ''}`)}</p>
        ${open || !latest ? nothing : html`<span class=${answer ? 'badge ok' : 'badge bad'}>
          ${icon(answer ? 'check' : 'close')}${this.t(answer ? 'interviews.consent.yes' : 'interviews.consent.no')}</span>
          <span class="meta">${this.app.person(latest.created_by).name}</span>`}
      </div>
      ${open ? html`<div class="row consent-answers">
          <button type="button" class="btn" @click=${() => this.answer(use, true)}>${this.t('interviews.answer.yes')}</button>
          <button type="button" class="btn" @click=${() => this.answer(use, false)}>${this.t('interviews.answer.no')}</button>
        </div>`
        : answer
          ? html`<button type="button" class="btn ghost danger" @click=${() => withdrawConsent(this, { _id: this.interview, handle: this.handle }, use)}>
              ${this.t('interviews.consent.withdraw')}</button>`
          : html`<button type="button" class="btn ghost" @click=${() => { this.again = use; }}>${this.t('interviews.consent.again')}</button>`}
    </div>`;
  }

  /** @param {Use} use @param {boolean} given */
  async answer(use, given) {
    this.again = null;
    await this.attempt(() => this.app.engine.save(this.channel, {
      type: 'consent', interview: this.interview, use, given, at: new Date().toISOString(),
    }));
    await this.reload();
  }
}

customElements.define('aq-consent', AqConsent);
