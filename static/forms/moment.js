/** Date, time, date and time: the tablet's own picker; a time is kept as it stood on the wall. */
import { html, live } from '../vendor/lit.js';
import { card, complaint, describedBy, idOf } from './card.js';
import { kindOf } from './tree.js';
import { answerOf, fromControl, toControl } from './values.js';

const TYPES = { date: 'date', time: 'time', datetime: 'datetime-local' };

/** @param {any} node @param {import('./context.js').FormContext} context */
export function momentQuestion(node, context) {
  const kind = /** @type {'date' | 'time' | 'datetime'} */ (kindOf(node));
  const value = toControl(/** @type {string | undefined} */ (answerOf(node)), kind);
  const set = (/** @type {string} */ text) => context.session.answer(node, fromControl(text, kind));
  return card(node, context, html`
    <div class="row">
      <input id=${idOf(node, 'input')} class="moment" type=${TYPES[kind]} autocomplete="off" aria-invalid=${complaint(node, context) ? 'true' : 'false'}
        aria-describedby=${describedBy(node, context)} .value=${live(value)} @change=${(/** @type {any} */ event) => set(event.target.value)}>
      <button class="btn" type="button" @click=${() => set(toControl(localNow(), kind === 'date' ? 'date' : 'datetime').slice(kind === 'time' ? 11 : 0))}>
        ${context.icon(kind === 'date' ? 'calendar' : 'clock')} ${context.t(kind === 'date' ? 'forms.today' : 'forms.now')}</button>
    </div>
  `);
}

/** `2026-11-22T10:30:00` where the tablet is. */
function localNow() {
  const now = new Date();
  return new Date(now.getTime() - now.getTimezoneOffset() * 60_000).toISOString();
}
