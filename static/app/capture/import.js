// A file that already lies on this device, taken into the vault.
//
// Owns: choosing one, saying what becomes of it and what does not, and its way in. The file on the device stays in
// the clear, outside the vault: only a person can delete it there, and is told so before and after.

import { html, icon, nothing } from '../element.js';
import { ChannelElement } from './channel_element.js';
import { ACCEPT, importObstacle, kindOfFile, MOST, pour } from './files.js';
import { putIntoNote } from './into_note.js';
import { pictureOfFile } from './picture.js';
import { recentPlaces } from './places.js';
import { recordingPolicy } from './policy.js';
import './about.js';
import './dock.js';

const HEAD = 16;

export class AqImport extends ChannelElement {
  static properties = {
    note: { attribute: false },
    file: { state: true },
    known: { state: true },
    obstacle: { state: true },
    name: { state: true },
    caption: { state: true },
    about: { state: true },
    portion: { state: true },
    done: { state: true },
  };

  static reads = ['medium', 'note'];

  constructor() {
    super();
    /** The key of the note's draft that waits for this file. @type {string | null} */
    this.note = null;
    /** @type {File | null} */
    this.file = null;
    /** @type {import('./files.js').Known | null} */
    this.known = null;
    /** @type {ReturnType<typeof importObstacle> | 'unreadable'} */
    this.obstacle = null;
    this.name = '';
    this.caption = '';
    /** @type {import('./about.js').About} */
    this.about = { place: '', theme: null, source: null };
    /** How much of it is in, of 1; null: nothing is under way. @type {number | null} */
    this.portion = null;
    this.done = 0;
  }

  /** @param {File | undefined} file */
  async choose(file) {
    if (!file || this.portion !== null) return;
    const head = new Uint8Array(await file.slice(0, HEAD).arrayBuffer());
    this.known = kindOfFile(file, head);
    this.obstacle = importObstacle(file, this.known, this.app.status?.storage?.freeBytes ?? null);
    this.file = this.obstacle ? null : file;
    this.name = file.name;
  }

  async take() {
    const { file, known } = this;
    if (!file || !known || this.portion !== null) return;
    this.portion = 0;
    const fields = {
      kind: known.kind, at: new Date().toISOString(), imported: true, place: this.about.place.trim() || null, theme: this.about.theme,
      caption: this.caption.trim() || null,
      // A recording's file name may be a person's: only a document is called by it, in words that were looked at.
      name: known.kind === 'document' ? this.name.trim() || null : null,
    };
    const reading = known.kind === 'photo' ? await this.#takePhoto(file, fields)
      : await this.attempt(() => pour(this.app.engine, this.channel, { ...fields, mime: known.mime }, file, (portion) => { this.portion = portion; }));
    this.portion = null;
    if (!reading) return;
    if (known.kind === 'photo' || known.kind === 'document') await this.attempt(() => putIntoNote(this.app.engine, this.note, reading.doc._id));
    this.file = null;
    this.caption = '';
    this.done += 1;
    this.app.notify({ kind: 'ok', text: this.t('pictures.import.taken') });
  }

