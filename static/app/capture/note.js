// A note: the text first, everything else below and optional.
//
// Owns: writing, the draft of every keystroke, and turning it into a `note`. What is left unsaved stays
// as an encrypted draft and is there again; a saved note opened again becomes its next version.

import { draftKey } from '../draft_key.js';
import { html, icon, nothing } from '../element.js';
import { ChannelElement } from './channel_element.js';
import { recentPlaces } from './places.js';
import './about.js';
import './dock.js';
import './thumb.js';

/**
 * @typedef {object} NoteDraft
 * @property {string} text
 * @property {string} place
 * @property {string | null} theme
 * @property {string | null} source
 * @property {string[]} media
 * @property {string | null} about the document that the note speaks of
 * @property {{happened_at: string, photo: string | null} | null} on_paper
 * @property {string | null} started when the first letter was written
 */

/** @returns {NoteDraft} */
function emptyNote() {
  return { text: '', place: '', theme: null, source: null, media: [], about: null, on_paper: null, started: null };
}

export class AqNote extends ChannelElement {
  static properties = {
    id: { attribute: false },
    about: { attribute: false },
    note: { state: true },
    resumed: { state: true },
    kept: { state: true },
  };

  static reads = ['note', 'medium'];

  constructor() {
    super();
    this.id = '';
    /** @type {string | null} */
    this.about = null;
    this.note = emptyNote();
    this.resumed = false;
    /** Whether what is on the screen is in the draft. */
    this.kept = true;
    this.begun = false;
    this.saving = false;
  }

  get draftKey() {
    return draftKey(this.channel, 'note', this.id || 'new');
  }

  async gather() {
    if (this.begun) return;
    this.begun = true;
    const saved = this.id ? this.readings('note').find((reading) => reading.doc._id === this.id) : null;
    if (saved) this.note = { ...emptyNote(), ...pick(saved.doc) };
    const draft = await this.app.engine.draft(this.draftKey);
    if (draft) {
      this.note = { ...this.note, ...draft };
      this.resumed = true;
    }
    if (this.about && !this.note.about) this.note = { ...this.note, about: this.about };
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    super.updated(changed);
    if (changed.has('loaded') && this.loaded && !this.resumed) this.querySelector('textarea')?.focus();
  }

  /** @returns {boolean} */
  get empty() {
    return !this.note.text.trim() && !this.note.media.length;
  }

  /** @param {Partial<NoteDraft>} patch */
  async change(patch) {
    const note = { ...this.note, ...patch, started: this.note.started ?? new Date().toISOString() };
    this.note = note;
    this.kept = false;
    await this.attempt(() => this.app.engine.saveDraft(this.draftKey, note));
    if (this.note === note) this.kept = true;
  }

  async startAnew() {
    await this.app.engine.dropDraft(this.draftKey);
    this.note = { ...emptyNote(), about: this.about };
    this.resumed = false;
    await this.updateComplete;
    this.querySelector('textarea')?.focus();
  }

  async save() {
    if (this.empty || this.saving) return;
    this.saving = true;
    const saved = await this.attempt(async () => {
      const reading = await this.app.engine.save(this.channel, this.fields());
      await this.app.engine.dropDraft(this.draftKey);
      return reading;
    });
    this.saving = false;
    if (!saved) return;
    this.app.notify({ kind: 'ok', text: this.t('capture.note.saved') });
    this.app.back();
  }

  /** @returns {Record<string, any>} */
  fields() {
    const { started, ...note } = this.note;
    const before = this.id ? this.readings('note').find((reading) => reading.doc._id === this.id)?.doc : null;
    const happened = note.on_paper?.happened_at || null;
    return {
      ...before, type: 'note', ...note, text: note.text.trim(), place: note.place.trim(),
      at: happened ?? before?.at ?? started ?? new Date().toISOString(),
      on_paper: happened ? { happened_at: happened, photo: note.on_paper?.photo ?? null } : null,
      lang: before?.lang ?? this.app.language,
    };
  }

