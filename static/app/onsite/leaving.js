// Before leaving: what can no longer be opened after this door, and what still lacks a summary.
//
// Owns: the list, the `departure` event and the lock that drops every key. Nothing is deleted by it.

import { draftKey } from '../draft_key.js';
import { html, icon, nothing } from '../element.js';
import { ChannelElement } from '../capture/channel_element.js';
import { presence, withoutSummary } from './standing.js';

export class AqLeaving extends ChannelElement {
  static properties = {
    asking: { state: true },
    leaving: { state: true },
  };

  static reads = ['event', 'interview', 'medium', 'testimony'];

  constructor() {
    super();
    this.asking = false;
    this.leaving = false;
    /** @type {{key: string, value: any}[]} */
    this.drafts = [];
    /** Whether a sketch was begun and not saved. */
    this.sketch = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(document, 'aq-recording', () => this.requestUpdate());
  }

  async gather() {
    const drafts = await this.app.engine.drafts(draftKey(this.channel, 'note', ''));
    this.drafts = drafts.filter((/** @type {{value: any}} */ { value }) => value?.text?.trim());
    const sketches = await this.app.engine.drafts(draftKey(this.channel, 'sketch', ''));
    this.sketch = sketches.some((/** @type {{value: any}} */ { value }) => value?.marks?.length);
  }

  render() {
    const missing = withoutSummary(this.allReadings(), this.me);
    return html`<section class="card stack leaving" aria-label=${this.t('onsite.leave')}>
      <div class="row between"><div class="grow leaving-text"><span class="text-seal">${icon('seal')}</span>
        <div><strong>${this.t('onsite.leave')}</strong><p class="meta">${this.t('onsite.leave.text')} ${this.sentence(missing)}</p></div></div>
        ${this.asking ? nothing : html`<button type="button" class="btn seal" @click=${() => { this.asking = true; }}>${icon('exit')}${this.t('onsite.leave.button')}</button>`}</div>
      ${this.asking ? this.renderQuestion(missing) : nothing}
    </section>`;
  }

  /** @param {ReturnType<typeof withoutSummary>} missing */
  sentence({ interviews, recordings }) {
    const handles = interviews.map((doc) => doc.handle).filter(Boolean);
    return [
      handles.length ? this.t('onsite.leave.interviews', { n: handles.length, handles: this.list(handles) }) : '',
      recordings.length ? this.t('onsite.leave.recordings', { n: recordings.length }) : '',
    ].filter(Boolean).join(' ');
  }

  /** Chromium ships no list words for Kazakh and would borrow another language's "and". @param {string[]} words */
  list(words) {
    const { language } = this.app;
    return Intl.ListFormat.supportedLocalesOf(language).length ? new Intl.ListFormat(language).format(words) : words.join(', ');
  }

  /** @param {ReturnType<typeof withoutSummary>} missing */
  renderQuestion({ interviews, recordings }) {
    const running = this.app.recorder?.recording;
    return html`<div class="stack">
      ${interviews.length || recordings.length ? html`<p>${this.t('onsite.leave.missing')}</p><div class="list">
        ${interviews.map((doc) => html`<button type="button" class="list-item" @click=${() => this.app.go('interview', { channel: this.channel, id: doc._id })}>
          ${icon('interview')}<span class="body"><strong>${doc.handle}</strong><span class="meta">${this.t('onsite.leave.summary')}</span></span>${icon('arrow-right')}</button>`)}
        ${recordings.map((doc) => html`<button type="button" class="list-item" @click=${() => this.app.go('item', { channel: this.channel, id: doc._id })}>
          ${icon(doc.kind === 'audio' ? 'mic' : 'video')}<span class="body"><strong>${this.t(`capture.kind.${doc.kind}`)} · ${this.app.formatTime(doc.at)}</strong>
          <span class="meta">${this.t('onsite.leave.caption')}</span></span>${icon('arrow-right')}</button>`)}</div>` : html`<p>${this.t('onsite.leave.complete')}</p>`}
      ${this.drafts.length ? html`<p class="meta">${this.t('onsite.leave.drafts', { n: this.drafts.length })}</p>` : nothing}
      ${this.sketch ? html`<p class="row"><span class="meta grow">${this.t('onsite.leave.sketch')}</span>
        <button type="button" class="btn small" @click=${() => this.app.go('sketch', { channel: this.channel })}>${icon('sketch')}${this.t('onsite.leave.sketch.open')}</button></p>` : nothing}
      <p>${this.t('onsite.leave.meaning')}</p>
      ${running ? html`<p class="notice bad">${icon('warning')}<span>${this.t('onsite.leave.running')}</span></p>` : nothing}
      <div class="row"><button type="button" class="btn primary" ?disabled=${running || this.leaving} @click=${() => this.leave()}>${icon('lock')}${this.t('onsite.leave.yes')}</button>
        <button type="button" class="btn" @click=${() => { this.asking = false; }}>${this.t('onsite.leave.no')}</button></div>
    </div>`;
  }

  async leave() {
    this.leaving = true;
    await this.attempt(async () => {
      for (const draft of this.drafts) await this.keepDraft(draft);
      if (presence(this.readings('event'), this.me).inside) {
        await this.app.engine.save(this.channel, { type: 'event', kind: 'departure', at: new Date().toISOString(), data: {} });
      }
      await this.app.lock({ leave: true });
    });
    this.leaving = false;
  }

  /** A draft is not sealed yet, and so would not leave the tablet: it becomes a note now. @param {{key: string, value: any}} draft */
  async keepDraft({ key, value }) {
    const id = key.slice(draftKey(this.channel, 'note', '').length);
    const { started, ...note } = value;
    const before = id === 'new' ? {} : (await this.app.engine.get(this.channel, id))?.doc ?? {};
    await this.app.engine.save(this.channel, { ...before, type: 'note', ...note, at: note.on_paper?.happened_at ?? before.at ?? started, lang: before.lang ?? this.app.language });
    await this.app.engine.dropDraft(key);
  }
}

customElements.define('aq-leaving', AqLeaving);
