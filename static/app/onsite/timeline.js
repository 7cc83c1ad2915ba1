// The timeline: everything the team has captured on this visit, newest first.
//
// Owns: its filter and its drawing. What becomes an entry is decided in entries.js, how it reads in words.js.

import { AqElement, html, icon, nothing, repeat } from '../element.js';
import { byDay, filterEntries, timelineEntries } from './entries.js';
import { entryWords } from './words.js';

const KINDS = ['event', 'note', 'photo', 'document', 'recording', 'flag', 'interview'];
const AT_FIRST = 30;
const MORE = 50;

export class AqTimeline extends AqElement {
  static properties = {
    channel: { type: String },
    readings: { attribute: false },
    timeZone: { attribute: false },
    drafts: { attribute: false },
    selected: { type: String },
    filter: { state: true },
    filtering: { state: true },
    limit: { state: true },
  };

  constructor() {
    super();
    this.channel = '';
    /** @type {import('./entries.js').Reading[]} */
    this.readings = [];
    this.timeZone = '';
    /** Notes begun and not saved. @type {{key: string, value: any}[]} */
    this.drafts = [];
    this.selected = '';
    /** @type {import('./entries.js').EntryFilter} */
    this.filter = {};
    this.filtering = false;
    this.limit = AT_FIRST;
  }

  render() {
    const all = timelineEntries(this.readings, this.timeZone);
    const themes = this.app.catalogue('themes');
    const shown = filterEntries(all, this.filter, (id) => themes.find((item) => item.id === id)?.parent ?? null);
    return html`<section class="card timeline-card" aria-label=${this.t('onsite.timeline')}>
      <div class="row between"><h2>${this.t('onsite.timeline')}</h2>
        <span class="row tight"><button type="button" class="btn ghost" aria-expanded=${this.filtering ? 'true' : 'false'}
          @click=${() => { this.filtering = !this.filtering; }}>${this.t(this.isFiltered() ? 'onsite.filter.on' : 'onsite.filter')}</button>
        <span class="badge">${shown.length}</span></span></div>
      ${this.filtering ? this.renderFilter(all) : nothing}
      ${this.drafts.map(({ value }) => this.renderDraft(value))}
      ${shown.length ? this.renderDays(shown.slice(0, this.limit)) : this.renderEmpty(all.length)}
      ${shown.length > this.limit ? html`<button type="button" class="btn block" @click=${() => { this.limit += MORE; }}>
        ${this.t('onsite.timeline.more', { n: shown.length - this.limit })}</button>` : nothing}
    </section>`;
  }

  isFiltered() {
    return Boolean(this.filter.kind || this.filter.author || this.filter.theme);
  }

  /** @param {import('./entries.js').Entry[]} all */
  renderFilter(all) {
    const authors = [...new Set(all.map((entry) => entry.author).filter(Boolean))];
    const select = (/** @type {'kind' | 'author' | 'theme'} */ key, /** @type {{id: string, label: string}[]} */ items) => html`
      <label class="field"><span class="label">${this.t(`onsite.filter.${key}`)}</span>
        <select autocomplete="off" @change=${(/** @type {any} */ event) => { this.filter = { ...this.filter, [key]: event.target.value || null }; }}>
          <option value="" ?selected=${!this.filter[key]}>${this.t('onsite.filter.all')}</option>
          ${items.map((item) => html`<option value=${item.id} ?selected=${this.filter[key] === item.id}>${item.label}</option>`)}
        </select></label>`;
    return html`<div class="timeline-filter">
      ${select('kind', KINDS.map((id) => ({ id, label: this.t(`onsite.kind.${id}`) })))}
      ${select('author', authors.map((id) => ({ id, label: this.app.person(id).name })))}
      ${select('theme', this.app.catalogue('themes').map((item) => ({ id: item.id, label: this.app.multi(item.label) })))}
      ${this.isFiltered() ? html`<button type="button" class="btn" @click=${() => { this.filter = {}; }}>${this.t('onsite.filter.clear')}</button>` : nothing}
    </div>`;
  }

  /** @param {any} draft */
  renderDraft(draft) {
    const sketch = Boolean(draft.marks);
    return html`<button type="button" class="list-item draft" data-draft=${sketch ? 'sketch' : 'note'} @click=${() => this.app.go(sketch ? 'sketch' : 'note', { channel: this.channel })}>
      ${icon(sketch ? 'sketch' : 'edit')}<span class="body"><strong>${this.t(sketch ? 'onsite.draft.sketch' : 'onsite.draft')}</strong><span class="meta">${sketch ? draft.caption : draft.text}</span></span>${icon('arrow-right')}</button>`;
  }

  /** @param {import('./entries.js').Entry[]} entries */
  renderDays(entries) {
    const days = byDay(entries);
    return days.map(({ day, timed, untimed }) => html`
      ${days.length > 1 ? html`<h3 class="timeline-day">${this.app.formatDate(day, { day: 'numeric', month: 'long' })}</h3>` : nothing}
      <div class="list timeline">${repeat(timed, (entry) => entry.key, (entry) => this.renderEntry(entry))}</div>
      ${untimed.length ? html`<h3 class="timeline-talks">${this.t('onsite.talks')}</h3>
        <div class="list timeline">${repeat(untimed, (entry) => entry.key, (entry) => this.renderEntry(entry))}</div>` : nothing}`);
  }

  /** @param {import('./entries.js').Entry} entry */
  renderEntry(entry) {
    const { icon: sign, tone, title, detail } = entryWords(entry, this.app, this.app.status?.account?.id ?? '');
    return html`<button type="button" class="list-item tone-${tone}" aria-current=${entry.key === this.selected ? 'true' : 'false'} @click=${() => this.choose(entry)}>
      ${entry.at === null ? nothing : html`<time class="at">${this.app.formatTime(entry.at)}</time>`}
      ${icon(sign)}<span class="body"><strong>${title}</strong>${detail ? html`<span class="meta">${detail}</span>` : nothing}</span></button>`;
  }

  /** @param {import('./entries.js').Entry} entry */
  choose(entry) {
    this.dispatchEvent(new CustomEvent('choose', { detail: entry }));
  }

  /** @param {number} all */
  renderEmpty(all) {
    return html`<div class="empty">${icon('log')}<strong>${this.t(all ? 'onsite.timeline.nothing' : 'onsite.timeline.empty')}</strong>
      <p>${this.t(all ? 'onsite.timeline.nothing.text' : 'onsite.timeline.empty.text')}</p></div>`;
  }
}

customElements.define('aq-timeline', AqTimeline);
