/** Whole and decimal numbers: a decimal comma and spaces are understood; what is no number stays in sight. */
import { html } from '../vendor/lit.js';
import { card, complaint, describedBy, idOf } from './card.js';
import { kindOf, pathOf } from './tree.js';
import { answerOf, parseNumber } from './values.js';

/** @param {any} node @param {import('./context.js').FormContext} context */
export function numberQuestion(node, context) {
  const kind = /** @type {'integer' | 'decimal'} */ (kindOf(node));
  const { session } = context;
  const path = pathOf(node);
  const answer = answerOf(node);
  const written = answer === undefined ? '' : String(answer).replace('.', context.t('forms.decimalSign'));
  const typed = (/** @type {any} */ event) => {
    const number = parseNumber(event.target.value, kind);
    // The typing is kept beside the number: "1,0" is 1 on its way to 1,05.
    session.typed.set(path, event.target.value);
    session.answer(node, number.ok ? number.value : undefined);
  };
  const left = () => {
    if (!parseNumber(session.typed.get(path) ?? '', kind).ok) return;
    session.typed.delete(path);
    session.redraw();
  };
  return card(node, context, html`
    <input id=${idOf(node, 'input')} class="short" type="text" inputmode=${kind === 'integer' ? 'numeric' : 'decimal'} autocomplete="off"
      spellcheck="false" aria-invalid=${complaint(node, context) ? 'true' : 'false'} aria-describedby=${describedBy(node, context)}
      .value=${session.typed.get(path) ?? written} @input=${typed} @blur=${left}>
  `);
}
