/**
 * A submission whose form cannot be opened here: what happened, what is safe, and the stored answers to read.
 */
import { html, icon, nothing } from '../element.js';
import { questionOf } from '../../forms/tree.js';

/**
 * @param {import('../context.js').App} app
 * @param {{form: any, document: any, draft: any, problem: string | null}} opened
 * @param {(answer: any, path: string) => string} text
 * @param {() => void} startAnew
 */
export function answersOnly(app, { form, document, draft, problem }, text, startAnew) {
  const answers = Object.entries(document?.answers ?? {});
  const labels = new Map((form?.questions ?? []).map((/** @type {any} */ question) => [question.path, app.multi(question.label)]));
  return html`
    <div class="page stack">
      <section class="card stack" role="alert">
        <h2>${icon('warning')} ${app.t(`forms.problem.${problem}.title`)}</h2>
        <p>${app.t(`forms.problem.${problem}.text`, { old: document?.form_version ?? draft?.version ?? '', now: form?.version ?? '' })}</p>
        ${document ? html`<p>${app.t('forms.problem.safe')}</p>` : nothing}
        <div class="row">
          <button class="btn primary" type="button" @click=${() => app.back()}>${app.t('shell.back')}</button>
          ${problem === 'other-version' ? html`<button class="btn" type="button" @click=${startAnew}>${app.t('forms.startAnew')}</button>` : nothing}
        </div>
      </section>
      ${answers.length ? html`
        <section class="card">
          <h2>${app.t('forms.storedAnswers')}</h2>
          <dl class="facts">${answers.map(([path, answer]) => html`<dt>${labels.get(questionOf(path)) || path}</dt><dd>${text(answer, path)}</dd>`)}</dl>
        </section>` : nothing}
    </div>
  `;
}
