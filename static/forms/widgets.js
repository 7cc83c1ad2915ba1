/**
 * Which widget shows which kind of node. A kind without one shows as unknown; nothing else breaks.
 */
import { nothing } from '../vendor/lit.js';
import { acknowledgeQuestion } from './acknowledge.js';
import { calculatedValue } from './calculate.js';
import { readAnswer } from './card.js';
import { flagCard } from './flag.js';
import { groupBlock } from './group.js';
import { mediaQuestion } from './media.js';
import { momentQuestion } from './moment.js';
import { noteText } from './note.js';
import { numberQuestion } from './number.js';
import { repeatBlock } from './repeat.js';
import { selectMultiple, selectOne } from './select.js';
import { textQuestion } from './text.js';
import { isAnswerable, isUpload, kindOf, pathOf, questionOf } from './tree.js';
import { unknownQuestion } from './unknown.js';
import { answerOf } from './values.js';

/** @type {Record<string, (node: any, context: import('./context.js').FormContext) => unknown>} */
const WIDGETS = {
  text: textQuestion,
  integer: numberQuestion,
  decimal: numberQuestion,
  date: momentQuestion,
  time: momentQuestion,
  datetime: momentQuestion,
  select_one: selectOne,
  select_multiple: selectMultiple,
  image: mediaQuestion,
  audio: mediaQuestion,
  video: mediaQuestion,
  acknowledge: acknowledgeQuestion,
  note: noteText,
  calculate: calculatedValue,
  group: groupBlock,
  repeat: repeatBlock,
};

/** The template of any node. @param {any} node @param {import('./context.js').FormContext} context */
export function renderNode(node, context) {
  if (!node.currentState.relevant || pathOf(node).endsWith('/meta')) return nothing;
  const kind = kindOf(node);
  if (kind === 'note' && isRule(node, context)) return flagCard(node, context);
  if (context.readonly && isAnswerable(node) && !isUpload(node)) return readAnswer(node, context, answerOf(node));
  return (WIDGETS[kind] ?? unknownQuestion)(node, context);
}

/** @param {any} node @param {import('./context.js').FormContext} context */
function isRule(node, context) {
  const question = questionOf(pathOf(node));
  return (context.session.form.rules ?? []).some((rule) => rule.path === question);
}
