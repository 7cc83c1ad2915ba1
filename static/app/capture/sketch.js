// A sketch of a room or a place, drawn with a finger or a pen.
//
// Owns: the paper, the draft after every mark (a crash costs a stroke at most), and turning it into a `sketch`.
// Drawn, not taken: no rule on photography holds for it.

import { draftKey } from '../draft_key.js';
import { html, icon, nothing } from '../element.js';
import { ChannelElement } from './channel_element.js';
import { putIntoNote } from './into_note.js';
import { emptyHistory, parseHistory } from './marks.js';
import { recentPlaces } from './places.js';
import './about.js';
import './board.js';
import './dock.js';

const LONG = 1600;
const SHORT = 1200;
/** Letters typed within this time are one draft: with every mark in it, a draft is large. */
const TYPED_MS = 400;
const TALL_SCREEN = '(max-width: 640px) and (orientation: portrait)';

export class AqSketch extends ChannelElement {
  static properties = {
    note: { attribute: false },
    marks: { state: true },
    paper: { state: true },
    tall: { state: true },
    caption: { state: true },
    about: { state: true },
    resumed: { state: true },
    kept: { state: true },
  };

  static reads = ['medium', 'note'];

  /** @type {ReturnType<typeof setTimeout> | null} */ #typing = null;
  /** @type {Promise<void>} */ #keeping = Promise.resolve();

  constructor() {
    super();
    /** The key of the note's draft that waits for this sketch. @type {string | null} */
    this.note = null;
    this.marks = emptyHistory();
    /** @type {'plain' | 'grid'} */
    this.paper = 'grid';
    this.tall = window.matchMedia(TALL_SCREEN).matches;
    this.caption = '';
    /** @type {import('./about.js').About} */
    this.about = { place: '', theme: null, source: null };
    this.resumed = false;
    /** Whether what is on the screen is in the draft. */
    this.kept = true;
    this.begun = false;
    this.saving = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.beforeLock(() => {
      this.board?.letGo();
      this.flush();
      return this.#keeping;
    });
  }

  disconnectedCallback() {
    this.flush();
    super.disconnectedCallback();
  }

  /** @returns {import('./board.js').AqBoard | null} */
  get board() {
    return this.querySelector('aq-board');
  }

  get draftKey() {
    return draftKey(this.channel, 'sketch', 'new');
  }

  async gather() {
    if (this.begun) return;
    this.begun = true;
    const draft = await this.app.engine.draft(this.draftKey);
    if (!draft) return;
    this.marks = parseHistory(draft.marks);
    this.paper = draft.paper === 'plain' ? 'plain' : 'grid';
    this.tall = Boolean(draft.tall);
    this.caption = String(draft.caption ?? '');
    this.about = { place: String(draft.place ?? ''), theme: draft.theme ?? null, source: null };
    // Begun for a note, it goes into that note, wherever it is taken up again.
    this.note ??= draft.note ?? null;
    this.resumed = true;
  }

  keepDraft() {
    if (this.#typing) clearTimeout(this.#typing);
    this.#typing = null;
    this.#keeping = this.#keep();
    return this.#keeping;
  }

  async #keep() {
    // What was saved as a picture is no draft any more.
    if (this.saving) return;
    const { marks, paper, tall, caption, about, note } = this;
    const draft = { marks: marks.done, paper, tall, caption, place: about.place, theme: about.theme, note };
    this.kept = false;
    await this.attempt(() => this.app.engine.saveDraft(this.draftKey, draft));
    if (this.marks === marks && this.caption === caption) this.kept = true;
  }

  /** @param {string} caption */
  #type(caption) {
    this.caption = caption;
    this.kept = false;
    if (this.#typing) clearTimeout(this.#typing);
    this.#typing = setTimeout(() => this.keepDraft(), TYPED_MS);
  }

  /** What was typed in the last moment is kept too. */
  flush() {
    if (this.#typing) this.keepDraft();
  }

  async startAnew() {
    const sure = await this.app.confirm({ title: this.t('pictures.anew'), text: this.t('pictures.anew.text'), yes: this.t('pictures.anew.yes'), no: this.t('capture.cancel'), danger: true });
    if (!sure) return;
    await this.attempt(() => this.app.engine.dropDraft(this.draftKey));
    this.marks = emptyHistory();
    this.resumed = false;
  }

  async save() {
    const { board } = this;
    if (!board || !this.marks.done.length || this.saving) return;
    this.flush();
    this.saving = true;
    await this.#keeping;
    const saved = await this.attempt(async () => {
      const { bytes, mime, width, height } = await board.finished('image/png');
      const reading = await this.app.engine.addMedium(this.channel, {
        kind: 'sketch', mime, at: new Date().toISOString(), width, height,
        place: this.about.place.trim() || null, theme: this.about.theme, caption: this.caption.trim() || null,
      }, bytes);
      await this.app.engine.dropDraft(this.draftKey);
      await putIntoNote(this.app.engine, this.note, reading.doc._id);
      return reading;
    });
    this.saving = false;
    if (!saved) return;
    this.app.notify({ kind: 'ok', text: this.t('pictures.sketch.saved') });
    this.app.back();
  }

  render() {
    if (!this.loaded) return html`<div class="page"><p class="meta">${this.t('capture.loading')}</p></div>`;
    const empty = !this.marks.done.length;
    return html`<div class="page stack">
      ${this.resumed ? html`<div class="notice info">${icon('edit')}<span>${this.t('pictures.sketch.resumed')}</span>
        <button type="button" class="btn small" @click=${() => this.startAnew()}>${this.t('capture.note.anew')}</button></div>` : nothing}
      <aq-board .app=${this.app} .width=${this.tall ? SHORT : LONG} .height=${this.tall ? LONG : SHORT} .paper=${this.paper} .marks=${this.marks} .label=${this.t('pictures.board.sketch')}
        @marks-change=${(/** @type {CustomEvent} */ event) => { this.marks = event.detail; this.keepDraft(); }}></aq-board>
      <div class="row between">
        <label class="choice"><input type="checkbox" autocomplete="off" .checked=${this.paper === 'grid'}
          @change=${(/** @type {any} */ event) => { this.paper = event.target.checked ? 'grid' : 'plain'; this.keepDraft(); }}><span>${this.t('pictures.grid')}</span></label>
        <span class="meta" aria-live="polite">${empty ? this.t('pictures.sketch.hint') : this.t(this.kept ? 'capture.note.kept' : 'capture.note.keeping')}</span>
      </div>
      <button type="button" class="btn primary block" data-action="keep-sketch" ?disabled=${empty} @click=${() => this.save()}>${icon('check')}${this.t('pictures.sketch.save')}</button>
      <div class="card stack">
        <label class="field"><span class="label">${this.t('capture.caption')}</span>
          <input autocomplete="off" spellcheck="false" .value=${this.caption} placeholder=${this.t('pictures.sketch.example')}
            @input=${(/** @type {any} */ event) => this.#type(event.target.value)} @change=${() => this.keepDraft()}></label>
        <aq-about .app=${this.app} .value=${this.about} .places=${recentPlaces([...this.readings('note'), ...this.readings('medium')])}
          @about-change=${(/** @type {CustomEvent} */ event) => { this.about = event.detail; this.keepDraft(); }}></aq-about>
      </div>
    </div>
    <aq-dock .app=${this.app} .channel=${this.channel}></aq-dock>`;
  }
}

customElements.define('aq-sketch', AqSketch);
