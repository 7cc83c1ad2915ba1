// One item, whole: what it is, whose, where it has got to, and what can be done with it.
//
// Owns: the item's four steps in words, photos and playback of this session, a colleague's item by name.
// An interview's recording shows its day only: never its time, never a place.

import { html, icon, nothing } from '../element.js';
import { ChannelElement } from '../capture/channel_element.js';
import { dayOf } from '../capture/day.js';
import { replacedPhotos } from '../capture/redaction.js';
import { Player } from '../../engine/media/player.js';
import { entryWords } from './words.js';
import { timelineEntries } from './entries.js';
import '../capture/dock.js';
import '../capture/thumb.js';
import '../deliver/returned.js';

const STEPS = /** @type {const} */ (['captured', 'sealed', 'received', 'verified']);

export class AqItem extends ChannelElement {
  static properties = {
    id: { attribute: false },
    ids: { attribute: false },
    embedded: { type: Boolean },
    ledger: { state: true },
    playing: { state: true },
    caption: { state: true },
    comment: { state: true },
  };

  static reads = ['event', 'note', 'medium', 'interview', 'submission', 'identity', 'testimony', 'finding', 'recommendation', 'withdrawal'];

  /** @type {Player | null} */ #playback = null;

  constructor() {
    super();
    this.id = '';
    /** Items shown as one in the timeline, this one among them. @type {string[]} */
    this.ids = [];
    this.embedded = false;
    /** @type {import('../../engine/types.js').LedgerItem | null} */
    this.ledger = null;
    /** @type {'' | 'on' | 'sealed' | 'not-here' | 'erased' | 'other'} */
    this.playing = '';
    /** @type {string | null} */
    this.caption = null;
    this.comment = '';
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(this.app, 'status', () => this.reload());
  }

  disconnectedCallback() {
    this.stopPlaying();
    super.disconnectedCallback();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    if (changed.has('id') && this.loaded) {
      this.stopPlaying();
      this.caption = null;
      this.reload();
    }
  }

  async gather() {
    const { items } = await this.app.engine.ledger(this.channel);
    this.ledger = items.find((/** @type {import('../../engine/types.js').LedgerItem} */ item) => item.id === this.id) ?? null;
  }

  get reading() {
    return this.allReadings().find((reading) => reading.doc._id === this.id) ?? null;
  }

  render() {
    if (!this.loaded) return html`<div class="page"><p class="meta">${this.t('capture.loading')}</p></div>`;
    const { reading } = this;
    const body = reading ? this.renderItem(reading) : html`<div class="card"><div class="empty">${icon('info')}<strong>${this.t('onsite.item.gone')}</strong>
      <button type="button" class="btn" @click=${() => this.app.go('visit', { channel: this.channel, step: 'onsite' })}>${this.t('capture.running.back')}</button></div></div>`;
    return this.embedded ? html`<div class="stack">${body}</div>`
      : html`<div class="page stack">${body}</div><aq-dock .app=${this.app} .channel=${this.channel}></aq-dock>`;
  }

  /** @param {import('../../engine/types.js').Reading} reading */
  renderItem(reading) {
    const { doc, erased } = reading;
    const words = this.words();
    return html`<section class="card stack" aria-label=${words.title}>
      ${this.renderSiblings()}
      <h2 class="item-title">${icon(words.icon)} <span>${doc.type === 'note' && !erased ? this.t('onsite.entry.note') : words.title}</span></h2>
      <p class="meta">${this.circumstances(doc)}</p>
      ${reading.conflicts.length ? this.renderConflict() : nothing}
      ${erased ? html`<p class="notice">${icon('erase')}<span>${this.t(replacedPhotos(this.readings('withdrawal')).has(this.id) ? 'pictures.item.replaced' : 'onsite.item.erased')}</span></p>` : this.renderContent(reading)}
      ${this.renderSteps(reading)}
      ${erased ? nothing : this.renderActions(reading)}
    </section>
    ${erased ? nothing : this.renderComments()}`;
  }

