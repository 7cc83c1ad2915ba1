/** A group within a page: its heading and what stands in it. */
import { html, nothing, repeat } from '../vendor/lit.js';
import { childrenOf, pathOf } from './tree.js';

/** What stands in a group or a repeat's instance, as far as it is relevant. @param {any} node @param {import('./context.js').FormContext} context */
export function contents(node, context) {
  const shown = childrenOf(node).filter((child) => child.currentState.relevant);
  return repeat(shown, (child) => child.nodeId, (child) => context.render(child, context));
}

/** @param {any} node @param {import('./context.js').FormContext} context */
export function groupBlock(node, context) {
  const label = node.currentState.label?.asString;
  return html`
    <div class="stack group" role="group" aria-label=${label || nothing} data-group=${pathOf(node)}>
      ${label ? html`<h2 class="part">${label}</h2>` : nothing}
      ${contents(node, context)}
    </div>
  `;
}
