// The interviews of a visit: by handle, with what is missing. No order of time and no place.
//
// Owns: the list. Sorted by author and number, so that it does not retell a walk through the facility.

import { html, icon, nothing } from '../element.js';
import { ChannelElement } from '../capture/channel_element.js';
import { USES, consentState } from './consents.js';
import { numberOf } from './handles.js';
import '../capture/dock.js';

/** @typedef {import('../../engine/types.js').Reading} Reading */

export class AqInterviews extends ChannelElement {
  static reads = ['interview', 'consent', 'withdrawal', 'medium', 'identity', 'testimony'];

  render() {
    if (!this.loaded) return html`<div class="page"><p class="meta">${this.t('capture.loading')}</p></div>`;
    const interviews = [...this.readings('interview')].sort(byHandle);
    return html`<div class="page stack">
      <section class="card stack">
        <div class="row between"><h2>${this.t('interviews.list')}</h2>
          <button type="button" class="btn primary" @click=${() => this.app.go('interview', { channel: this.channel })}>${icon('plus')}${this.t('interviews.new')}</button></div>
        <p class="meta">${this.t('interviews.list.hint')}</p>
        ${interviews.length ? html`<div class="list">${interviews.map((reading) => this.renderOne(reading))}</div>`
          : html`<div class="empty">${icon('interview')}<strong>${this.t('interviews.empty')}</strong><p>${this.t('interviews.empty.text')}</p></div>`}
      </section>
    </div>
    <aq-dock .app=${this.app} .channel=${this.channel}></aq-dock>`;
  }

  /** @param {Reading} reading */
  renderOne({ doc, erased }) {
    const records = [...this.readings('consent'), ...this.readings('withdrawal')].map((reading) => reading.doc);
    const state = consentState(records, doc._id);
    const unasked = USES.filter((use) => state[use] === null).length;
    const recordings = this.readings('medium').filter((reading) => reading.doc.interview === doc._id && !reading.erased).length;
    const facts = [
      this.app.label('categories', doc.category),
      recordings ? this.t('interviews.count.recordings', { n: recordings }) : '',
      doc.created_by === this.me ? '' : this.app.person(doc.created_by).name,
    ].filter(Boolean).join(' · ');
    return html`<button type="button" class="list-item" @click=${() => this.app.go('interview', { channel: this.channel, id: doc._id })}>
      ${icon(erased ? 'erase' : 'interview')}
      <span class="body"><strong>${doc.handle ?? this.t('interviews.erased.short')}</strong><span class="meta">${facts}</span>
        ${erased ? html`<span class="badge">${icon('erase')}${this.t('interviews.erased.short')}</span>` : html`<span class="row tight">
          ${doc.summary ? nothing : html`<span class="badge wait">${icon('edit')}${this.t('interviews.nosummary')}</span>`}
          ${unasked ? html`<span class="badge wait">${icon('info')}${this.t('interviews.unasked', { n: unasked })}</span>`
            : html`<span class="badge ok">${icon('check')}${this.t('interviews.asked')}</span>`}</span>`}
      </span>${icon('arrow-right')}</button>`;
  }
}

/** @param {Reading} a @param {Reading} b */
function byHandle(a, b) {
  const [first, second] = [String(a.doc.handle ?? ''), String(b.doc.handle ?? '')];
  return first.split('-')[0].localeCompare(second.split('-')[0]) || numberOf(first) - numberOf(second);
}

customElements.define('aq-interviews', AqInterviews);
