// Photos: look, shoot, keep or take again, as many in a row as needed.
//
// Owns: the camera's picture on the screen and the shots not yet kept, which live in memory only.
// A kept photo is encrypted at once (`engine.addMedium`); the camera app and the gallery never see it. What was
// covered before it was kept never exists uncovered for others: the untouched shot goes to the key holders.

import { html, icon, nothing, live } from '../element.js';
import { DeviceError, closeStream, hasTorch, openStream, switchTorch } from './camera.js';
import { ChannelElement } from './channel_element.js';
import { putIntoNote } from './into_note.js';
import { pictureOfFile, pictureOfVideo } from './picture.js';
import { recentPlaces } from './places.js';
import { recordingPolicy } from './policy.js';
import { keepOriginal } from './redaction.js';
import './about.js';
import './dock.js';
import './markup.js';
import './policy_card.js';
import './thumb.js';

/**
 * @typedef {object} Shot
 * @property {import('./picture.js').Picture} picture as it was taken
 * @property {import('./picture.js').Picture | null} marked its covered copy: what others see
 * @property {boolean} imported out of a file
 * @property {string | null} original where the untouched one is kept already
 * @property {string} url of what is shown
 */

const PHOTO = { video: { facingMode: { ideal: 'environment' }, width: { ideal: 2560 }, height: { ideal: 1920 } } };

export class AqPhoto extends ChannelElement {
  static properties = {
    interview: { attribute: false },
    submission: { attribute: false },
    question: { attribute: false },
    note: { attribute: false },
    page: { type: Boolean },
    about: { state: true },
    caption: { state: true },
    stream: { state: true },
    problem: { state: true },
    shot: { state: true },
    marking: { state: true },
    kept: { state: true },
    torch: { state: true },
  };

  static reads = ['medium', 'note', 'interview'];

  constructor() {
    super();
    /** @type {string | null} */
    this.interview = null;
    /** @type {string | null} */
    this.submission = null;
    /** @type {string | null} */
    this.question = null;
    /** The key of the note's draft that waits for this photo. @type {string | null} */
    this.note = null;
    this.page = false;
    /** @type {import('./about.js').About} */
    this.about = { place: '', theme: null, source: null };
    this.caption = '';
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {string | null} */
    this.problem = null;
    /** @type {Shot | null} */
    this.shot = null;
    this.marking = false;
    /** @type {string[]} */
    this.kept = [];
    this.torch = false;
    this.borrowed = false;
    this.busy = false;
  }

  disconnectedCallback() {
    this.dropShot();
    this.closeCamera();
    super.disconnectedCallback();
  }

  verdict() {
    const interview = this.readings('interview').find((reading) => reading.doc._id === this.interview)?.doc;
    const category = this.app.catalogue('categories').find((item) => item.id === interview?.category);
    return recordingPolicy('photo', this.policySources, { child: Boolean(category?.child) });
  }

  async gather() {
    if (!this.stream && !this.problem && this.verdict().allowed) await this.openCamera();
  }

  async openCamera() {
    this.problem = null;
    // A running video already holds the camera: its picture is shared instead of fought over.
    const running = this.app.recorder?.take?.stream;
    if (running?.getVideoTracks().length) {
      this.borrowed = true;
      this.stream = running;
      return;
    }
    try {
      const stream = await openStream(navigator.mediaDevices, PHOTO);
      if (!this.isConnected || this.stream) return closeStream(stream);
      this.borrowed = false;
      this.stream = stream;
      for (const track of stream.getTracks()) track.addEventListener('ended', () => { this.stream = null; this.problem = 'gone'; });
    } catch (error) {
      this.problem = error instanceof DeviceError ? error.problem : 'failed';
    }
  }

  closeCamera() {
    if (!this.borrowed) closeStream(this.stream);
    this.stream = null;
  }

