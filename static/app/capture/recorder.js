// The one recorder of the app: starts a take, shows the red bar while it runs, survives navigation.
//
// Owns: the running take, the screen's wake lock, the bar with its two ways to stop, and the cover.
// Hosted by <aq-app>, so that screens come and go under it. `recording` holds back the auto-lock.
// Tells the page through `aq-recording` (something changed) and `aq-recorded` (one ended), both on document.

import { AqElement, html, icon, nothing } from '../element.js';
import { visitId } from '../visit/days.js';
import { consentState } from '../interviews/consents.js';
import { DeviceError, closeStream, openStream } from './camera.js';
import { chooseFormat, minutesLeft, streamConstraints } from './format.js';
import { childAgreed, recordingObstacle, recordingPolicy } from './policy.js';
import { Take } from './take.js';
import { WakeLock } from './wake_lock.js';
import './cover.js';
import './levels.js';

/**
 * @typedef {object} RecordingPlan
 * @property {string} channel
 * @property {'audio' | 'video' | 'appeal'} kind
 * @property {string | null} [interview]
 * @property {string | null} [submission]
 * @property {string | null} [question]
 * @property {string | null} [place] never with an interview
 * @property {string | null} [theme]
 * @property {string | null} [caption]
 * @property {MediaStream | null} [stream] an open one, where the screen already shows it
 */

const TICK_MS = 250;
const SPACE_MS = 20_000;
const LITTLE_MINUTES = 10;

export class AqRecorder extends AqElement {
  static properties = {
    take: { state: true },
    asking: { state: true },
    minutes: { state: true },
  };

  #wake = new WakeLock();
  /** @type {ReturnType<typeof setInterval> | undefined} */ #ticking;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #measuring;
  /** @type {ResizeObserver | undefined} */ #sizes;
  /** @type {RecordingPlan | null} */ #plan = null;
  /** @type {Element | null} */ #bar = null;
  #starting = false;
  #who = '';
  #guard = (/** @type {BeforeUnloadEvent} */ event) => event.preventDefault();

