/** A note of the form: a sentence to read, nothing to answer. */
import { html, nothing } from '../vendor/lit.js';
import { pathOf } from './tree.js';

/** @param {any} node @param {import('./context.js').FormContext} context */
export function noteText(node, context) {
  const { label, hint } = node.currentState;
  return html`
    <div class="notice info" data-path=${pathOf(node)}>${context.icon('info')}
      <div><p>${label?.asString ?? ''}</p>${hint?.asString ? html`<p class="meta">${hint.asString}</p>` : nothing}</div>
    </div>
  `;
}
