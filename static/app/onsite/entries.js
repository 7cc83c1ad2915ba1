// The visit as a list of moments: documents in, entries out.
//
// Owns: what becomes an entry, which photos are one entry, and the order. Pure.
// Do no harm: an interview and what was recorded in it carry no time and no place here. They stand at
// the end of their day by handle, so that nobody can tell who was spoken to when, or beside which cell.

import { dayOf } from '../capture/day.js';
import { originalsBehind, replacedPhotos } from '../capture/redaction.js';
import { numberOf } from '../interviews/handles.js';

/**
 * @typedef {import('../../engine/types.js').Reading} Reading
 * @typedef {'event' | 'note' | 'photo' | 'document' | 'recording' | 'flag' | 'interview'} EntryKind
 * @typedef {object} Entry
 * @property {string} key
 * @property {EntryKind} kind
 * @property {string} id the document to open
 * @property {string[]} ids all documents of this entry
 * @property {string} day `YYYY-MM-DD`
 * @property {string | null} at null: its time is not shown
 * @property {string} author
 * @property {string | null} theme
 * @property {string | null} place
 * @property {Record<string, any>} doc
 * @property {Record<string, any> | null} flag of a submission
 * @property {boolean} erased
 * @property {boolean} replaced erased, because a covered copy took its place
 * @property {Record<string, any> | null} interview that a recording belongs to
 */

/** Photos of one thing are taken in a row; ten minutes later it is another look. */
const TOGETHER_MS = 10 * 60 * 1000;
/** What each kind of medium is listed as; recordings are the rest. @type {Record<string, EntryKind>} */
const MEDIUM_ENTRIES = { photo: 'photo', sketch: 'photo', original: 'photo', document: 'document' };
/** Events that say nothing of the facility. */
const SILENT = ['signoff', 'dissent'];

/**
 * @param {Reading[]} readings event, note, medium, interview, submission; withdrawals, to tell why something is erased
 * @param {string | null | undefined} timeZone of the visit
 * @returns {Entry[]} newest first; interviews last within their day
 */
export function timelineEntries(readings, timeZone) {
  const interviews = new Map(readings.filter(({ doc }) => doc.type === 'interview').map((reading) => [reading.doc._id, reading.doc]));
  const behind = originalsBehind(readings);
  const replaced = replacedPhotos(readings);
  const entries = readings.filter(({ doc }) => !behind.has(doc._id)).flatMap((reading) => entriesOf(reading, timeZone, interviews))
    .map((entry) => (replaced.has(entry.id) ? { ...entry, replaced: true } : entry));
  return groupPhotos(entries.sort(newestFirst));
}

/**
 * @param {Reading} reading
 * @param {string | null | undefined} timeZone
 * @param {Map<string, Record<string, any>>} interviews
 * @returns {Entry[]}
 */
function entriesOf({ doc, erased }, timeZone, interviews) {
  const at = doc.at ?? doc.updated_at ?? '';
  const base = {
    key: doc._id, id: doc._id, ids: [doc._id], day: dayOf(at, timeZone), at, author: doc.created_by ?? '',
    theme: doc.theme ?? null, place: doc.place || null, doc, flag: null, erased, replaced: false, interview: null,
  };
  switch (doc.type) {
    case 'event':
      return SILENT.includes(doc.kind) ? [] : [{ ...base, kind: 'event' }];
    case 'note':
      return [{ ...base, kind: 'note' }];
    case 'interview':
      return [{ ...base, kind: 'interview', at: null, place: null, day: doc.day ?? base.day, theme: doc.themes?.[0] ?? null }];
    case 'medium': {
      const kind = MEDIUM_ENTRIES[doc.kind] ?? 'recording';
      if (!doc.interview) return [{ ...base, kind }];
      const interview = interviews.get(doc.interview) ?? null;
      return [{ ...base, kind, at: null, place: null, day: interview?.day ?? base.day, interview }];
    }
    case 'submission':
      return (doc.flags ?? []).map((/** @type {any} */ flag, /** @type {number} */ index) => ({
        ...base, kind: 'flag', key: `${doc._id}#${index}`, flag, at: doc.updated_at ?? at, day: dayOf(doc.updated_at ?? at, timeZone),
      }));
    default:
      return [];
  }
}

/** @param {Entry} a @param {Entry} b */
function newestFirst(a, b) {
  if (a.day !== b.day) return a.day < b.day ? 1 : -1;
  if ((a.at === null) !== (b.at === null)) return a.at === null ? 1 : -1;
  if (a.at === null || b.at === null) return handleOf(a).localeCompare(handleOf(b)) || a.key.localeCompare(b.key);
  return a.at < b.at ? 1 : a.at > b.at ? -1 : 0;
}

/** Author's initial, number in order, the talk before its recordings. @param {Entry} entry */
function handleOf(entry) {
  const handle = String((entry.interview ?? entry.doc).handle ?? '');
  return `${handle.split('-')[0]}-${String(numberOf(handle)).padStart(4, '0')}-${entry.kind === 'interview' ? 0 : 1}`;
}

/** @param {Entry[]} entries newest first @returns {Entry[]} */
function groupPhotos(entries) {
  /** @type {Entry[]} */
  const grouped = [];
  for (const entry of entries) {
    const last = grouped.at(-1);
    if (last && belongTogether(last, entry)) last.ids.push(entry.id);
    else grouped.push({ ...entry, ids: [...entry.ids] });
  }
  return grouped;
}

/** @param {Entry} last @param {Entry} entry */
function belongTogether(last, entry) {
  const same = last.kind === 'photo' && entry.kind === 'photo' && last.author === entry.author && last.day === entry.day
    && last.doc.kind === entry.doc.kind && last.replaced === entry.replaced
    && last.place === entry.place && last.theme === entry.theme && last.erased === entry.erased
    && (last.doc.caption ?? null) === (entry.doc.caption ?? null) && (last.doc.interview ?? null) === (entry.doc.interview ?? null);
  if (!same || last.at === null || entry.at === null) return same;
  return Math.abs(Date.parse(last.at) - Date.parse(entry.at)) <= TOGETHER_MS;
}

/**
 * @typedef {{kind?: string | null, author?: string | null, theme?: string | null}} EntryFilter
 * @param {Entry[]} entries
 * @param {EntryFilter} filter
 * @param {(theme: string) => string | null} parentOf a theme's parent
 * @returns {Entry[]}
 */
export function filterEntries(entries, { kind, author, theme }, parentOf) {
  return entries.filter((entry) => (!kind || entry.kind === kind) && (!author || entry.author === author)
    && (!theme || entry.theme === theme || (entry.theme !== null && parentOf(entry.theme) === theme)));
}

/**
 * @param {Entry[]} entries
 * @returns {{day: string, timed: Entry[], untimed: Entry[]}[]} by day, in the order given
 */
export function byDay(entries) {
  /** @type {Map<string, {day: string, timed: Entry[], untimed: Entry[]}>} */
  const days = new Map();
  for (const entry of entries) {
    const day = days.get(entry.day) ?? { day: entry.day, timed: [], untimed: [] };
    (entry.at === null ? day.untimed : day.timed).push(entry);
    days.set(entry.day, day);
  }
  return [...days.values()];
}
