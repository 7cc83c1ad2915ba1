// The screen where a monitor spends the day: what to check, what to fill in, what has been captured.
//
// Owns: the order of its cards, and list and detail side by side on a wide screen.

import { draftKey } from '../draft_key.js';
import { html, icon, nothing } from '../element.js';
import { ChannelElement } from '../capture/channel_element.js';
import { briefId } from '../visit/days.js';
import { formProgress, verifications } from './standing.js';
import './access.js';
import './forms_card.js';
import './item.js';
import './leaving.js';
import './timeline.js';

const WIDE = '(min-width: 1200px)';

export class AqOnsite extends ChannelElement {
  static properties = {
    wide: { state: true },
    chosen: { state: true },
  };

  static reads = ['event', 'note', 'medium', 'interview', 'submission', 'consent', 'withdrawal'];

  constructor() {
    super();
    this.wide = false;
    /** @type {import('./entries.js').Entry | null} */
    this.chosen = null;
    /** @type {Record<string, any> | null} */
    this.brief = null;
    /** @type {import('../../engine/types.js').Reading[]} */
    this.forms = [];
    /** @type {{key: string, value: any}[]} */
    this.drafts = [];
  }

  connectedCallback() {
    super.connectedCallback();
    const media = window.matchMedia(WIDE);
    this.wide = media.matches;
    this.listen(media, 'change', () => { this.wide = media.matches; });
  }

  async gather() {
    const { engine } = this.app;
    const [brief, forms, notes, sketches] = await Promise.all([
      engine.get(this.channel, briefId(this.channel)), engine.list('reference', 'form'), engine.drafts(draftKey(this.channel, 'note', 'new')), engine.drafts(draftKey(this.channel, 'sketch', '')),
    ]);
    this.brief = brief?.doc ?? null;
    this.forms = forms;
    this.drafts = [...notes, ...sketches].filter((/** @type {any} */ { value }) => value?.text?.trim() || value?.marks?.length);
  }

  render() {
    if (!this.loaded) return html`<div class="page"><p class="meta">${this.t('capture.loading')}</p></div>`;
    const facility = this.visit ? this.app.facility(this.visit.doc.facility)?.doc : null;
    const type = facility?.facility_type ?? this.brief?.facility?.facility_type;
    return html`<div class="page ${this.wide ? 'wide' : ''} onsite">
      <div class="stack loose">
        ${this.renderChecklist()}
        <aq-access .app=${this.app} .channel=${this.channel} .events=${this.readings('event')} .team=${this.visit?.doc.team ?? []}></aq-access>
        ${this.wide ? html`${this.renderForms(type)}${this.renderLeaving()}`
          : html`<div class="onsite-columns">${this.renderForms(type)}${this.renderTimeline()}${this.renderLeaving()}</div>`}
      </div>
      ${this.wide ? html`${this.renderTimeline()}<div class="onsite-detail">${this.renderDetail()}</div>` : nothing}
    </div>`;
  }

  renderChecklist() {
    const open = this.brief?.recommendations ?? [];
    const earlier = this.brief?.earlier ?? [];
    if (!open.length) {
      return html`<section class="card"><strong>${this.t('onsite.checklist.none')}</strong>
        <p class="meta">${this.t(earlier.length ? 'onsite.checklist.none.text' : 'onsite.checklist.first')}</p></section>`;
    }
    const verified = verifications(this.readings('event'));
    const left = open.filter((/** @type {any} */ item) => !verified.has(item.id)).length;
    const overdue = open.filter((/** @type {any} */ item) => item.overdue).length;
    const last = earlier.map((/** @type {any} */ visit) => visit.to ?? visit.from).sort().at(-1);
    const facts = [
      last ? this.t('onsite.checklist.last', { date: this.app.formatDate(last, { month: 'long', year: 'numeric' }) }) : '',
      overdue ? this.t('onsite.checklist.overdue', { n: overdue }) : '',
    ].filter(Boolean).join(' · ');
    return html`<section class="card"><div class="row between"><div class="grow">
        <strong>${left ? this.t('onsite.checklist', { n: left }) : this.t('onsite.checklist.done', { n: open.length })}</strong><p class="meta">${facts}</p></div>
      <button type="button" class="btn" @click=${() => this.app.go('verification', { channel: this.channel })}>
        ${this.t(left === open.length ? 'onsite.checklist.start' : left ? 'onsite.checklist.go' : 'onsite.checklist.see')}</button></div></section>`;
  }

  /** @param {string | undefined} type */
  renderForms(type) {
    return html`<aq-forms-card .app=${this.app} .channel=${this.channel} .readings=${this.allReadings()}
      .progress=${formProgress(this.forms, this.readings('submission'), type, this.me)}></aq-forms-card>`;
  }

  renderLeaving() {
    return html`<aq-leaving .app=${this.app} .channel=${this.channel}></aq-leaving>`;
  }

  /** What is seldom needed, and so stands in no dock. */
  renderMore() {
    const more = (/** @type {string} */ route, /** @type {string} */ sign, /** @type {string} */ key) => html`<button type="button" class="btn grow" data-action=${route}
      @click=${() => this.app.go(route, { channel: this.channel })}>${icon(sign)}${this.t(key)}</button>`;
    return html`<div class="row">${more('sketch', 'sketch', 'capture.kind.sketch')}${more('import', 'upload', 'pictures.import.short')}</div>`;
  }

  renderTimeline() {
    return html`<div class="stack">${this.renderMore()}<aq-timeline .app=${this.app} .channel=${this.channel} .readings=${this.allReadings()} .timeZone=${this.timeZone} .drafts=${this.drafts}
      .selected=${this.wide ? this.chosen?.key ?? '' : ''} @choose=${(/** @type {CustomEvent} */ event) => this.choose(event.detail)}></aq-timeline></div>`;
  }

  /** @param {import('./entries.js').Entry} entry */
  choose(entry) {
    if (entry.kind === 'interview') return this.app.go('interview', { channel: this.channel, id: entry.id });
    if (this.wide) {
      this.chosen = entry;
      return undefined;
    }
    return this.app.go('item', { channel: this.channel, id: entry.id, ids: entry.ids });
  }

  renderDetail() {
    if (this.chosen) return html`<aq-item embedded .app=${this.app} .channel=${this.channel} .id=${this.chosen.id} .ids=${this.chosen.ids}></aq-item>`;
    return html`<div class="card"><div class="empty">${icon('log')}<strong>${this.t('onsite.detail')}</strong><p>${this.t('onsite.detail.text')}</p></div></div>`;
  }
}

customElements.define('aq-onsite', AqOnsite);
