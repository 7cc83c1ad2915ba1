/**
 * Answers between the form engine, JSON and a person's fingers.
 *
 * Owns: what an answer is in a `submission` (numbers, texts, lists of choices; docs/documents.md), what may be
 * typed into a number, and local times. Must not know: widgets and saving.
 */
import { kindOf } from './tree.js';

/** @typedef {string | number | boolean | string[]} Answer */

const NUMBER = /^-?\d+(\.\d+)?$/;
/** Whole numbers beyond this lose digits in JSON. */
const LARGEST = Number.MAX_SAFE_INTEGER;

/**
 * The node's answer, whether or not it is relevant; undefined where there is none.
 * @param {any} node
 * @returns {Answer | undefined}
 */
export function answerOf(node) {
  const text = node.currentState.instanceValue;
  if (text === '' || text === null || text === undefined) return undefined;
  switch (kindOf(node)) {
    case 'integer':
    case 'decimal': return Number(text);
    case 'calculate': return NUMBER.test(text) && Math.abs(Number(text)) <= LARGEST ? Number(text) : text;
    case 'select_multiple': return [...node.currentState.value];
    case 'acknowledge': return true;
    default: return text;
  }
}

/**
 * Puts an answer as `answerOf` gave it back into the node; undefined empties it. Uploads are not set here.
 * @param {any} node
 * @param {Answer | undefined} answer
 */
export function setAnswer(node, answer) {
  switch (kindOf(node)) {
    case 'select_one': node.selectValue(answer === undefined ? null : String(answer)); break;
    case 'select_multiple': node.selectValues(Array.isArray(answer) ? answer : []); break;
    case 'acknowledge': node.setValue(answer === true); break;
    case 'text': node.setValue(answer === undefined ? '' : String(answer)); break;
    case 'calculate': case 'note': case 'group': case 'repeat': case 'unknown': break;
    default: node.setValue(answer === undefined ? null : String(answer));
  }
}

/**
 * What a person typed as a number: spaces and a decimal comma are allowed.
 * @param {string} typed
 * @param {'integer' | 'decimal'} kind
 * @returns {{ok: true, value: number | undefined} | {ok: false}}
 */
export function parseNumber(typed, kind) {
  const text = typed.replace(/[\s\u00a0\u202f]/g, '').replace(',', '.').replace('−', '-');
  if (text === '') return { ok: true, value: undefined };
  if (!NUMBER.test(text) || (kind === 'integer' && text.includes('.'))) return { ok: false };
  const value = Number(text);
  return Math.abs(value) <= LARGEST ? { ok: true, value } : { ok: false };
}

/** The offset of local time at a moment as `+05:00`. @param {Date} moment */
export function offsetOf(moment) {
  const minutes = -moment.getTimezoneOffset();
  const two = (/** @type {number} */ n) => String(Math.floor(Math.abs(n))).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/**
 * From a control's value to the engine's: `10:30` → `10:30:00.000+05:00`, a local date and time likewise.
 * @param {string} value '' empties
 * @param {'date' | 'time' | 'datetime'} kind
 * @param {Date} [now]
 */
export function fromControl(value, kind, now = new Date()) {
  if (value === '' || kind === 'date') return value || undefined;
  const moment = kind === 'time' ? now : new Date(value);
  return `${value.length === 5 || value.length === 16 ? `${value}:00` : value}.000${offsetOf(moment)}`;
}

/**
 * From the engine's value to a control's: the time as it stood on the wall, whatever the zone of this tablet.
 * @param {string | undefined} answer
 * @param {'date' | 'time' | 'datetime'} kind
 */
export function toControl(answer, kind) {
  if (!answer) return '';
  return answer.slice(0, kind === 'date' ? 10 : kind === 'time' ? 5 : 16);
}

/**
 * An answer in words, for reading: choices by label, numbers and dates as the language writes them.
 * @param {Answer | undefined} answer
 * @param {{type: string, choices?: {value: string, label: any}[] | null} | undefined} question as the `form` document lists it
 * @param {{multi: (value: any) => string, formatNumber: (n: number) => string, formatDate: (d: string) => string, t: (key: string) => string}} words
 * @returns {string}
 */
export function answerText(answer, question, words) {
  if (answer === undefined || answer === null || answer === '') return '';
  const choice = (/** @type {unknown} */ value) => {
    const found = question?.choices?.find((item) => item.value === String(value));
    return found ? words.multi(found.label) : String(value);
  };
  if (Array.isArray(answer)) return answer.map(choice).join(', ');
  if (typeof answer === 'number') return words.formatNumber(answer);
  if (typeof answer === 'boolean') return words.t(answer ? 'forms.yes' : 'forms.no');
  switch (question?.type) {
    case 'date': return words.formatDate(answer.slice(0, 10));
    case 'time': return answer.slice(0, 5);
    case 'datetime': return `${words.formatDate(answer.slice(0, 10))}, ${answer.slice(11, 16)}`;
    case 'image': case 'audio': case 'video': return words.t('forms.attached');
    default: return question?.choices ? choice(answer) : answer;
  }
}