  renderConflict() {
    return html`<div class="notice wait">${icon('warning')}<div class="stack tight"><p>${this.t('wrapup.versions.here')}</p>
      <div class="row"><button type="button" class="btn small" data-action="versions" @click=${() => this.app.go('versions', { channel: this.channel, id: this.id })}>${this.t('wrapup.versions.see')}</button></div></div></div>`;
  }

  words() {
    const context = this.allReadings().filter(({ doc }) => doc._id === this.id || doc.type === 'interview' || doc.type === 'withdrawal');
    const entry = timelineEntries(context, this.timeZone).find((candidate) => candidate.id === this.id);
    const fallback = { icon: 'info', tone: '', title: this.t('onsite.item'), detail: '' };
    return entry ? entryWords(entry, this.app, this.me) : fallback;
  }

  /** @param {Record<string, any>} doc */
  circumstances(doc) {
    const spoken = doc.interview || doc.type === 'interview';
    const at = doc.at ?? doc.created_at;
    const when = spoken ? this.app.formatDate(doc.day ?? dayOf(at, this.timeZone))
      : `${this.app.formatDate(dayOf(at, this.timeZone), { day: 'numeric', month: 'long' })}, ${this.app.formatTime(at)}`;
    return [when, spoken ? '' : doc.place, doc.theme ? this.app.label('themes', doc.theme) : '', doc.source ? this.app.label('sources', doc.source) : '',
      this.app.person(doc.created_by).name].filter(Boolean).join(' · ');
  }

  renderSiblings() {
    const { ids } = this;
    const at = ids.indexOf(this.id);
    if (ids.length < 2 || at < 0) return nothing;
    return html`<div class="row between"><button type="button" class="btn" ?disabled=${at === 0} @click=${() => { this.id = ids[at - 1]; }}>${icon('arrow-left')}${this.t('onsite.item.before')}</button>
      <span class="meta">${this.t('onsite.item.of', { n: at + 1, all: ids.length })}</span>
      <button type="button" class="btn" ?disabled=${at === ids.length - 1} @click=${() => { this.id = ids[at + 1]; }}>${this.t('onsite.item.after')}${icon('arrow-right')}</button></div>`;
  }

  /** @param {import('../../engine/types.js').Reading} reading */
  renderContent({ doc }) {
    switch (doc.type) {
      case 'note':
        return html`<p class="item-text">${doc.text}</p>
          ${doc.on_paper ? html`<p class="notice">${icon('paper')}<span>${this.t('onsite.item.paper', { entered: this.app.formatDate(doc.created_at), time: this.app.formatTime(doc.created_at) })}</span></p>
            ${doc.on_paper.photo ? html`<aq-thumb full .app=${this.app} .channel=${this.channel} .medium=${doc.on_paper.photo}></aq-thumb>` : nothing}` : nothing}
          ${(doc.media ?? []).map((/** @type {string} */ id) => html`<aq-thumb full .app=${this.app} .channel=${this.channel} .medium=${id}></aq-thumb>`)}`;
      case 'medium':
        if (doc.kind === 'document') return this.renderDocument(doc);
        return ['photo', 'sketch', 'original'].includes(doc.kind) ? this.renderPicture(doc) : this.renderRecording(doc);
      case 'submission':
        return html`<p>${this.t('onsite.forms.progress', { n: doc.progress?.answered ?? 0, all: doc.progress?.total ?? 0 })}</p>
          <ul class="stack tight">${(doc.flags ?? []).map((/** @type {any} */ flag) => html`<li class="notice bad">${icon('flag')}<span>${this.app.multi(flag.label)}</span></li>`)}</ul>`;
      case 'interview':
        return html`<p class="item-text">${doc.summary || this.t('onsite.entry.nosummary')}</p>`;
      case 'event':
        return doc.data?.text || doc.data?.reason ? html`<p class="item-text">${doc.data.text || doc.data.reason}</p>` : nothing;
      default:
        return nothing;
    }
  }

  /** @param {Record<string, any>} doc */
  renderPicture(doc) {
    return html`<aq-thumb full .app=${this.app} .channel=${this.channel} .medium=${doc._id} .caption=${doc.caption ?? ''}></aq-thumb>
      ${doc.original ? html`<p class="notice seal">${icon('lock')}<span>${this.t('pictures.item.marked')}</span></p>` : nothing}
      ${doc.kind === 'original' ? html`<p class="notice seal">${icon('lock')}<span>${this.t('pictures.item.original')}</span></p>` : nothing}`;
  }

