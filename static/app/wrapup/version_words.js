/**
 * How a version's value reads: catalogue labels, dates, people, the names of items; never a raw id where a word is known.
 *
 * Owns the words only. A sealed value says that it is sealed: nothing here can open it.
 */
import { answerText } from '../../forms/values.js';
import { questionOf } from '../../forms/tree.js';
import { differingAnswers } from './version_choice.js';

/**
 * @typedef {import('../context.js').App} App
 * @typedef {import('./version_choice.js').Option} Option
 * @typedef {(id: string) => string} NameOf the name of a document of this visit; '' where it is not known
 */

/** @type {Record<string, string>} field → catalogue */
const CATALOGUES = {
  theme: 'themes', themes: 'themes', source: 'sources', sources: 'sources', severity: 'severities', priority: 'priorities',
  addressee: 'authorities', category: 'categories', kind: 'visit_kinds', group: 'groups',
};
const PEOPLE = ['leader', 'approved_by', 'person'];
const DATE = /^\d{4}-\d\d-\d\d$/;

/**
 * @param {App} app
 * @param {string} field
 * @param {any} value
 * @param {NameOf} nameOf
 * @returns {string}
 */
export function valueWords(app, field, value, nameOf) {
  if (value === null || value === undefined || value === '' || (Array.isArray(value) && value.length === 0)) return app.t('wrapup.versions.empty');
  if (typeof value === 'boolean') return app.t(value ? 'forms.yes' : 'forms.no');
  if (typeof value === 'number') return app.formatNumber(value);
  if (Array.isArray(value)) return value.map((item) => valueWords(app, field, item, nameOf)).join(', ');
  if (typeof value === 'object') return objectWords(app, value, nameOf);
  const text = String(value);
  if (PEOPLE.includes(field)) return app.person(text).name;
  if (CATALOGUES[field]) return app.label(CATALOGUES[field], text);
  if (DATE.test(text)) return app.formatDate(text);
  const known = /** @type {Record<string, string>} */ ({ draft: 'wrapup.draft', final: 'wrapup.versions.final' })[text];
  if (field === 'status' && known) return app.t(known);
  return nameOf(text) || text;
}

/** @param {App} app @param {Record<string, any>} value @param {NameOf} nameOf */
function objectWords(app, value, nameOf) {
  const languages = Object.keys(value).every((key) => /^[a-z]{2}$/.test(key));
  if (languages) return app.multi(value);
  return Object.entries(value).filter(([, inner]) => inner !== '' && inner !== null)
    .map(([key, inner]) => valueWords(app, key, inner, nameOf)).join(' · ');
}

/**
 * What sets one version of a whole apart, line by line: a form's differing answers, a recording's length.
 * @param {App} app
 * @param {Record<string, any>} doc
 * @param {Option} option
 * @param {Option[]} options
 * @param {{path: string, type: string, label: any, choices: any[] | null}[]} questions of the submission's form
 * @returns {{name: string, value: string}[]}
 */
export function wholeLines(app, doc, option, options, questions) {
  if (doc.type === 'submission') {
    return differingAnswers(options).map((path) => {
      const question = questions.find((one) => one.path === questionOf(path));
      const value = answerText(option.values.answers?.[path], question, app);
      return { name: app.multi(question?.label) || path, value: value || app.t('wrapup.versions.empty') };
    });
  }
  const { duration_ms: duration, bytes = doc.bytes, size } = option.values;
  const lines = [{ name: app.t('wrapup.versions.size'), value: app.formatBytes(bytes ?? size ?? 0) }];
  if (duration) lines.push({ name: app.t('wrapup.versions.length'), value: app.formatDuration(duration) });
  return lines;
}
