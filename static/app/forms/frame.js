/**
 * The quiet head of a form's page and the bar at its foot: where one is, what is saved, where it goes on. Templates only.
 */
import { html, icon, nothing } from '../element.js';

const STATES = { saved: ['ok', 'check'], saving: ['', 'sync'], failed: ['bad', 'warning'], untouched: ['', 'check'] };

/**
 * @param {import('../context.js').App} app
 * @param {{n: number, of: number, form: string, title: string, open: number, overview: () => void}} page
 */
export function pageHead(app, { n, of, form, title, open, overview }) {
  return html`
    <header class="form-head">
      <div class="grow">
        <p class="meta">${app.t('forms.pageOf', { n, of })} · ${form}</p>
        <h2 class="page-title" tabindex="-1">${title}</h2>
      </div>
      <button class="btn overview-button" type="button" @click=${overview}>${app.t('forms.overviewButton', { n: open })}</button>
    </header>
  `;
}

/**
 * @param {import('../context.js').App} app
 * @param {{state: 'saved' | 'saving' | 'failed' | 'untouched' | null, captures: boolean, toggleCaptures: () => void,
 *   before: (() => void) | null, next: {title: string, go: () => void} | null, finish: (() => void) | null}} foot `state` null: nothing is written here
 */
export function pageFoot(app, { state, captures, toggleCaptures, before, next, finish }) {
  const [kind, sign] = STATES[state ?? 'untouched'];
  return html`
    <footer class="footer-bar">
      <div class="row foot-state">
        ${state ? html`<span class="badge ${kind}" role="status">${icon(sign)} ${app.t(`forms.state.${state}`)}</span>` : nothing}
        <button class="btn small capture-toggle" type="button" aria-expanded=${captures ? 'true' : 'false'} @click=${toggleCaptures}>${icon('plus')} ${app.t('forms.capture')}</button>
      </div>
      <div class="row foot-way">
        ${before ? html`<button class="btn icon-only" type="button" aria-label=${app.t('forms.pageBefore')} title=${app.t('forms.pageBefore')} @click=${before}>${icon('arrow-left')}</button>` : nothing}
        ${next ? html`<button class="btn primary next" type="button" @click=${next.go}>${app.t('forms.next', { what: next.title })}</button>`
          : finish ? html`<button class="btn primary" type="button" @click=${finish}>${app.t('forms.finish')}</button>` : nothing}
      </div>
    </footer>
  `;
}