  /** A file of a program is opened in the office: here it would have to leave the vault. @param {Record<string, any>} doc */
  renderDocument(doc) {
    return html`${doc.caption ? html`<p>${doc.caption}</p>` : nothing}
      <p class="meta">${[doc.name, doc.plain_bytes ? this.app.formatBytes(doc.plain_bytes) : ''].filter(Boolean).join(' · ')}</p>
      <p class="notice info">${icon('paper')}<span>${this.t('pictures.item.document')}</span></p>`;
  }

  /** @param {Record<string, any>} doc */
  renderRecording(doc) {
    const own = doc.created_by === this.me;
    return html`${doc.caption ? html`<p>${doc.caption}</p>` : nothing}
      ${doc.kind === 'appeal' ? html`<p class="notice seal">${icon('appeal')}<span>${this.t('onsite.item.appeal')}</span></p>` : nothing}
      ${doc.state === 'recording' ? html`<p class="notice bad">${icon('mic')}<span>${this.t('capture.running')}</span></p>`
        : this.playing === 'on' ? (doc.kind === 'audio' ? html`<audio class="player" controls></audio>` : html`<video class="player" controls playsinline></video>`)
          : this.playing ? html`<p class="notice seal">${icon('lock')}<span>${this.t(`onsite.item.play.${this.playing}`)}</span></p>`
            : own ? html`<button type="button" class="btn" @click=${() => this.play(doc)}>${icon('play')}${this.t('onsite.item.play')}</button>`
              : html`<p class="notice seal">${icon('lock')}<span>${this.t('onsite.item.play.sealed')}</span></p>`}
      ${own && !doc.interview ? this.renderCaption(doc) : nothing}`;
  }

  /** @param {Record<string, any>} doc */
  renderCaption(doc) {
    return html`<label class="field"><span class="label">${this.t('onsite.item.caption')}</span>
      <input autocomplete="off" spellcheck="false" .value=${this.caption ?? doc.caption ?? ''} @input=${(/** @type {any} */ event) => { this.caption = event.target.value; }}
        @change=${() => this.keepCaption(doc)}><span class="hint">${this.t('onsite.item.caption.hint')}</span></label>`;
  }

  /** @param {Record<string, any>} doc */
  async keepCaption(doc) {
    const caption = (this.caption ?? '').trim() || null;
    if (caption === (doc.caption ?? null)) return;
    if (await this.attempt(() => this.app.engine.save(this.channel, { ...doc, caption }))) this.app.notify({ kind: 'ok', text: this.t('onsite.item.caption.saved') });
  }

