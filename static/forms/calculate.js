/** A value that the form works out by itself; shown where the form gives it a sentence. */
import { html, nothing } from '../vendor/lit.js';
import { pathOf, questionOf } from './tree.js';
import { answerOf } from './values.js';

/** @param {any} node @param {import('./context.js').FormContext} context */
export function calculatedValue(node, context) {
  const listed = context.session.form.questions.find((question) => question.path === questionOf(pathOf(node)));
  const label = node.currentState.label?.asString || context.multi(listed?.label);
  if (!label) return nothing;
  const answer = answerOf(node);
  const hint = node.currentState.hint?.asString;
  const before = context.previous(pathOf(node));
  return html`
    <section class="card question calculated" data-path=${pathOf(node)}>
      <div class="row between">
        <p class="sentence grow">${label}</p>
        <output class="worked-out">${answer === undefined ? '—' : context.text(answer, pathOf(node))}</output>
      </div>
      <p class="hint">${hint || context.t(answer === undefined ? 'forms.notYetWorkedOut' : 'forms.workedOut')}</p>
      ${before ? html`<p class="before">${context.t('forms.before', { date: before.date, text: before.text })}</p>` : nothing}
    </section>
  `;
}
