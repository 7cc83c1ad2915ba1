// Where the visit stands on site: read from its append-only events. Pure.
//
// Owns: arrival, access, admissions, verifications and what still lacks a summary.
// Several people write events; the latest one of a subject is what holds now, the others stay history.

/**
 * @typedef {import('../../engine/types.js').Reading} Reading
 * @typedef {Record<string, any>} Doc
 */

/** @param {Reading[]} events @param {string} kind @returns {Doc[]} oldest first */
export function eventsOf(events, kind) {
  return events.map((reading) => reading.doc).filter((doc) => doc.kind === kind).sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0));
}

/**
 * @param {Reading[]} events
 * @param {string} me
 * @returns {{arrival: Doc | null, departure: Doc | null, inside: boolean, access: Doc | null}} my own coming and going; access of the group
 */
export function presence(events, me) {
  const own = (/** @type {string} */ kind) => eventsOf(events, kind).filter((doc) => doc.created_by === me).at(-1) ?? null;
  const [arrival, departure] = [own('arrival'), own('departure')];
  return {
    arrival, departure, access: eventsOf(events, 'access').at(-1) ?? null,
    inside: Boolean(arrival) && (!departure || departure.at < /** @type {Doc} */ (arrival).at),
  };
}

/**
 * The latest word on each person and device at the door.
 * @param {Reading[]} events
 * @returns {Map<string, Doc>} by `<subject>/<who>`
 */
export function admissions(events) {
  return new Map(eventsOf(events, 'admission').map((doc) => [`${doc.data?.subject}/${doc.data?.who}`, doc]));
}

/**
 * @param {Reading[]} events
 * @returns {Map<string, Doc[]>} verification events by recommendation, oldest first
 */
export function verifications(events) {
  /** @type {Map<string, Doc[]>} */
  const found = new Map();
  for (const doc of eventsOf(events, 'verification')) {
    const id = doc.data?.recommendation;
    found.set(id, [...(found.get(id) ?? []), doc]);
  }
  return found;
}

/**
 * Own interviews and recordings that nobody can work with once they are sealed: there is no summary.
 * @param {Reading[]} readings interview, medium, testimony
 * @param {string} me
 * @returns {{interviews: Doc[], recordings: Doc[]}}
 */
export function withoutSummary(readings, me) {
  const mine = readings.filter(({ doc, erased }) => !erased && doc.created_by === me).map((reading) => reading.doc);
  const interviews = mine.filter((doc) => doc.type === 'interview' && !doc.summary?.trim());
  const recordings = mine.filter((doc) => doc.type === 'medium' && ['audio', 'video', 'appeal'].includes(doc.kind)
    && !doc.interview && !doc.caption && doc.state !== 'recording');
  return { interviews, recordings };
}

/**
 * @typedef {{form: Doc, own: Doc | null, others: Doc[]}} FormProgress
 * @param {Reading[]} forms of the reference channel
 * @param {Reading[]} submissions of the visit
 * @param {string | undefined} facilityType
 * @param {string} me
 * @returns {FormProgress[]} forms that fit this facility, and forms somebody has begun all the same
 */
export function formProgress(forms, submissions, facilityType, me) {
  const begun = submissions.filter((reading) => !reading.erased).map((reading) => reading.doc);
  return forms.map(({ doc: form }) => {
    const of = begun.filter((doc) => doc.form === form._id);
    const own = of.filter((doc) => doc.created_by === me);
    return { form, own: own.filter((doc) => !doc.complete).at(-1) ?? own.at(-1) ?? null, others: of.filter((doc) => doc.created_by !== me) };
  }).filter(({ form, own, others }) => own || others.length || !form.facility_types?.length || form.facility_types.includes(facilityType));
}
