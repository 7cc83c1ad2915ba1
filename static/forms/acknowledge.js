/** «I have read this»: one box to tick. */
import { html, live } from '../vendor/lit.js';
import { card } from './card.js';
import { answerOf } from './values.js';

/** @param {any} node @param {import('./context.js').FormContext} context */
export function acknowledgeQuestion(node, context) {
  return card(node, context, html`
    <label class="choice">
      <input type="checkbox" autocomplete="off" .checked=${live(answerOf(node) === true)}
        @change=${(/** @type {any} */ event) => context.session.answer(node, event.target.checked ? true : undefined)}>
      <span>${context.t('forms.acknowledge')}</span>
    </label>
  `, { group: true });
}
