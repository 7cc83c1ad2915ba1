// The six captures, always in reach at the bottom of every screen of an open visit.
//
// Owns: their order, and telling the page how tall they stand (the recorder's bar sits above them).
// An appeal is not a seventh button: it is a choice of its own beside video and in an interview.

import { AqElement, html, icon } from '../element.js';

/** @type {{id: string, icon: string, route: string, params: Record<string, string>}[]} */
const CAPTURES = [
  { id: 'note', icon: 'note', route: 'note', params: {} },
  { id: 'photo', icon: 'camera', route: 'photo', params: {} },
  { id: 'audio', icon: 'mic', route: 'record', params: { kind: 'audio' } },
  { id: 'video', icon: 'video', route: 'record', params: { kind: 'video' } },
  { id: 'interview', icon: 'interview', route: 'interview', params: {} },
  { id: 'form', icon: 'form', route: 'form', params: {} },
];

export class AqDock extends AqElement {
  static properties = {
    channel: { type: String },
    recording: { state: true },
  };

  /** @type {ResizeObserver | undefined} */ #sizes;

  constructor() {
    super();
    this.channel = '';
    /** @type {string | null} */
    this.recording = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(document, 'aq-recording', (event) => { this.recording = event.detail?.kind ?? null; });
    this.recording = this.app.recorder?.take?.kind ?? null;
    this.#sizes = new ResizeObserver(() => this.#tellHeight());
    this.#sizes.observe(this);
  }

  disconnectedCallback() {
    this.#sizes?.disconnect();
    document.documentElement.style.removeProperty('--dock-height');
    super.disconnectedCallback();
  }

  #tellHeight() {
    const height = this.querySelector('.dock')?.getBoundingClientRect().height ?? 0;
    document.documentElement.style.setProperty('--dock-height', `${height}px`);
  }

  render() {
    return html`<nav class="dock" aria-label=${this.t('capture.dock')}>
      ${CAPTURES.map((capture) => html`<button type="button" class="btn capture-${capture.id}"
        data-running=${this.recording === capture.id ? 'true' : 'false'}
        @click=${() => this.app.go(capture.route, { channel: this.channel, ...capture.params })}>
        ${icon(capture.icon)}<span>${this.t(`capture.dock.${capture.id}`)}</span></button>`)}
    </nav>`;
  }
}

customElements.define('aq-dock', AqDock);
