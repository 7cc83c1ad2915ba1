/**
 * The card around a question: its plain sentence, hint, control, what is wrong, and the last visit's answer.
 *
 * Must not know: what kind of question stands in it.
 */
import { html, nothing } from '../vendor/lit.js';
import { kindOf, pathOf } from './tree.js';
import { answerOf, parseNumber } from './values.js';

/** An id that may stand in HTML. @param {any} node @param {string} part */
export function idOf(node, part) {
  return `q${pathOf(node).replace(/[^A-Za-z0-9]+/g, '-')}-${part}`;
}

/** What is wrong with the answer, in the form's words; null while there is nothing to say yet. @param {any} node @param {import('./context.js').FormContext} context @returns {string | null} */
export function complaint(node, context) {
  const typed = context.session.typed.get(pathOf(node));
  const kind = kindOf(node);
  if (typed !== undefined && (kind === 'integer' || kind === 'decimal') && !parseNumber(typed, kind).ok) return context.t(`forms.not.${kind}`);
  const { violation } = node.validationState;
  if (!violation) return null;
  // An empty required question is not an error before the person has passed it.
  if (violation.condition === 'required' && !context.complains(node)) return null;
  return violation.message?.asString || context.t(violation.condition === 'required' ? 'forms.required' : 'forms.notAllowed');
}

/** Which texts describe the control. @param {any} node @param {import('./context.js').FormContext} context */
export function describedBy(node, context) {
  const ids = [];
  if (node.currentState.hint?.asString) ids.push(idOf(node, 'hint'));
  if (complaint(node, context)) ids.push(idOf(node, 'error'));
  return ids.length ? ids.join(' ') : nothing;
}

/**
 * @param {any} node
 * @param {import('./context.js').FormContext} context
 * @param {unknown} control
 * @param {{aside?: unknown, group?: boolean}} [options] `group`: the control is several inputs, so the card is a group
 */
export function card(node, context, control, { aside = nothing, group = false } = {}) {
  const { label, hint, required } = node.currentState;
  const wrong = complaint(node, context);
  const before = context.previous(pathOf(node));
  const sentence = label?.asString ?? '';
  return html`
    <section class="card question ${wrong ? 'wrong' : ''}" data-path=${pathOf(node)} role=${group ? 'group' : nothing}
      aria-labelledby=${group ? idOf(node, 'label') : nothing} @focusin=${() => context.touch(node)}>
      <div class="row between top">
        ${group
          ? html`<h2 class="sentence grow" id=${idOf(node, 'label')}>${sentence}</h2>`
          : html`<label class="sentence grow" id=${idOf(node, 'label')} for=${idOf(node, 'input')}>${sentence}</label>`}
        ${required && !context.readonly && answerOf(node) === undefined ? html`<span class="badge">${context.t('forms.mustAnswer')}</span>` : nothing}
        ${aside}
      </div>
      ${hint?.asString ? html`<p class="hint" id=${idOf(node, 'hint')}>${hint.asString}</p>` : nothing}
      <div class="control">${control}</div>
      ${wrong ? html`<p class="error" id=${idOf(node, 'error')} role="alert">${wrong}</p>` : nothing}
      ${before ? html`<p class="before">${context.t('forms.before', { date: before.date, text: before.text })}</p>` : nothing}
    </section>
  `;
}

/** The answer as a sentence, where nothing may be changed. @param {any} node @param {import('./context.js').FormContext} context @param {import('./values.js').Answer | undefined} answer */
export function readAnswer(node, context, answer) {
  const text = context.text(answer, pathOf(node));
  return card(node, context, text ? html`<p class="read">${text}</p>` : html`<p class="meta">${context.t('forms.noAnswer')}</p>`, { group: true });
}