  dropShot() {
    if (this.shot) URL.revokeObjectURL(this.shot.url);
    this.shot = null;
    this.marking = false;
  }

  /** @param {() => Promise<import('./picture.js').Picture>} take @param {boolean} [imported] */
  async shoot(take, imported = false) {
    if (this.busy) return;
    this.busy = true;
    try {
      const picture = await take();
      // Left or locked meanwhile: its address would outlive the screen.
      if (this.isConnected) {
        this.dropShot();
        this.shot = { picture, marked: null, imported, original: null, url: urlOf(picture) };
      }
    } catch {
      this.app.notify({ kind: 'bad', text: this.t('capture.photo.unreadable') });
    }
    this.busy = false;
  }

  /** @param {import('./picture.js').Picture} marked */
  showMarked(marked) {
    const { shot } = this;
    if (!shot) return;
    URL.revokeObjectURL(shot.url);
    this.shot = { ...shot, marked, url: urlOf(marked) };
    this.marking = false;
  }

  /** @param {boolean} more stay for the next one */
  async keep(more) {
    const { shot } = this;
    if (!shot || this.busy) return;
    this.busy = true;
    const { bytes, width, height, mime } = shot.marked ?? shot.picture;
    const taken = { at: new Date().toISOString(), interview: this.interview, imported: shot.imported };
    const reading = await this.attempt(async () => {
      // The untouched one first: where the copy fails, a second try does not seal it twice.
      if (shot.marked) shot.original ??= await keepOriginal(this.app.engine, this.channel, shot.picture, taken);
      return this.app.engine.addMedium(this.channel, {
        ...taken, kind: 'photo', mime, width, height, submission: this.submission, question: this.question,
        place: this.interview ? null : this.about.place.trim() || null, theme: this.about.theme, caption: this.caption.trim() || null,
        ...shot.original ? { original: shot.original } : {},
      }, bytes.slice(0));
    });
    this.busy = false;
    if (!reading) return;
    this.kept = [...this.kept, reading.doc._id];
    await this.attempt(() => putIntoNote(this.app.engine, this.note, reading.doc._id, this.page));
    this.dropShot();
    if (more) return;
    this.app.notify({ kind: 'ok', text: this.t('capture.photo.saved', { n: this.kept.length }) });
    this.app.back();
  }

  render() {
    if (!this.loaded) return html`<div class="page"><p class="meta">${this.t('capture.loading')}</p></div>`;
    const { allowed, from } = this.verdict();
    return html`<div class="page stack">
      ${allowed ? html`
        ${this.shot ? this.renderShot(this.shot) : this.renderCamera()}
        ${this.kept.length ? html`<div class="stack tight"><span class="badge ok">${icon('check')}${this.t('capture.photo.kept', { n: this.kept.length })}</span>
          <div class="thumbs">${this.kept.map((id) => html`<aq-thumb .app=${this.app} .channel=${this.channel} .medium=${id}></aq-thumb>`)}</div></div>` : nothing}
        ${this.page ? nothing : this.renderAbout()}`
        : html`<aq-policy-card kind="photo" .app=${this.app} .channel=${this.channel} .from=${from} .visit=${this.visit} .sources=${this.policySources} .leads=${this.leads}></aq-policy-card>`}
    </div>
    <aq-dock .app=${this.app} .channel=${this.channel}></aq-dock>`;
  }