  constructor() {
    super();
    /** @type {Take | null} */
    this.take = null;
    this.asking = false;
    /** @type {number | null} */
    this.minutes = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(this.app.engine, 'locked', () => this.#drop());
    this.#sizes = new ResizeObserver(() => this.#tellHeight());
  }

  updated() {
    const bar = this.querySelector('.recorder');
    if (bar === this.#bar) return;
    if (this.#bar) this.#sizes?.unobserve(this.#bar);
    if (bar) this.#sizes?.observe(bar);
    this.#bar = bar;
    this.#tellHeight();
  }

  disconnectedCallback() {
    this.#drop();
    this.#sizes?.disconnect();
    super.disconnectedCallback();
  }

  /** @returns {boolean} something records or is paused: the app must not lock by itself */
  get recording() {
    return this.#starting || this.take !== null;
  }

  /** What the shell calls before it locks. @returns {Promise<void>} */
  stop() {
    return this.keep();
  }

  /**
   * Starts a recording, if policy, consent and devices allow it; otherwise says why.
   * @param {RecordingPlan} plan
   * @returns {Promise<{id: string} | {problem: string}>}
   */
  async start(plan) {
    if (this.recording) return this.#refuse('running', plan);
    this.#starting = true;
    try {
      const obstacle = await this.#obstacle(plan);
      if (obstacle) return this.#refuse(obstacle, plan);
      return await this.#open(plan);
    } catch (error) {
      closeStream(plan.stream ?? null);
      if (error instanceof DeviceError) return this.#refuse(error.problem, plan);
      this.app.notifyError(error);
      return { problem: /** @type {any} */ (error)?.code ?? 'failed' };
    } finally {
      this.#starting = false;
    }
  }

  /** The last line: whatever screen asks, policy and consent are looked at again. @param {RecordingPlan} plan */
  async #obstacle(plan) {
    const { engine } = this.app;
    const visit = await engine.get(plan.channel, visitId(plan.channel));
    const facility = visit ? this.app.facility(visit.doc.facility)?.doc : undefined;
    const type = this.app.catalogue('facility_types').find((item) => item.id === facility?.facility_type);
    const interview = plan.interview ? await engine.get(plan.channel, plan.interview) : null;
    const category = this.app.catalogue('categories').find((item) => item.id === interview?.doc.category);
    const verdict = recordingPolicy(
      plan.kind,
      { visit: visit?.doc.recording, facility: facility?.recording, facilityType: type?.recording },
      { child: Boolean(category?.child) },
    );
    const records = await engine.list(plan.channel, ['consent', 'withdrawal']);
    this.#who = interview?.doc.handle ?? '';
    return recordingObstacle({
      kind: plan.kind, verdict, interview: Boolean(plan.interview),
      childPending: Boolean(category?.child) && !childAgreed(interview?.doc.child),
      consents: plan.interview ? consentState(records.map((/** @type {import('../../engine/types.js').Reading} */ reading) => reading.doc), plan.interview) : {},
    });
  }

  /** @param {RecordingPlan} plan @returns {Promise<{id: string} | {problem: string}>} */
  async #open(plan) {
    const { engine } = this.app;
    const Recorder = globalThis.MediaRecorder;
    const format = Recorder ? chooseFormat(plan.kind, (mime) => Recorder.isTypeSupported(mime)) : null;
    if (!format) return this.#refuse('unsupported', plan);
    const stream = plan.stream ?? await openStream(navigator.mediaDevices, streamConstraints(plan.kind));
    let take;
    try {
      take = await Take.start({
        engine, stream, format, channel: plan.channel,
        fields: {
          kind: plan.kind, at: new Date().toISOString(), interview: plan.interview ?? null,
          submission: plan.submission ?? null, question: plan.question ?? null,
          // An interview has no place, and neither has what was recorded in it.
          place: plan.interview ? null : plan.place || null, theme: plan.theme ?? null, caption: plan.caption || null,
        },
      });
    } catch (error) {
      closeStream(stream);
      throw error;
    }
    this.#plan = plan;
    this.take = take;
    this.asking = false;
    take.addEventListener('end', (event) => this.#ended(take, /** @type {any} */ (event).detail));
    take.addEventListener('muted', (event) => this.#interrupted(take, /** @type {any} */ (event).detail));
    take.addEventListener('state', () => { this.requestUpdate(); this.#tell(); });
    this.#wake.hold();
    window.addEventListener('beforeunload', this.#guard);
    this.#ticking = setInterval(() => this.requestUpdate(), TICK_MS);
    this.#measuring = setInterval(() => this.#measure(), SPACE_MS);
    this.#measure();
    this.#tell();
    return { id: take.id };
  }

  /** The system took the device, or gave it back; said at once, since the person may not look at the levels. @param {Take} take @param {boolean} muted */
  #interrupted(take, muted) {
    if (!take.running) return;
    this.app.notify({ kind: muted ? 'bad' : 'ok', text: this.t(muted ? 'capture.muted' : 'capture.unmuted') });
    this.requestUpdate();
  }

  async #measure() {
    const take = this.take;
    if (!take) return;
    const status = await this.app.engine.status().catch(() => null);
    this.minutes = minutesLeft(status?.storage?.freeBytes ?? null, take.format, { bytes: take.bytes, ms: take.elapsed });
  }

  /** Stops at once and keeps what is there. @returns {Promise<void>} */
  async keep() {
    this.asking = false;
    await this.take?.keep();
  }

  /** Stops and destroys: the person takes the permission back. @returns {Promise<void>} */
  async erase() {
    const { take } = this;
    const plan = this.#plan;
    if (!take || !plan) return;
    // The person has taken the word back: not a second more is heard while the question stands.
    const going = take.state === 'recording';
    take.pause();
    const sure = await this.app.confirm({
      title: this.t('capture.erase.title'), text: this.t('capture.erase.text'),
      yes: this.t('capture.erase.yes'), no: this.t('capture.erase.no'), danger: true,
    });
    if (!sure) {
      this.asking = false;
      if (going) take.resume();
      return;
    }
    const { engine } = this.app;
    const interview = plan.interview ?? null;
    try {
      await take.erase(async (id) => {
        if (interview) {
          await engine.save(plan.channel, { type: 'consent', interview, use: 'recording', given: false, at: new Date().toISOString() });
        }
        await engine.withdraw(plan.channel, { interview, use: 'recording', erases: [id], reason: this.t('capture.erase.reason') });
      });
      this.app.notify({ kind: 'ok', text: this.t(interview ? 'capture.erased.consent' : 'capture.erased') });
    } catch (error) {
      this.app.notifyError(error);
    }
  }

  /** Hides the whole content. */
  cover() {
    /** @type {import('./cover.js').AqCover | null} */ (this.querySelector('aq-cover'))?.show();
  }

  /** @param {Take} take @param {{reason: string, state: string, duration: number}} end */
  #ended(take, { reason, state, duration }) {
    const plan = this.#plan;
    this.#close();
    document.dispatchEvent(new CustomEvent('aq-recorded', { detail: { id: take.id, state, ...plan, stream: undefined } }));
    if (reason === 'locked' || state === 'erased') return;
    const key = reason === 'stopped' ? (state === 'kept' ? 'stopped' : 'interrupted') : reason;
    const interview = plan?.interview;
    this.app.notify({
      kind: reason === 'stopped' && state === 'kept' ? 'ok' : 'bad',
      text: this.t(`capture.ended.${key}`, { time: this.app.formatDuration(duration) }),
      ...(interview ? { action: {
        label: this.t('capture.ended.summary'),
        run: () => this.app.go('interview', { channel: take.channel, id: interview }),
      } } : {}),
    });
  }

  #drop() {
    this.take?.drop();
    this.#close();
  }

  #close() {
    this.#wake.release();
    window.removeEventListener('beforeunload', this.#guard);
    clearInterval(this.#ticking);
    clearInterval(this.#measuring);
    /** @type {import('./cover.js').AqCover | null} */ (this.querySelector('aq-cover'))?.hide();
    this.take = null;
    this.#plan = null;
    this.asking = false;
    this.minutes = null;
    this.#tell();
  }

  #tell() {
    document.documentElement.toggleAttribute('data-recording', this.take !== null);
    document.dispatchEvent(new CustomEvent('aq-recording', { detail: { kind: this.take?.kind ?? null, state: this.take?.state ?? null } }));
  }

  /** @param {string} problem @param {RecordingPlan} plan */
  #refuse(problem, plan) {
    if (problem !== 'running') closeStream(plan.stream ?? null);
    this.app.notify({ kind: 'bad', text: this.t(`capture.problem.${problem}`) });
    return { problem };
  }

  #tellHeight() {
    const height = this.#bar?.getBoundingClientRect().height ?? 0;
    document.documentElement.style.setProperty('--recorder-height', `${height}px`);
  }

  render() {
    const { take } = this;
    if (!take) return nothing;
    return html`<section class="recorder" aria-label=${this.t('capture.bar')}>
      <div class="recorder-bar" data-state=${take.state}>
        <span class="recorder-sign">${icon(take.kind === 'audio' ? 'mic' : take.kind === 'appeal' ? 'appeal' : 'video')}
          <strong class="recorder-time" role="timer">${this.app.formatDuration(take.elapsed)}</strong>
          ${take.state === 'recording' && take.muted ? html`<strong>${this.t('capture.muted.short')}</strong>` : take.state === 'recording' ? html`<aq-levels .app=${this.app} .stream=${take.stream}></aq-levels>`
            : html`<span>${this.t(`capture.state.${take.state}`)}</span>`}</span>
        <span class="recorder-what">${this.#what(take)}</span>
        ${this.asking ? this.#renderStop() : this.#renderButtons(take)}
      </div>
    </section>
    <aq-cover .app=${this.app}></aq-cover>`;
  }

  /** @param {Take} take */
  #what(take) {
    const subject = this.#who ? this.t('capture.bar.interview', { handle: this.#who }) : this.t(`capture.kind.${take.kind}`);
    if (this.minutes === null) return subject;
    const space = this.minutes >= 120
      ? this.t('capture.space.hours', { n: Math.floor(this.minutes / 60) })
      : this.t(this.minutes < LITTLE_MINUTES ? 'capture.space.little' : 'capture.space.minutes', { n: this.minutes });
    return `${subject} · ${space}`;
  }

  /** @param {Take} take */
  #renderButtons(take) {
    const paused = take.state === 'paused';
    const stopping = !take.running;
    return html`<span class="recorder-buttons">
      <button type="button" class="btn" @click=${() => this.cover()}>${this.t('capture.cover')}</button>
      <button type="button" class="btn" ?disabled=${stopping} @click=${() => (paused ? take.resume() : take.pause())}>
        ${this.t(paused ? 'capture.resume' : 'capture.pause')}</button>
      <button type="button" class="btn" ?disabled=${stopping} @click=${() => { this.asking = true; }}>${this.t('capture.stop')}</button>
    </span>`;
  }

  #renderStop() {
    return html`<span class="recorder-buttons wide">
      <button type="button" class="btn" @click=${() => { this.asking = false; }}>${this.t('capture.stop.continue')}</button>
      <button type="button" class="btn danger" @click=${() => this.erase()}>${icon('erase')}${this.t('capture.stop.erase')}</button>
      <button type="button" class="btn" @click=${() => this.keep()}>${icon('check')}${this.t('capture.stop.keep')}</button>
    </span>`;
  }
}

customElements.define('aq-recorder', AqRecorder);
