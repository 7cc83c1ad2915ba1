/** Text: one line, or several where the form asks for it (`multiline`). */
import { html, live } from '../vendor/lit.js';
import { card, complaint, describedBy, idOf } from './card.js';
import { answerOf } from './values.js';

/** @param {any} node @param {import('./context.js').FormContext} context */
export function textQuestion(node, context) {
  const value = String(answerOf(node) ?? '');
  const invalid = complaint(node, context) ? 'true' : 'false';
  const changed = (/** @type {any} */ event) => context.session.answer(node, event.target.value || undefined);
  const several = node.appearances?.multiline || (node.nodeOptions?.rows ?? 1) > 1;
  const control = several
    ? html`<textarea id=${idOf(node, 'input')} rows="4" autocomplete="off" spellcheck="false" aria-invalid=${invalid}
        aria-describedby=${describedBy(node, context)} .value=${live(value)} @input=${changed}></textarea>`
    : html`<input id=${idOf(node, 'input')} type="text" autocomplete="off" spellcheck="false" aria-invalid=${invalid}
        aria-describedby=${describedBy(node, context)} .value=${live(value)} @input=${changed}>`;
  return card(node, context, control);
}
