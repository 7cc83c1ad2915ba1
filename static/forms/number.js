/** Whole and decimal numbers: a decimal comma and spaces are understood; what is no number stays in sight. */
import { html, live } from '../vendor/lit.js';
import { card, complaint, describedBy, idOf } from './card.js';
import { kindOf, pathOf } from './tree.js';
import { answerOf, parseNumber } from './values.js';

/** @param {any} node @param {import('./context.js').FormContext} context */
export function numberQuestion(node, context) {
  const kind = /** @type {'integer' | 'decimal'} */ (kindOf(node));
  const { session } = context;
  const answer = answerOf(node);
  const comma = context.t('forms.decimalSign');
  const shown = session.raw.get(pathOf(node)) ?? (answer === undefined ? '' : String(answer).replace('.', comma));
  /** @param {any} event */
  const typed = (event) => {
    const text = event.target.value;
    const number = parseNumber(text, kind);
    if (!number.ok) {
      session.keepRaw(node, text);
      return;
    }
    session.raw.delete(pathOf(node));
    // "1," and "1,0" are the same number on the way to another one: the field keeps what the person sees.
    session.answer(node, number.value);
  };
  return card(node, context, html`
    <input id=${idOf(node, 'input')} class="short" type="text" inputmode=${kind === 'integer' ? 'numeric' : 'decimal'} autocomplete="off"
      spellcheck="false" aria-invalid=${complaint(node, context) ? 'true' : 'false'} aria-describedby=${describedBy(node, context)}
      .value=${same(shown, answer, kind) ? shown : live(shown)} @input=${typed} @change=${(/** @type {any} */ event) => { if (!session.raw.has(pathOf(node))) event.target.value = shownAfter(node, comma); }}>
  `);
}

/** @param {any} node @param {string} comma */
function shownAfter(node, comma) {
  const answer = answerOf(node);
  return answer === undefined ? '' : String(answer).replace('.', comma);
}

/** Whether the shown text says the answer. @param {string} shown @param {any} answer @param {'integer' | 'decimal'} kind */
function same(shown, answer, kind) {
  const number = parseNumber(shown, kind);
  return number.ok && number.value === answer;
}