  render() {
    if (!this.loaded) return html`<div class="page"><p class="meta">${this.t('capture.loading')}</p></div>`;
    const { note } = this;
    return html`<div class="page stack">
      ${this.resumed ? html`<div class="notice info">${icon('edit')}<span>${this.t('capture.note.resumed')}</span>
        <button type="button" class="btn small" @click=${() => this.startAnew()}>${this.t('capture.note.anew')}</button></div>` : nothing}
      <label class="field"><span class="label sr-only">${this.t('capture.note.text')}</span>
        <textarea class="note-text" autocomplete="off" spellcheck="false" rows="5" placeholder=${this.t('capture.note.placeholder')}
          .value=${note.text} @input=${(/** @type {any} */ event) => this.change({ text: event.target.value })}></textarea>
        <span class="hint" aria-live="polite">${this.t(this.empty ? 'capture.note.hint' : this.kept ? 'capture.note.kept' : 'capture.note.keeping')}</span>
      </label>
      <div class="row">
        <button type="button" class="btn primary grow" ?disabled=${this.empty} @click=${() => this.save()}>${icon('check')}${this.t('capture.note.save')}</button>
        <button type="button" class="btn" @click=${() => this.addPhoto()}>${icon('camera')}${this.t('capture.note.photo')}</button>
        <button type="button" class="btn" data-action="sketch" @click=${() => this.addFrom('sketch')}>${icon('sketch')}${this.t('pictures.sketch.draw')}</button>
        <button type="button" class="btn" data-action="import" @click=${() => this.addFrom('import')}>${icon('upload')}${this.t('pictures.import.add')}</button>
      </div>
      ${note.media.length ? html`<div class="thumbs">${note.media.map((id) => html`<aq-thumb .app=${this.app} .channel=${this.channel} .medium=${id}></aq-thumb>`)}</div>` : nothing}
      <div class="card"><aq-about sources .app=${this.app} .value=${note} .places=${recentPlaces([...this.readings('note'), ...this.readings('medium')])}
        @about-change=${(/** @type {CustomEvent} */ event) => this.change({ place: event.detail.place, theme: event.detail.theme, source: event.detail.source })}></aq-about></div>
      ${this.renderPaper()}
    </div>
    <aq-dock .app=${this.app} .channel=${this.channel}></aq-dock>`;
  }

  renderPaper() {
    const paper = this.note.on_paper;
    return html`<div class="card stack">
      <label class="choice"><input type="checkbox" autocomplete="off" .checked=${Boolean(paper)}
        @change=${(/** @type {any} */ event) => this.change({ on_paper: event.target.checked ? { happened_at: new Date().toISOString(), photo: null } : null })}>
        <span>${this.t('capture.paper')}<span class="meta">${this.t('capture.paper.hint')}</span></span></label>
      ${paper ? html`
        <label class="field"><span class="label">${this.t('capture.paper.when')}</span>
          <input type="datetime-local" autocomplete="off" .value=${localValue(paper.happened_at)}
            @change=${(/** @type {any} */ event) => { if (event.target.value) this.change({ on_paper: { ...paper, happened_at: new Date(event.target.value).toISOString() } }); }}></label>
        ${paper.photo ? html`<aq-thumb .app=${this.app} .channel=${this.channel} .medium=${paper.photo}></aq-thumb>`
          : html`<button type="button" class="btn" @click=${() => this.addPhoto('page')}>${icon('paper')}${this.t('capture.paper.photo')}</button>`}` : nothing}
    </div>`;
  }

  /** The photo screen puts the medium's id into this draft. @param {'page'} [part] */
  async addPhoto(part) {
    await this.change({});
    this.app.go('photo', { channel: this.channel, note: this.draftKey, page: part === 'page' });
  }

  /** @param {'sketch' | 'import'} route */
  async addFrom(route) {
    await this.change({});
    this.app.go(route, { channel: this.channel, note: this.draftKey });
  }
}

/** The parts of a saved note that can be edited. @param {Record<string, any>} doc */
function pick({ text = '', place = '', theme = null, source = null, media = [], about = null, on_paper = null }) {
  return { text, place: place ?? '', theme, source, media, about, on_paper };
}

/** @param {string} iso @returns {string} for <input type=datetime-local>, in the tablet's zone */
function localValue(iso) {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) return '';
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

customElements.define('aq-note', AqNote);
