/**
 * The overview of a form: its pages with answered and open questions, each a tap away. Templates only.
 */
import { html, icon, nothing } from '../element.js';
import { progressOf, unsettled } from '../../forms/answers.js';
import { pathOf } from '../../forms/tree.js';

/**
 * @param {import('../context.js').App} app
 * @param {{path: string, title: string, nodes: any[]}[]} pages
 * @param {(path: string) => string} place where a question stands, for repeats: «Cell 2 of 3»
 * @param {(value: {page: string, question: string | null}) => void} choose
 */
export function overview(app, pages, place, choose) {
  return html`
    <div class="overview stack">
      ${pages.map((page, index) => {
        const sums = page.nodes.map((node) => progressOf(node));
        const answered = sums.reduce((sum, one) => sum + one.answered, 0);
        const total = sums.reduce((sum, one) => sum + one.total, 0);
        const { open, wrong } = merged(page.nodes);
        return html`
          <section>
            <button class="list-item" type="button" @click=${() => choose({ page: page.path, question: null })}>
              <span class="body"><strong>${index + 1}. ${page.title}</strong>
                <progress class=${answered === total ? 'ok' : ''} max=${Math.max(total, 1)} .value=${answered} aria-hidden="true"></progress></span>
              <span class="aside">${answered === total && !wrong.length ? html`<span class="text-ok">${icon('check')}</span> ` : nothing}${app.t('forms.answeredOf', { answered, total })}</span>
            </button>
            ${wrong.length ? html`<ul class="questions">${wrong.map((node) => row(node, page.path, place, choose, mark(app, node)))}</ul>` : nothing}
            ${open.length ? html`
              <details><summary>${app.t('forms.openQuestions', { n: open.length })}</summary>
                <ul class="questions">${open.map((node) => row(node, page.path, place, choose, nothing))}</ul>
              </details>` : nothing}
          </section>`;
      })}
    </div>
  `;
}

/** @param {any} node @param {string} page @param {(path: string) => string} place @param {(value: any) => void} choose @param {unknown} mark */
function row(node, page, place, choose, mark) {
  const where = place(pathOf(node));
  return html`
    <li><button class="list-item" type="button" @click=${() => choose({ page, question: pathOf(node) })}>
      <span class="body">${node.currentState.label?.asString ?? pathOf(node)}${where ? html`<span class="meta"> ${where}</span>` : nothing}</span>
      <span class="aside">${mark}</span>
    </button></li>`;
}

/** Why the question stands out. @param {import('../context.js').App} app @param {any} node */
function mark(app, node) {
  if (node.validationState.violation?.condition === 'required') return html`<span class="badge">${app.t('forms.mustAnswer')}</span>`;
  return html`<span class="text-bad">${icon('warning')} ${app.t('forms.toFix')}</span>`;
}

/** @param {any[]} nodes */
export function merged(nodes) {
  const parts = nodes.map((node) => unsettled(node));
  return { open: parts.flatMap((part) => part.open), wrong: parts.flatMap((part) => part.wrong) };
}