  /** @param {File} file @param {Record<string, any>} fields */
  async #takePhoto(file, fields) {
    try {
      const { bytes, mime, width, height } = await pictureOfFile(file);
      return await this.attempt(() => this.app.engine.addMedium(this.channel, { ...fields, mime, width, height }, bytes));
    } catch {
      this.obstacle = 'unreadable';
      this.file = null;
      return undefined;
    }
  }

  render() {
    if (!this.loaded) return html`<div class="page"><p class="meta">${this.t('capture.loading')}</p></div>`;
    return html`<div class="page stack">
      ${this.done ? html`<div class="notice wait">${icon('warning')}<div class="stack tight"><strong>${this.t('pictures.import.done', { n: this.done })}</strong>
        <p>${this.t('pictures.import.delete')}</p></div></div>` : nothing}
      <section class="card stack"><h2>${this.t('pictures.import')}</h2>
        <p>${this.t('pictures.import.what')}</p>
        <p class="notice wait">${icon('warning')}<span>${this.t('pictures.import.outside')}</span></p>
        <label class="btn ${this.file ? '' : 'primary'}">${icon('upload')}${this.t(this.file ? 'pictures.import.other' : 'pictures.import.choose')}
          <input class="sr-only" type="file" accept=${ACCEPT} autocomplete="off" ?disabled=${this.portion !== null}
            @change=${(/** @type {any} */ event) => { const [chosen] = event.target.files; this.choose(chosen); event.target.value = ''; }}></label>
        <p class="meta">${this.t('pictures.import.limits', { photo: this.app.formatBytes(MOST.photo), audio: this.app.formatBytes(MOST.audio), video: this.app.formatBytes(MOST.video) })}</p>
        ${this.obstacle ? html`<p class="notice bad" role="alert">${icon('warning')}<span>${this.t(`pictures.import.no.${this.obstacle}`)}</span></p>` : nothing}
      </section>
      ${this.file && this.known ? this.renderFile(this.file, this.known.kind) : nothing}
      ${this.done && !this.file ? html`<div class="row"><button type="button" class="btn primary" @click=${() => this.app.back()}>${icon('check')}${this.t('capture.photo.done')}</button></div>` : nothing}
    </div>
    <aq-dock .app=${this.app} .channel=${this.channel}></aq-dock>`;
  }

  /** @param {File} file @param {import('./files.js').ImportKind} kind */
  renderFile(file, kind) {
    const sealed = kind === 'audio' || kind === 'video';
    const forbidden = kind !== 'document' && !recordingPolicy(kind, this.policySources).allowed;
    return html`<section class="card stack" data-kind=${kind}>
      <h2 class="item-title">${icon({ photo: 'photo', document: 'paper', audio: 'mic', video: 'video' }[kind])} <span>${this.t(`capture.kind.${kind}`)} · ${this.app.formatBytes(file.size)}</span></h2>
      <p class="notice ${sealed ? 'seal' : 'info'}">${icon(sealed ? 'lock' : 'info')}<span>${this.t(`pictures.import.as.${sealed ? 'sealed' : kind}`)}</span></p>
      ${forbidden ? html`<p class="notice wait">${icon('warning')}<span>${this.t('pictures.import.forbidden')}</span></p>` : nothing}
      ${kind === 'document' ? html`<label class="field"><span class="label">${this.t('pictures.import.name')}</span>
        <input autocomplete="off" spellcheck="false" .value=${this.name} @input=${(/** @type {any} */ event) => { this.name = event.target.value; }}>
        <span class="hint">${this.t('pictures.import.name.hint')}</span></label>` : nothing}
      <label class="field"><span class="label">${this.t('capture.caption')}</span>
        <input autocomplete="off" spellcheck="false" .value=${this.caption} @input=${(/** @type {any} */ event) => { this.caption = event.target.value; }}>
        ${sealed ? html`<span class="hint">${this.t('onsite.item.caption.hint')}</span>` : nothing}</label>
      <aq-about .app=${this.app} .value=${this.about} .places=${recentPlaces([...this.readings('note'), ...this.readings('medium')])}
        @about-change=${(/** @type {CustomEvent} */ event) => { this.about = event.detail; }}></aq-about>
      ${this.portion === null ? nothing : html`<p>${this.t('pictures.import.running', { n: Math.floor(this.portion * 100) })}</p>
        <progress class="progress" max="1" .value=${this.portion} aria-label=${this.t('pictures.import.running', { n: Math.floor(this.portion * 100) })}></progress>`}
      <button type="button" class="btn primary block" data-action="take-file" ?disabled=${this.portion !== null} @click=${() => this.take()}>${icon('lock')}${this.t('pictures.import.take')}</button>
    </section>`;
  }
}

customElements.define('aq-import', AqImport);
