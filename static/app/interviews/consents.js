// What a person has agreed to, and what taking it back destroys.
//
// Owns: reading the append-only `consent` and `withdrawal` documents into the state of today.
// Pure. The latest answer stands; a withdrawal stands until the person is asked again and agrees.

/** Asked in this order, each by itself. */
export const USES = /** @type {const} */ (['interview', 'recording', 'sharing', 'publication']);

/** @typedef {typeof USES[number]} Use */
/** @typedef {Record<string, any>} Doc */

/**
 * @param {Doc[]} records `consent` and `withdrawal` documents, oldest first
 * @param {string} interview
 * @returns {Record<Use, boolean | null>} null: not asked yet
 */
export function consentState(records, interview) {
  /** @type {Record<Use, boolean | null>} */
  const state = { interview: null, recording: null, sharing: null, publication: null };
  const mine = records.filter((record) => record.interview === interview).sort(byTime);
  for (const record of mine) {
    const use = /** @type {Use} */ (record.use);
    if (!USES.includes(use)) continue;
    if (record.type === 'withdrawal') for (const also of withdrawnWith(use)) state[also] = false;
    else state[use] = record.given === true;
  }
  return state;
}

/**
 * Taking back the talk takes back everything that was made of it.
 * @param {Use} use
 * @returns {readonly Use[]}
 */
function withdrawnWith(use) {
  return use === 'interview' ? USES : [use];
}

/** @param {Doc} a @param {Doc} b */
function byTime(a, b) {
  const [first, second] = [a.at ?? a.created_at ?? '', b.at ?? b.created_at ?? ''];
  return first < second ? -1 : first > second ? 1 : 0;
}

/**
 * The ids that a withdrawal destroys: nothing for sharing and publication, which only stop further use.
 * @param {Use} use
 * @param {string} interview
 * @param {Doc[]} docs media, identity, testimony, note and interview documents of the visit
 * @returns {string[]}
 */
export function erasedBy(use, interview, docs) {
  const linked = docs.filter((doc) => doc.interview === interview);
  const recordings = linked.filter((doc) => doc.type === 'medium' && ['audio', 'video', 'appeal'].includes(doc.kind));
  if (use === 'recording') return recordings.map((doc) => doc._id);
  if (use !== 'interview') return [];
  const own = docs.filter((doc) => doc._id === interview || (doc.type === 'note' && doc.about === interview));
  const all = [...linked.filter((doc) => ['medium', 'identity', 'testimony'].includes(doc.type)), ...own];
  return all.map((doc) => doc._id);
}

/**
 * Whether every use has been asked.
 * @param {Record<string, boolean | null>} state
 */
export function allAsked(state) {
  return USES.every((use) => state[use] !== null);
}
