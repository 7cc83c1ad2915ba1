// Before a recording: may it be, whose voice is it, did they agree. Then one big button.
//
// Owns: the screen for audio, video and appeal. The recording itself belongs to <aq-recorder>.
// An appeal is offered beside the video as a choice of its own: it is an appeal, not testimony.

import { html, icon, nothing, live } from '../element.js';
import { consentState } from '../interviews/consents.js';
import { nextHandle } from '../interviews/handles.js';
import { recentPlaces } from './places.js';
import { DeviceError, closeStream, openStream } from './camera.js';
import { ChannelElement } from './channel_element.js';
import { chips } from './chips.js';
import { dayOf } from './day.js';
import { streamConstraints } from './format.js';
import { childAgreed, recordingObstacle, recordingPolicy } from './policy.js';
import './about.js';
import './dock.js';
import './policy_card.js';
import '../interviews/consent.js';

const NOBODY = 'nobody';
const SOMEBODY_NEW = 'new';
const PEOPLE_SHOWN = 5;

export class AqRecord extends ChannelElement {
  static properties = {
    kind: { type: String },
    interview: { attribute: false },
    submission: { attribute: false },
    question: { attribute: false },
    who: { state: true },
    about: { state: true },
    preview: { state: true },
    problem: { state: true },
  };

  static reads = ['interview', 'consent', 'withdrawal', 'medium', 'note'];

  constructor() {
    super();
    /** @type {'audio' | 'video' | 'appeal'} */
    this.kind = 'audio';
    /** @type {string | null} */
    this.interview = null;
    /** @type {string | null} */
    this.submission = null;
    /** @type {string | null} */
    this.question = null;
    this.who = NOBODY;
    /** @type {import('./about.js').About} */
    this.about = { place: '', theme: null, source: null };
    /** @type {MediaStream | null} */
    this.preview = null;
    /** @type {string | null} */
    this.problem = null;
    this.handedOver = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(document, 'aq-recording', () => this.requestUpdate());
  }

  disconnectedCallback() {
    // What runs belongs to the recorder; an unused preview must not leave the camera's lamp on.
    this.closePreview();
    super.disconnectedCallback();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    if (changed.has('interview') && this.interview) this.who = this.interview;
    if (changed.has('kind') && this.kind === 'appeal' && this.who === NOBODY) this.who = this.interview ?? SOMEBODY_NEW;
    if (changed.has('kind') && this.kind === 'audio') this.closePreview();
  }

  /** @returns {Promise<void>} */
  async gather() {
    await this.lookAhead();
  }

  /** Opens the camera's picture once it is clear that filming is allowed. */
  async lookAhead() {
    if (this.kind === 'audio' || this.preview || this.problem || this.app.recorder?.recording || !this.isConnected) return;
    if (this.obstacle() !== null) return;
    try {
      const stream = await openStream(navigator.mediaDevices, streamConstraints(this.kind));
      if (this.isConnected && !this.preview) this.preview = stream;
      else closeStream(stream);
    } catch (error) {
      this.problem = error instanceof DeviceError ? error.problem : 'failed';
    }
  }

  closePreview() {
    if (!this.handedOver) closeStream(this.preview);
    this.preview = null;
    this.handedOver = false;
  }

  /** @returns {Record<string, any> | null} */
  person() {
    return this.readings('interview').find((reading) => reading.doc._id === this.who)?.doc ?? null;
  }

  /** @returns {boolean} */
  isChild() {
    const category = this.person()?.category;
    return Boolean(this.app.catalogue('categories').find((item) => item.id === category)?.child);
  }

  verdict() {
    return recordingPolicy(this.kind, this.policySources, { child: this.isChild() });
  }

  /** @returns {ReturnType<typeof recordingObstacle>} */
  obstacle() {
    if (!this.visit) return 'policy';
    if (this.who === SOMEBODY_NEW) return this.verdict().allowed ? 'person' : 'policy';
    const records = [...this.readings('consent'), ...this.readings('withdrawal')].map((reading) => reading.doc);
    const person = this.person();
    return recordingObstacle({
      kind: this.kind, verdict: this.verdict(), interview: Boolean(person),
      childPending: this.isChild() && !childAgreed(person?.child),
      consents: person ? consentState(records, person._id) : {},
    });
  }

  render() {
    if (!this.loaded) return html`<div class="page"><p class="meta">${this.t('capture.loading')}</p></div>`;
    const take = this.app.recorder?.take;
    if (take) return this.renderRunning(take);
    const obstacle = this.obstacle();
    return html`<div class="page stack">
      ${this.kind === 'audio' ? nothing : this.renderKinds()}
      ${obstacle === 'policy' ? html`<aq-policy-card .app=${this.app} .channel=${this.channel} .kind=${this.kind} .from=${this.verdict().from}
        .visit=${this.visit} .sources=${this.policySources} .leads=${this.leads}></aq-policy-card>` : html`
        ${this.problem ? this.renderProblem() : nothing}
        ${obstacle === null ? html`${this.renderPreview()}${this.renderButton()}` : nothing}
        ${this.interview ? nothing : this.renderWho()}
        ${this.renderConsent(obstacle)}`}
    </div>
    <aq-dock .app=${this.app} .channel=${this.channel}></aq-dock>`;
  }

  renderKinds() {
    return chips({
      label: this.t('capture.kinds'), quiet: true, hint: this.t(`capture.kind.${this.kind}.hint`), value: this.kind,
      items: ['video', 'appeal'].map((kind) => ({ id: kind, label: this.t(`capture.kind.${kind}`) })),
      onPick: (kind) => { this.kind = /** @type {any} */ (kind); this.lookAhead(); },
    });
  }

