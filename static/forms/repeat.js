/** Questions asked once for each cell, room or ward: one instance in sight, the others a tap away. */
import { html, nothing } from '../vendor/lit.js';
import { contents } from './group.js';
import { childrenOf, kindOf, leavesOf } from './tree.js';
import { answerOf } from './values.js';

/** What a person calls the instance: its first text answer. @param {any} instance */
export function instanceName(instance) {
  for (const leaf of leavesOf(instance)) {
    if (kindOf(leaf) === 'text') return String(answerOf(leaf) ?? '').slice(0, 60);
  }
  return '';
}

/** «Cell 3 of 3 · № 14». @param {any} range @param {number} index from 0 @param {import('./context.js').FormContext} context */
export function instanceTitle(range, index, context) {
  const instances = childrenOf(range);
  const title = context.t('forms.instance', { what: labelOf(range, context), n: index + 1, of: instances.length });
  const name = instances[index] ? instanceName(instances[index]) : '';
  return name ? `${title} · ${name}` : title;
}

/** @param {any} range @param {import('./context.js').FormContext} context */
export function labelOf(range, context) {
  return range.currentState.label?.asString || context.t('forms.part');
}

/** @param {any} range @param {import('./context.js').FormContext} context */
export function repeatBlock(range, context) {
  const instances = childrenOf(range);
  const what = labelOf(range, context);
  const free = range.nodeType === 'repeat-range:uncontrolled' && !context.readonly;
  const shown = Math.min(context.instance(range), instances.length - 1);
  const add = html`<button class="btn" type="button" @click=${() => context.addInstance(range)}>${context.icon('plus')} ${context.t('forms.add', { what: lower(what) })}</button>`;
  if (instances.length === 0) {
    return html`<section class="card empty" data-group=${range.currentState.reference}><p>${context.t('forms.noInstances', { what: lower(what) })}</p>${free ? add : nothing}</section>`;
  }
  return html`
    <div class="stack repeat" data-group=${range.currentState.reference}>
      <div class="row instances" role="group" aria-label=${what}>
        ${instances.map((instance, index) => html`
          <button class="btn small ${index === shown ? 'current' : ''}" type="button" aria-pressed=${index === shown ? 'true' : 'false'}
            @click=${() => context.showInstance(range, index)}>${index + 1}${instanceName(instance) ? ` · ${instanceName(instance)}` : ''}</button>`)}
        ${free ? add : nothing}
      </div>
      <h2 class="part" id="instance-title" tabindex="-1">${instanceTitle(range, shown, context)}</h2>
      ${contents(instances[shown], context)}
      ${free ? html`
        <div class="row">
          <button class="btn ghost danger" type="button" @click=${() => context.removeInstance(range, shown)}>
            ${context.icon('trash')} ${context.t('forms.remove', { what: instanceTitle(range, shown, context) })}</button>
        </div>` : nothing}
    </div>
  `;
}

/** @param {string} text */
function lower(text) {
  return text.charAt(0).toLocaleLowerCase() + text.slice(1);
}
