/**
 * What a submission says of its form: answers by path, raised flags, progress, what is open.
 *
 * Pure reading of the form engine's tree. Must not know: widgets, saving, the app.
 */
import { answerOf } from './values.js';
import { isAnswerable, isUpload, kindOf, leavesOf, pathOf, questionOf } from './tree.js';

/**
 * @typedef {import('./values.js').Answer} Answer
 * @typedef {import('./session.js').FormDocument} FormDocument
 */

/**
 * Relevant answers by path. Values of formulas are in it where the form gives them a label.
 * @param {any} root
 * @param {FormDocument} form
 * @param {Map<string, string>} files names of attachments that are still attached
 * @returns {Record<string, Answer>}
 */
export function answersOf(root, form, files) {
  const listed = new Set(form.questions.map((question) => question.path));
  /** @type {Record<string, Answer>} */
  const answers = {};
  for (const node of leavesOf(root)) {
    if (!node.currentState.relevant) continue;
    const answer = answerOf(node);
    const path = pathOf(node);
    if (answer === undefined || (isUpload(node) && !files.has(String(answer)))) continue;
    if (isAnswerable(node) || listed.has(questionOf(path))) answers[path] = answer;
  }
  return answers;
}

/**
 * The flags raised now. A label that quotes an answer is given as the form says it in the language being shown.
 * @param {any} root
 * @param {FormDocument} form
 * @returns {{path: string, norm: string | null, label: Record<string, string>}[]}
 */
export function flagsOf(root, form) {
  const rules = new Map((form.rules ?? []).map((rule) => [rule.path, rule]));
  if (rules.size === 0) return [];
  const flags = [];
  for (const node of leavesOf(root)) {
    const rule = kindOf(node) === 'note' && node.currentState.relevant ? rules.get(questionOf(pathOf(node))) : undefined;
    if (rule) flags.push({ path: pathOf(node), norm: rule.norm, label: spoken(rule.label, node, root) });
  }
  return flags;
}

/** @param {Record<string, string>} label @param {any} node @param {any} root */
function spoken(label, node, root) {
  if (!Object.values(label).some((text) => text.includes('…'))) return label;
  const { activeLanguage } = root.currentState;
  const language = activeLanguage.locale?.language ?? Object.keys(label)[0] ?? 'und';
  return { ...label, [language]: node.currentState.label?.asString ?? label[language] ?? '' };
}

/**
 * Answered questions among those that are relevant now.
 * @param {any} node
 * @returns {{answered: number, total: number}}
 */
export function progressOf(node) {
  let [answered, total] = [0, 0];
  for (const leaf of leavesOf(node)) {
    if (!leaf.currentState.relevant || !isAnswerable(leaf)) continue;
    total += 1;
    if (answerOf(leaf) !== undefined) answered += 1;
  }
  return { answered, total };
}

/**
 * Relevant questions without an answer, and those whose answer breaks a rule of the form.
 * @param {any} node
 * @returns {{open: any[], wrong: any[]}} `wrong` includes required questions left empty
 */
export function unsettled(node) {
  const open = [];
  const wrong = [];
  for (const leaf of leavesOf(node)) {
    if (!leaf.currentState.relevant || !isAnswerable(leaf)) continue;
    if (leaf.validationState.violation) wrong.push(leaf);
    else if (answerOf(leaf) === undefined) open.push(leaf);
  }
  return { open, wrong };
}
