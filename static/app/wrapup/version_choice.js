/**
 * What has to be chosen where a document has several versions, and what a person's choices come to. Pure.
 *
 * Fields that only make sense together (a form's answers and its XML, a recording's parts) are one question: taking
 * one from each side would make a form that nobody filled in. Must not know how a value is worded.
 *
 * @typedef {import('../../engine/types.js').Reading} Reading
 * @typedef {{rev: string, doc: Record<string, any>}} Version
 * @typedef {{rev: string, by: string | null, at: string | null, values: Record<string, any>}} Option `values`: undefined where the version lacks the field
 * @typedef {{key: string, kind: 'text' | 'value' | 'whole', fields: string[], options: Option[]}} Question
 * @typedef {{rev: string} | {text: string}} Choice one version's, or a text made of them
 */

/** Only who wrote these goes on writing them (docs/documents.md, "Who writes"). */
const OWN_ONLY = ['submission', 'note', 'interview', 'identity', 'testimony', 'medium'];
/** Written in sentences: two versions can be made one. */
const TEXTS = ['title', 'text', 'summary', 'caption', 'objectives', 'place', 'addressee_name'];
/** Of several lines. */
const LONG = ['text', 'summary', 'objectives'];

/** @type {Record<string, string[]>} */
const TOGETHER = {
  submission: ['xml', 'answers', 'flags', 'aside', 'progress', 'complete', 'files', 'detached', 'form', 'form_version', 'title'],
  medium: ['state', 'frames', 'bytes', 'plain_bytes', 'duration_ms', 'chunks', 'mime', 'width', 'height', 'kind'],
  identity: ['sealed', 'size'],
  testimony: ['sealed', 'size'],
};

/**
 * @param {Reading} reading
 * @param {Version[]} versions the leaves that stand, the winner first
 * @returns {Question[]} in the order in which the fields conflict; what goes together first
 */
export function questionsOf(reading, versions) {
  const together = TOGETHER[reading.doc.type] ?? [];
  const contested = reading.conflicts.map(({ field }) => field);
  const alone = contested.filter((field) => !together.includes(field));
  /** @type {Question[]} */
  const questions = alone.map((field) => {
    const options = distinct(versions, [field]);
    const text = TEXTS.includes(field) && options.every(({ values }) => typeof (values[field] ?? '') === 'string');
    return { key: field, kind: text ? 'text' : 'value', fields: [field], options };
  });
  if (alone.length === contested.length) return questions;
  // All that goes together is taken from one side, also what would have merged by itself.
  const fields = together.filter((field) => contested.includes(field) || distinct(versions, [field]).length > 1);
  return [{ key: 'whole', kind: 'whole', fields, options: distinct(versions, fields) }, ...questions];
}

/**
 * The values for `engine.settle`; null while a question is open.
 * @param {Question[]} questions
 * @param {Record<string, Choice>} chosen by a question's key
 * @returns {Record<string, any> | null}
 */
export function choicesOf(questions, chosen) {
  /** @type {Record<string, any>} */
  const values = {};
  for (const { key, fields, options } of questions) {
    const choice = chosen[key];
    if (!choice) return null;
    if ('text' in choice) {
      if (!choice.text.trim()) return null;
      values[fields[0]] = choice.text.trim();
    } else {
      const option = options.find(({ rev }) => rev === choice.rev);
      if (!option) return null;
      for (const field of fields) values[field] = option.values[field];
    }
  }
  return values;
}

/**
 * A text to start from where a person makes one of several: all of them, none twice.
 * @param {Question} question
 */
export function combinedText({ fields: [field], options }) {
  const texts = options.map(({ values }) => String(values[field] ?? '').trim()).filter(Boolean);
  return texts.join(LONG.includes(field) ? '\n\n' : '; ');
}

/** @param {string} field @returns {boolean} a text of several lines */
export function isLong(field) {
  return LONG.includes(field);
}

/**
 * Answers of a form that are not the same in all versions.
 * @param {Option[]} options
 * @returns {string[]} paths, in the order in which they come
 */
export function differingAnswers(options) {
  const answers = options.map(({ values }) => values.answers ?? {});
  const paths = [...new Set(answers.flatMap((one) => Object.keys(one)))];
  return paths.filter((path) => new Set(answers.map((one) => canonical(one[path]))).size > 1);
}

/**
 * Whether this account's tablet may write a further version of the document.
 * @param {Record<string, any>} doc
 * @param {{id: string, role: string} | null | undefined} account
 * @param {Record<string, any> | null | undefined} visit
 */
export function maySettle(doc, account, visit) {
  if (!account || doc.type === 'brief') return false;
  if (OWN_ONLY.includes(doc.type)) return doc.created_by === account.id;
  const leads = account.role === 'leader' || account.role === 'analyst';
  if (doc.type === 'visit') return leads;
  return doc.type !== 'report' || leads || visit?.leader === account.id;
}

/** @param {Version[]} versions @param {string[]} fields @returns {Option[]} each distinct content once */
function distinct(versions, fields) {
  /** @type {Map<string, Option>} */
  const found = new Map();
  for (const { rev, doc } of versions) {
    const values = Object.fromEntries(fields.map((field) => [field, doc[field]]));
    const key = canonical(fields.map((field) => doc[field]));
    if (!found.has(key)) found.set(key, { rev, by: doc.updated_by ?? null, at: doc.updated_at ?? null, values });
  }
  return [...found.values()];
}

/** Absent and null are the same; the order of keys says nothing. @param {any} value */
function canonical(value) {
  return JSON.stringify(value ?? null, (_, inner) => (inner && typeof inner === 'object' && !Array.isArray(inner)
    ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner));
}
