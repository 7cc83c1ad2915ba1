// The recordings of one interview: what there is, and the three ways to make another.
//
// Owns: the choice between sound, video and appeal. An appeal is named as one; it is not testimony.

import { AqElement, html, icon, nothing } from '../element.js';
import { recordingPolicy } from '../capture/policy.js';

/** @type {{kind: 'audio' | 'video' | 'appeal', sign: string}[]} */
const KINDS = [{ kind: 'audio', sign: 'mic' }, { kind: 'video', sign: 'video' }, { kind: 'appeal', sign: 'appeal' }];

export class AqRecordings extends AqElement {
  static properties = {
    channel: { type: String },
    interview: { type: String },
    child: { type: Boolean },
    mine: { type: Boolean },
    consents: { attribute: false },
    readings: { attribute: false },
    sources: { attribute: false },
  };

  constructor() {
    super();
    this.channel = '';
    this.interview = '';
    this.child = false;
    this.mine = false;
    /** @type {Record<string, boolean | null>} */
    this.consents = {};
    /** @type {import('../../engine/types.js').Reading[]} */
    this.readings = [];
    /** @type {import('../capture/policy.js').PolicySources} */
    this.sources = { visit: null, facility: null, facilityType: null };
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(document, 'aq-recording', () => this.requestUpdate());
  }

  render() {
    const running = this.app.recorder?.take;
    return html`<section class="card stack"><h2>${this.t('interviews.recordings')}</h2>
      ${this.readings.length ? html`<div class="list">${this.readings.map((reading) => this.#renderOne(reading))}</div>`
        : html`<p class="meta">${this.t(this.consents.recording === false ? 'interviews.recordings.refused' : 'interviews.recordings.none')}</p>`}
      ${running?.interview === this.interview ? html`<p class="notice bad">${icon('mic')}<span>${this.t('capture.running')}</span></p>` : nothing}
      ${this.mine && this.consents.recording !== false ? html`<div class="choices">${KINDS.map((entry) => this.#renderKind(entry))}</div>` : nothing}
    </section>`;
  }

  /** @param {{kind: 'audio' | 'video' | 'appeal', sign: string}} entry */
  #renderKind({ kind, sign }) {
    const { allowed } = recordingPolicy(kind, this.sources, { child: this.child });
    return html`<button type="button" class="choice" @click=${() => this.app.go('record', { channel: this.channel, kind, interview: this.interview })}>
      ${icon(sign)}<span>${this.t(`capture.kind.${kind}`)}
        <span class="meta">${allowed ? this.t(`capture.kind.${kind}.hint`) : this.t('interviews.recordings.forbidden')}</span></span></button>`;
  }

  /** @param {import('../../engine/types.js').Reading} reading */
  #renderOne({ doc, erased }) {
    const sign = doc.kind === 'audio' ? 'mic' : doc.kind === 'photo' ? 'photo' : doc.kind;
    const state = erased ? 'erased' : doc.state ?? 'complete';
    return html`<button type="button" class="list-item" @click=${() => this.app.go('item', { channel: this.channel, id: doc._id })}>
      ${icon(erased ? 'erase' : sign)}
      <span class="body"><strong>${this.t(`capture.kind.${doc.kind}`)}${doc.duration_ms ? ` · ${this.app.formatDuration(doc.duration_ms)}` : ''}</strong>
        <span class="meta">${this.t(`interviews.recordings.${state}`)}</span></span>${icon('arrow-right')}</button>`;
  }
}

customElements.define('aq-recordings', AqRecordings);