  /** @param {Record<string, any>} doc */
  async play(doc) {
    try {
      const recorded = await this.app.engine.describeMedium(this.channel, doc._id);
      this.playing = 'on';
      await this.updateComplete;
      const player = /** @type {HTMLMediaElement | null} */ (this.querySelector('.player'));
      if (!player) return;
      this.#playback = new Player(player, {
        ...recorded, whole: Boolean(doc.imported),
        read: async (from, count) => new Uint8Array((await this.app.engine.readFrames(this.channel, doc._id, from, count)).bytes),
      }, () => { this.playing = 'other'; });
      await player.play().catch(() => {});
    } catch (error) {
      const code = /** @type {any} */ (error)?.code;
      this.playing = ['sealed', 'not-here', 'erased'].includes(code) ? code : 'other';
    }
  }

  stopPlaying() {
    this.#playback?.end();
    this.#playback = null;
    this.playing = '';
  }

  /** @param {import('../../engine/types.js').Reading} reading */
  renderSteps(reading) {
    const { ledger } = this;
    if (!ledger) {
      return html`<p class="notice ok">${icon('check')}<span>${this.t(reading.origin === 'remote' ? 'onsite.item.remote' : 'onsite.item.noledger')}</span></p>`;
    }
    const first = STEPS.find((step) => !ledger[step]);
    const current = first ?? 'verified';
    return html`<div class="stepper" role="list" aria-label=${this.t('onsite.item.steps')}>
        ${STEPS.map((step) => html`<span role="listitem" class=${ledger[step] ? 'done' : step === first ? 'now' : ''}>${this.t(`onsite.step.${step}`)}</span>`)}</div>
      <p class="meta">${this.t(`onsite.step.${current}.${ledger[current] ? 'done' : 'wait'}`)}
        ${ledger.parts && ledger.parts[0] < ledger.parts[1] ? this.t('onsite.item.parts', { n: ledger.parts[0], all: ledger.parts[1] }) : nothing}</p>
      ${ledger.decision ? html`<aq-returned .app=${this.app} .channel=${this.channel} .item=${ledger} .doc=${reading.doc}></aq-returned>`
        : ledger.quarantined ? html`<p class="notice wait">${icon('warning')}<span>${this.t('onsite.item.quarantined')}</span></p>` : nothing}`;
  }

  /** @param {import('../../engine/types.js').Reading} reading */
  renderActions({ doc }) {
    const own = doc.created_by === this.me;
    return html`<div class="row">
      ${doc.type === 'note' && own ? html`<button type="button" class="btn" @click=${() => this.app.go('note', { channel: this.channel, id: doc._id })}>${icon('edit')}${this.t('onsite.item.edit')}</button>` : nothing}
      ${doc.type === 'medium' && doc.kind === 'photo' && own ? html`<button type="button" class="btn" data-action="redact" @click=${() => this.app.go('redact', { channel: this.channel, id: doc._id })}>${icon('edit')}${this.t('pictures.mark')}</button>` : nothing}
      ${doc.type === 'submission' ? html`<button type="button" class="btn" @click=${() => this.app.go('form', { channel: this.channel, form: doc.form, submission: doc._id })}>${icon('form')}${this.t('onsite.item.form')}</button>` : nothing}
      ${doc.interview ? html`<button type="button" class="btn" @click=${() => this.app.go('interview', { channel: this.channel, id: doc.interview })}>${icon('interview')}${this.t('onsite.item.interview')}</button>` : nothing}
      ${['note', 'medium', 'submission'].includes(doc.type) && doc.kind !== 'original' ? html`<button type="button" class="btn" @click=${() => this.makeFinding(doc)}>${icon('flag')}${this.t('onsite.item.finding')}</button>` : nothing}
    </div>`;
  }

  /** @param {Record<string, any>} doc */
  makeFinding(doc) {
    this.app.go('finding', { channel: this.channel, prefill: {
      title: '', text: doc.type === 'note' ? doc.text : '', evidence: [doc._id], theme: doc.theme ?? null,
      place: doc.interview ? '' : doc.place ?? '', sources: doc.source ? [doc.source] : [],
    } });
  }

  renderComments() {
    const comments = this.readings('event').filter(({ doc }) => doc.kind === 'comment' && doc.data?.on === this.id);
    return html`<section class="card stack"><h2>${this.t('onsite.comments')}</h2>
      ${comments.map(({ doc }) => html`<p><span class="meta">${this.app.person(doc.created_by).name}, ${this.app.formatTime(doc.at)}</span><br>${doc.data.text}</p>`)}
      <label class="field"><span class="label sr-only">${this.t('onsite.comments.new')}</span>
        <input autocomplete="off" spellcheck="false" .value=${this.comment} placeholder=${this.t('onsite.comments.new')} @input=${(/** @type {any} */ event) => { this.comment = event.target.value; }}></label>
      <div class="row"><button type="button" class="btn" ?disabled=${!this.comment.trim()} @click=${() => this.addComment()}>${this.t('onsite.comments.add')}</button></div></section>`;
  }

  async addComment() {
    const text = this.comment.trim();
    const saved = await this.attempt(() => this.app.engine.save(this.channel, { type: 'event', kind: 'comment', at: new Date().toISOString(), data: { on: this.id, text }, lang: this.app.language }));
    if (saved) this.comment = '';
  }
}

customElements.define('aq-item', AqItem);
