/**
 * <aq-visit channel step>: the frame of one visit: four steps, the chosen one below them, the dock underneath.
 *
 * Each step is an element of its own room; it gets `channel` and nothing else.
 */
import { AqElement, html, icon, nothing } from '../element.js';
import { visitId } from './days.js';

/** @type {Record<string, {tag: string, load: () => Promise<unknown>}>} */
const STEPS = {
  prepare: { tag: 'aq-prepare', load: () => import('./prepare.js') },
  onsite: { tag: 'aq-onsite', load: () => import('../onsite/onsite.js') },
  wrapup: { tag: 'aq-wrapup', load: () => import('../wrapup/wrapup.js') },
  deliver: { tag: 'aq-deliver', load: () => import('../deliver/deliver.js') },
};
/** The event after which a step counts as done. @type {Record<string, string>} */
const DONE_BY = { prepare: 'arrival', onsite: 'departure', wrapup: 'signoff' };

export class AqVisit extends AqElement {
  static properties = {
    channel: { type: String }, step: { type: String }, kinds: { state: true }, closed: { state: true }, view: { state: true }, failure: { state: true }, dock: { state: true },
  };

  constructor() {
    super();
    this.channel = '';
    this.step = 'prepare';
    /** @type {Set<string>} */
    this.kinds = new Set();
    this.closed = false;
    /** @type {HTMLElement | null} */
    this.view = null;
    /** @type {any} */
    this.failure = null;
    this.dock = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.channel, () => this.#read());
    import('../capture/dock.js').then(() => { this.dock = true; }, () => undefined);
  }

  async #read() {
    const { engine } = this.app;
    const [events, visit] = await Promise.all([engine.list(this.channel, 'event'), engine.get(this.channel, visitId(this.channel))]);
    this.kinds = new Set(events.map((/** @type {any} */ { doc }) => doc.kind));
    this.closed = visit?.doc.status === 'closed';
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    if (changed.has('step') || changed.has('channel')) this.#show();
  }

  async #show() {
    const { step, channel } = this;
    const { tag, load } = STEPS[step] ?? STEPS.prepare;
    this.failure = null;
    try {
      await load();
      if (step !== this.step || channel !== this.channel) return;
      const view = document.createElement(tag);
      Object.assign(view, { app: this.app, channel });
      this.view = view;
    } catch (error) {
      this.view = null;
      this.failure = error;
    }
  }

  /** @param {string} step */
  #go(step) {
    this.app.go('visit', { channel: this.channel, step }, { replace: true });
  }

  render() {
    const { what, safe, act } = this.failure ? this.app.explain('screen') : { what: '', safe: '', act: '' };
    return html`
      <nav class="tabs steps" aria-label=${this.t('visit.steps')}>
        ${Object.keys(STEPS).map((step) => {
          const done = this.kinds.has(DONE_BY[step]);
          return html`<button type="button" class=${done ? 'done' : ''} aria-current=${step === this.step ? 'step' : 'false'} @click=${() => this.#go(step)}>
            ${done ? html`${icon('check')}<span class="sr-only">${this.t('visit.done')}:</span>` : nothing}<span>${this.t(`visit.step.${step}`)}</span></button>`;
        })}
      </nav>
      <div class="step">
        ${this.failure ? html`<div class="page"><div class="notice bad">${icon('warning')}<p>${what} ${safe} ${act} <span class="meta">${this.t('errors.detail', { detail: String(this.failure.message ?? this.failure) })}</span></p><button class="btn small" type="button" @click=${this.#show}>${this.t('errors.retry')}</button></div></div>`
          : this.view ?? html`<p class="opening" role="status">${this.t('shell.opening')}</p>`}
      </div>
      ${this.dock && !this.closed ? html`<aq-dock .app=${this.app} .channel=${this.channel}></aq-dock>` : nothing}
    `;
  }
}

customElements.define('aq-visit', AqVisit);
