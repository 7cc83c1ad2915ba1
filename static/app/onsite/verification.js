// The opening checklist: what was recommended before, and what has become of it.
//
// Owns: the events `verification`. A tap on a status is an answer; changing one's mind is a new event.
// Words written under it are a draft until the field is left, then a further event carries them.

import { draftKey } from '../draft_key.js';
import { html, icon, nothing } from '../element.js';
import { ChannelElement } from '../capture/channel_element.js';
import { chips } from '../capture/chips.js';
import { briefId } from '../visit/days.js';
import { verifications } from './standing.js';
import '../capture/dock.js';

const STATUSES = ['implemented', 'partly', 'not', 'unclear'];

export class AqVerification extends ChannelElement {
  static properties = { texts: { state: true } };

  static reads = ['event'];

  constructor() {
    super();
    /** Words being written, by recommendation. @type {Record<string, string>} */
    this.texts = {};
    /** @type {Record<string, any>[]} */
    this.open = [];
    this.begun = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.beforeLock(() => this.keepTexts());
  }

  disconnectedCallback() {
    // A tablet that is put away in the middle of a sentence has not left the field.
    this.keepTexts();
    super.disconnectedCallback();
  }

  draftKey() {
    return draftKey(this.channel, 'verification');
  }

  async gather() {
    const { engine } = this.app;
    this.open = (await engine.get(this.channel, briefId(this.channel)))?.doc.recommendations ?? [];
    if (this.begun) return;
    this.begun = true;
    this.texts = (await engine.draft(this.draftKey())) ?? {};
  }

  /** @param {string} recommendation @param {string} status @param {string} text */
  async answer(recommendation, status, text) {
    const saved = await this.attempt(() => this.app.engine.save(this.channel, {
      type: 'event', kind: 'verification', at: new Date().toISOString(), data: { recommendation, status, text: text.trim() }, lang: this.app.language,
    }));
    if (saved) this.forget(recommendation);
  }

  /** @param {string} id */
  forget(id) {
    const texts = { ...this.texts };
    delete texts[id];
    this.texts = texts;
    this.app.engine.saveDraft(this.draftKey(), texts).catch(() => {});
  }

  /** @param {string} id @param {string} text */
  write(id, text) {
    this.texts = { ...this.texts, [id]: text };
    this.attempt(() => this.app.engine.saveDraft(this.draftKey(), this.texts));
  }

  /** @returns {Promise<unknown>} */
  keepTexts() {
    return Promise.all(Object.keys(this.texts).map((id) => this.keepText(id)));
  }

  /** Words alone are no answer: they wait as a draft until a status is chosen. @param {string} id */
  keepText(id) {
    const latest = verifications(this.readings('event')).get(id)?.at(-1)?.data;
    const text = this.texts[id];
    if (latest && text !== undefined && text.trim() !== (latest.text ?? '')) return this.answer(id, latest.status, text);
    return undefined;
  }

  render() {
    if (!this.loaded) return html`<div class="page"><p class="meta">${this.t('capture.loading')}</p></div>`;
    const known = verifications(this.readings('event'));
    const left = this.open.filter((item) => !known.has(item.id)).length;
    return html`<div class="page stack">
      ${this.open.length ? html`<p class=${left ? 'meta' : 'notice ok'}>${left ? nothing : icon('check')}<span>${left
        ? this.t('onsite.verification.left', { n: left, all: this.open.length }) : this.t('onsite.verification.done')}</span></p>
        ${this.open.map((item) => this.renderOne(item, known.get(item.id) ?? []))}`
        : html`<div class="card"><div class="empty">${icon('check')}<strong>${this.t('onsite.checklist.none')}</strong></div></div>`}
      <div class="row"><button type="button" class="btn" @click=${() => this.app.back()}>${icon('arrow-left')}${this.t('capture.running.back')}</button></div>
    </div>
    <aq-dock .app=${this.app} .channel=${this.channel}></aq-dock>`;
  }

  /** @param {Record<string, any>} item @param {Record<string, any>[]} events oldest first */
  renderOne(item, events) {
    const latest = events.at(-1);
    const text = this.texts[item.id] ?? latest?.data.text ?? '';
    const facts = [
      item.number ? this.t('onsite.verification.number', { number: String(item.number) }) : '', this.app.formatDate(item.date),
      item.addressee ? this.app.label('authorities', item.addressee) : '',
      item.deadline ? this.t('onsite.verification.deadline', { date: this.app.formatDate(item.deadline) }) : '',
    ].filter(Boolean).join(' · ');
    return html`<section class="card stack recommendation" aria-label=${facts}>
      <div class="row between top"><p class="meta grow">${facts}</p>${item.overdue ? html`<span class="badge bad">${icon('clock')}${this.t('onsite.verification.overdue')}</span>` : nothing}</div>
      <p class="recommendation-text" lang=${item.lang ?? 'ru'}>${item.text}</p>
      ${chips({
        label: this.t('onsite.verification.status'), quiet: true, value: latest?.data.status ?? null,
        items: STATUSES.map((id) => ({ id, label: this.t(`onsite.verify.${id}`) })), onPick: (status) => this.answer(item.id, status, text),
      })}
      <label class="field"><span class="label">${this.t('onsite.verification.text')}</span>
        <textarea class="short" autocomplete="off" spellcheck="false" .value=${text} placeholder=${this.t('onsite.verification.example')}
          @input=${(/** @type {any} */ event) => this.write(item.id, event.target.value)} @change=${() => this.keepText(item.id)}></textarea>
        ${!latest && text ? html`<span class="hint">${this.t('onsite.verification.choose')}</span>` : nothing}</label>
      ${latest ? html`<p class="meta">${icon('check')} ${this.t('onsite.verification.by', { name: this.app.person(latest.created_by).name, time: this.app.formatTime(latest.at) })}
        ${events.length > 1 ? this.t('onsite.verification.changed', { n: events.length - 1 }) : nothing}</p>` : nothing}
    </section>`;
  }
}

customElements.define('aq-verification', AqVerification);
