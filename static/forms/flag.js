/** A rule's flag while its condition holds: which rule, and the way to a finding. It decides nothing by itself. */
import { html, nothing } from '../vendor/lit.js';
import { pathOf } from './tree.js';

/** @param {any} node @param {import('./context.js').FormContext} context */
export function flagCard(node, context) {
  const { label, hint } = node.currentState;
  const finding = context.findingOf(pathOf(node));
  return html`
    <section class="card question flag" data-path=${pathOf(node)} role="group" aria-label=${context.t('forms.flag')}>
      <div class="row between top">
        <p class="sentence grow">${label?.asString ?? ''}</p>
        <span class="badge bad">${context.icon('flag')} ${context.t('forms.flag')}</span>
      </div>
      ${hint?.asString ? html`<p class="hint">${hint.asString}</p>` : nothing}
      <div class="row">
        ${context.readonly ? nothing : html`<button class="btn" type="button" @click=${() => context.toNote(node)}>${context.icon('note')} ${context.t('forms.note')}</button>`}
        <button class="btn ghost" type="button" @click=${() => context.toFinding(node)}>
          ${finding ? html`${context.icon('check')} ${context.t('forms.openFinding')}` : html`${context.t('forms.makeFinding')} ${context.icon('arrow-right')}`}
        </button>
      </div>
    </section>
  `;
}
