/** A kind of question that this version cannot show. Its answer, if another version gave one, stays as it is. */
import { html, nothing } from '../vendor/lit.js';
import { pathOf } from './tree.js';

/** @param {any} node @param {import('./context.js').FormContext} context */
export function unknownQuestion(node, context) {
  const value = node.currentState.instanceValue;
  return html`
    <section class="card question" data-path=${pathOf(node)}>
      <p class="sentence">${node.currentState.label?.asString ?? pathOf(node)}</p>
      <div class="notice wait">${context.icon('warning')}<p>${context.t('forms.unknown')}</p></div>
      ${value ? html`<p class="meta">${context.t('forms.unknownAnswer', { text: String(value) })}</p>` : nothing}
    </section>
  `;
}
