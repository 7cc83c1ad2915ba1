// What to say where recording is not allowed: which rule, who may change it, and what to do instead.
//
// Owns: the leader's decision for this visit, a version of the visit document. The rule is policy.js.

import { AqElement, html, icon, nothing } from '../element.js';
import { allowForVisit } from './policy.js';

export class AqPolicyCard extends AqElement {
  static properties = {
    channel: { type: String },
    kind: { type: String },
    from: { type: String },
    visit: { attribute: false },
    sources: { attribute: false },
    leads: { type: Boolean },
  };

  constructor() {
    super();
    this.channel = '';
    /** @type {import('./policy.js').CaptureKind} */
    this.kind = 'audio';
    this.from = 'unset';
    /** @type {import('../../engine/types.js').Reading | null} */
    this.visit = null;
    /** @type {import('./policy.js').PolicySources} */
    this.sources = { visit: null, facility: null, facilityType: null };
    this.leads = false;
  }

  render() {
    const subject = this.kind === 'appeal' ? 'video' : this.kind;
    return html`<section class="card stack">
      <h2>${icon('info')} ${this.t(`capture.policy.${subject}`)}</h2>
      <p>${this.t(`capture.policy.from.${this.from}`)}</p>
      <p class="meta">${this.t(this.leads ? 'capture.policy.leader' : 'capture.policy.member')}</p>
      <div class="row">
        <button type="button" class="btn primary" @click=${() => this.app.go('note', { channel: this.channel })}>${icon('note')}${this.t('capture.instead.note')}</button>
        ${subject === 'photo' ? nothing : html`<button type="button" class="btn" @click=${() => this.app.go('interview', { channel: this.channel })}>
          ${icon('interview')}${this.t('capture.instead.interview')}</button>`}
        ${this.leads ? html`<button type="button" class="btn" @click=${() => this.allow()}>${this.t('capture.policy.allow')}</button>` : nothing}
      </div>
    </section>`;
  }

  async allow() {
    const { visit } = this;
    const sure = await this.app.confirm({
      title: this.t('capture.policy.allow.title'), text: this.t('capture.policy.allow.text'),
      yes: this.t('capture.policy.allow'), no: this.t('capture.cancel'),
    });
    if (!sure || !visit) return;
    try {
      await this.app.engine.save(this.channel, { ...visit.doc, recording: allowForVisit(this.kind, this.sources) });
    } catch (error) {
      this.app.notifyError(error);
    }
  }
}

customElements.define('aq-policy-card', AqPolicyCard);
