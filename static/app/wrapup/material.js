/**
 * The visit's material as wrap-up needs it: read once per change, and each item named in a person's words.
 *
 * Owns no state. Never opens custody content: sealed items are named by their kind and handle only.
 */
import { eventWords } from '../onsite/words.js';
import { uncombined } from './checks.js';

/** @typedef {import('../context.js').App} App */
/** @typedef {import('../context.js').Reading} Reading */

const TYPES = ['visit', 'brief', 'event', 'submission', 'note', 'interview', 'medium', 'finding', 'recommendation'];
const ICONS = /** @type {Record<string, string>} */ ({
  note: 'note', interview: 'interview', submission: 'form', finding: 'flag', recommendation: 'target', event: 'clock',
  photo: 'photo', audio: 'mic', video: 'video', appeal: 'appeal', sketch: 'sketch', document: 'paper', original: 'lock', identity: 'person', testimony: 'seal',
  consent: 'check', withdrawal: 'erase', visit: 'building', brief: 'list', report: 'form',
});

/**
 * @typedef {object} VisitMaterial
 * @property {Record<string, any> | null} visit
 * @property {Record<string, any> | null} brief
 * @property {Reading[]} readings everything, oldest first
 * @property {Record<string, any>[]} events
 * @property {Record<string, any>[]} submissions
 * @property {Record<string, any>[]} notes
 * @property {Record<string, any>[]} interviews
 * @property {Record<string, any>[]} media
 * @property {Record<string, any>[]} findings those not combined into another
 * @property {Record<string, any>[]} allFindings
 * @property {Record<string, any>[]} recommendations
 * @property {string[]} conflicts
 */

/**
 * @param {App} app
 * @param {string} channel
 * @returns {Promise<VisitMaterial>}
 */
export async function collect(app, channel) {
  const readings = (/** @type {Reading[]} */ (await app.engine.list(channel, TYPES))).filter((reading) => !reading.erased);
  const of = (/** @type {string} */ type) => readings.filter((reading) => reading.doc.type === type).map((reading) => reading.doc);
  const allFindings = of('finding');
  return {
    visit: of('visit')[0] ?? null,
    brief: of('brief')[0] ?? null,
    readings,
    events: of('event'),
    submissions: of('submission'),
    notes: of('note'),
    interviews: of('interview'),
    media: of('medium'),
    allFindings,
    findings: uncombined(allFindings),
    recommendations: of('recommendation'),
    conflicts: readings.filter((reading) => reading.conflicts.length > 0).map((reading) => reading.doc._id),
  };
}

/**
 * What an item is called and drawn with. Interviews and their recordings carry the handle, never a place.
 * @param {App} app
 * @param {Record<string, any>} doc
 * @param {Record<string, any>[]} [interviews] to name the recordings of an interview
 * @returns {{icon: string, title: string, meta: string}}
 */
export function describe(app, doc, interviews = []) {
  const kind = doc.type === 'medium' ? doc.kind : doc.type;
  const handle = interviews.find((interview) => interview._id === doc.interview)?.handle;
  const author = app.person(doc.created_by).name;
  const day = app.formatDate(doc.created_at, { day: 'numeric', month: 'short' });
  const when = doc.interview || doc.type === 'interview' ? day : `${day}, ${app.formatTime(doc.at ?? doc.created_at)}`;
  const word = app.has(`wrapup.kind.${kind}`) ? app.t(`wrapup.kind.${kind}`) : doc.type;
  const named = {
    note: () => cut(doc.text),
    interview: () => `${app.t('wrapup.kind.interview')} ${doc.handle ?? ''}`,
    submission: () => app.multi(doc.title) || app.t('wrapup.kind.submission'),
    finding: () => doc.title,
    recommendation: () => cut(doc.text),
    event: () => doc.kind && eventWords(doc, app).title,
    consent: () => doc.use && [word, handle, app.t(`interviews.use.${doc.use}`)].filter(Boolean).join(' · '),
  };
  const make = named[/** @type {keyof typeof named} */ (doc.type)];
  const title = (make ? make() : [word, handle ?? doc.caption].filter(Boolean).join(' · ')) || word;
  return { icon: ICONS[kind] ?? 'info', title, meta: [author, when].join(' · ') };
}

/** @param {unknown} text */
function cut(text) {
  const line = String(text ?? '').replace(/\s+/g, ' ').trim();
  return line.length > 90 ? `${line.slice(0, 88)}…` : line;
}