  renderCamera() {
    const file = html`<label class="btn">${icon('upload')}${this.t('capture.photo.file')}
      <input class="sr-only" type="file" accept="image/*" autocomplete="off"
        @change=${(/** @type {any} */ event) => { const [chosen] = event.target.files; if (chosen) this.shoot(() => pictureOfFile(chosen), true); event.target.value = ''; }}></label>`;
    if (this.problem) {
      return html`<div class="card stack"><h2>${this.t('capture.photo.none')}</h2><p>${this.t(`capture.problem.${this.problem}`)}</p>
        <div class="row"><button type="button" class="btn primary" @click=${() => this.openCamera()}>${this.t('capture.retry')}</button>
          ${file}<button type="button" class="btn" @click=${() => this.app.go('note', { channel: this.channel })}>${this.t('capture.instead.note')}</button></div></div>`;
    }
    return html`<div class="viewfinder">
        <video autoplay muted playsinline aria-label=${this.t('capture.preview')} .srcObject=${live(this.stream)}></video></div>
      <div class="row shutter-row">
        ${file}
        <button type="button" class="btn primary shutter" ?disabled=${!this.stream} @click=${() => this.shoot(() => pictureOfVideo(/** @type {HTMLVideoElement} */ (this.querySelector('video'))))}>
          ${icon('camera')}${this.t('capture.photo.shoot')}</button>
        ${hasTorch(this.stream) ? html`<button type="button" class="btn" aria-pressed=${this.torch ? 'true' : 'false'} @click=${() => this.switchLight()}>
          ${this.t(this.torch ? 'capture.torch.off' : 'capture.torch.on')}</button>` : nothing}
        ${this.kept.length ? html`<button type="button" class="btn" @click=${() => this.app.back()}>${icon('check')}${this.t('capture.photo.done')}</button>` : nothing}
      </div>`;
  }

  async switchLight() {
    if (!this.stream) return;
    try {
      await switchTorch(this.stream, !this.torch);
      this.torch = !this.torch;
    } catch {
      this.app.notify({ kind: 'wait', text: this.t('capture.torch.none') });
    }
  }

  /** @param {Shot} shot */
  renderShot({ picture, marked, imported, url }) {
    if (this.marking) {
      return html`<aq-markup .app=${this.app} .picture=${picture} @markup-done=${(/** @type {CustomEvent} */ event) => this.showMarked(event.detail)}
        @markup-cancel=${() => { this.marking = false; }}></aq-markup>`;
    }
    return html`<div class="viewfinder"><img src=${url} alt=${this.t('capture.photo.alt')}></div>
      ${marked ? html`<p class="notice seal">${icon('lock')}<span>${this.t('pictures.shot.marked')}</span></p>` : nothing}
      ${imported ? html`<p class="notice wait">${icon('warning')}<span>${this.t('pictures.import.outside')}</span></p>` : nothing}
      <div class="row shutter-row">
        <button type="button" class="btn" @click=${() => this.dropShot()}>${icon('camera')}${this.t('capture.photo.again')}</button>
        <button type="button" class="btn" data-action="mark" @click=${() => { this.marking = true; }}>${icon('edit')}${this.t(marked ? 'pictures.mark.anew' : 'pictures.mark')}</button>
        <button type="button" class="btn" @click=${() => this.keep(true)}>${icon('plus')}${this.t('capture.photo.more')}</button>
        <button type="button" class="btn primary" @click=${() => this.keep(false)}>${icon('check')}${this.t('capture.photo.keep')}</button>
      </div>`;
  }

  renderAbout() {
    return html`<div class="card stack">
      <label class="field"><span class="label">${this.t('capture.caption')}</span>
        <input autocomplete="off" spellcheck="false" .value=${this.caption} placeholder=${this.t('capture.caption.example')}
          @input=${(/** @type {any} */ event) => { this.caption = event.target.value; }}>
        <span class="hint">${this.t('capture.caption.hint')}</span></label>
      ${this.interview ? nothing : html`<aq-about .app=${this.app} .value=${this.about} .places=${recentPlaces([...this.readings('note'), ...this.readings('medium')])}
        @about-change=${(/** @type {CustomEvent} */ event) => { this.about = event.detail; }}></aq-about>`}
    </div>`;
  }
}

/** @param {import('./picture.js').Picture} picture */
function urlOf({ bytes, mime }) {
  return URL.createObjectURL(new Blob([bytes], { type: mime }));
}

customElements.define('aq-photo', AqPhoto);