  renderWho() {
    const own = this.readings('interview').filter(({ doc, erased }) => doc.created_by === this.me && !erased).slice(-PEOPLE_SHOWN).reverse();
    const items = own.map(({ doc }) => ({ id: doc._id, label: doc.handle }));
    if (this.kind !== 'appeal') items.unshift({ id: NOBODY, label: this.t('capture.who.nobody') });
    items.push({ id: SOMEBODY_NEW, label: this.t('capture.who.new', { handle: this.newHandle() }) });
    return html`<div class="card stack">
      ${chips({ label: this.t('capture.who'), items, value: this.who, onPick: (id) => { this.who = id; this.lookAhead(); } })}
      ${this.who === SOMEBODY_NEW ? chips({
        label: this.t('capture.who.category'), value: null,
        items: this.app.catalogue('categories').map((item) => ({ id: item.id, label: this.app.multi(item.label) })),
        onPick: (id) => this.begin(id),
      }) : nothing}
      ${this.who === NOBODY ? html`<details><summary>${this.t('capture.about')}</summary>
        <aq-about .app=${this.app} .value=${this.about} .places=${recentPlaces([...this.readings('note'), ...this.readings('medium')])}
          @about-change=${(/** @type {CustomEvent} */ event) => { this.about = event.detail; }}></aq-about></details>` : nothing}
    </div>`;
  }

  /** @returns {string} */
  newHandle() {
    return nextHandle(this.readings('interview'), this.app.status?.account ?? { id: '', initial: '?' });
  }

  /** A new person: the interview's stub comes first, and a child's rules are met on its own screen. @param {string} category */
  async begin(category) {
    const reading = await this.attempt(() => this.app.engine.save(this.channel, {
      type: 'interview', handle: this.newHandle(), category, day: dayOf(new Date(), this.timeZone), summary: '', themes: [], people: 1, child: null,
    }));
    if (!reading) return;
    await this.reload();
    this.who = reading.doc._id;
    if (this.isChild()) this.app.go('interview', { channel: this.channel, id: reading.doc._id });
  }

  /** @param {string | null} obstacle */
  renderConsent(obstacle) {
    const person = this.person();
    if (!person) return nothing;
    return html`<div class="card stack">
      <h2>${this.t('capture.consent', { handle: person.handle })}</h2>
      ${obstacle === 'child' ? html`<p class="notice wait">${icon('people')}<span>${this.t('capture.problem.child')}</span>
        <button type="button" class="btn" @click=${() => this.app.go('interview', { channel: this.channel, id: person._id })}>${this.t('capture.ended.summary')}</button></p>` : nothing}
      ${obstacle === 'declined' ? html`<p class="notice bad">${icon('warning')}<span>${this.t('capture.problem.declined')}</span></p>`
        : obstacle === 'consent' ? html`<p class="notice info">${icon('info')}<span>${this.t('capture.consent.first')}</span></p>` : nothing}
      <aq-consent .app=${this.app} .channel=${this.channel} .interview=${person._id} .handle=${person.handle} .child=${this.isChild()}></aq-consent>
    </div>`;
  }

  renderPreview() {
    if (this.kind === 'audio') return nothing;
    return html`<div class="viewfinder small"><video autoplay muted playsinline aria-label=${this.t('capture.preview')} .srcObject=${live(this.preview)}></video></div>`;
  }

  renderProblem() {
    return html`<div class="notice bad">${icon('warning')}<span>${this.t(`capture.problem.${this.problem}`)}</span>
      <button type="button" class="btn" @click=${() => { this.problem = null; this.lookAhead(); }}>${this.t('capture.retry')}</button>
      <button type="button" class="btn" @click=${() => this.app.go('note', { channel: this.channel })}>${this.t('capture.instead.note')}</button></div>`;
  }

  renderButton() {
    return html`<div class="record-start">
      <button type="button" class="btn primary danger record-button" @click=${() => this.record()}>
        ${icon(this.kind === 'audio' ? 'mic' : 'video')}${this.t(`capture.start.${this.kind}`)}</button>
      <p class="meta">${this.t('capture.start.sealed')}</p>
    </div>`;
  }

  async record() {
    const person = this.person();
    this.handedOver = Boolean(this.preview);
    const answer = await this.app.recorder.start({
      channel: this.channel, kind: this.kind, interview: person?._id ?? null, submission: this.submission, question: this.question,
      place: this.about.place, theme: this.about.theme, stream: this.preview,
    });
    if ('problem' in answer) {
      this.problem = answer.problem;
      this.preview = null;
      this.handedOver = false;
      return;
    }
    this.preview = null;
    this.handedOver = false;
    // Sound needs no picture to watch: back to the work at once, the red bar stays.
    if (this.kind === 'audio') this.app.back();
  }

  /** @param {import('./take.js').Take} take */
  renderRunning(take) {
    return html`<div class="page stack">
      <div class="notice bad">${icon(take.kind === 'audio' ? 'mic' : 'video')}<span>${this.t('capture.running')}</span></div>
      ${take.kind === 'audio' ? nothing
        : html`<div class="viewfinder"><video autoplay muted playsinline aria-label=${this.t('capture.preview')} .srcObject=${live(take.stream)}></video></div>`}
      <div class="row"><button type="button" class="btn" @click=${() => this.app.go('visit', { channel: this.channel, step: 'onsite' })}>
        ${icon('arrow-left')}${this.t('capture.running.back')}</button></div>
    </div>
    <aq-dock .app=${this.app} .channel=${this.channel}></aq-dock>`;
  }
}

customElements.define('aq-record', AqRecord);
