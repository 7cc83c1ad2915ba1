// Whether something may be recorded here: the rule, and nothing else.
//
// Owns: the order visit > facility > facility type, "off until set", and the stricter rule for
// children. Pure: knows no screen, no engine, no clock. Ordered by docs/documents.md, `recording`.

/**
 * @typedef {'photo' | 'audio' | 'video' | 'appeal' | 'sketch'} CaptureKind
 * @typedef {Record<string, 'allowed' | 'forbidden'> | null | undefined} RecordingRule
 * @typedef {object} PolicySources
 * @property {Record<string, boolean> | null | undefined} visit the visit's own decision
 * @property {RecordingRule} facility
 * @property {RecordingRule} facilityType
 * @typedef {object} PolicyVerdict
 * @property {boolean} allowed
 * @property {'visit' | 'facility' | 'type' | 'unset' | 'child' | 'free'} from which rule decided
 */

/** What a rule calls the kind: an appeal is filmed, so the rule for video holds for it. */
const SUBJECTS = /** @type {const} */ ({ photo: 'photo', audio: 'audio', video: 'video', appeal: 'video' });

/**
 * The recording rule for one kind. A sketch is drawn, not taken, so no rule holds for it.
 * @param {CaptureKind} kind
 * @param {PolicySources} sources
 * @param {{child?: boolean}} [person] `child`: the person recorded is under the age limit
 * @returns {PolicyVerdict}
 */
export function recordingPolicy(kind, sources, person = {}) {
  if (kind === 'sketch') return { allowed: true, from: 'free' };
  const subject = SUBJECTS[kind];
  const visit = sources.visit?.[subject];
  // A general permission was not given with children in mind: only this visit's own decision counts.
  if (person.child && visit !== true) return { allowed: false, from: visit === false ? 'visit' : 'child' };
  if (typeof visit === 'boolean') return { allowed: visit, from: 'visit' };
  const facility = sources.facility?.[subject];
  if (facility) return { allowed: facility === 'allowed', from: 'facility' };
  const type = sources.facilityType?.[subject];
  if (type) return { allowed: type === 'allowed', from: 'type' };
  return { allowed: false, from: 'unset' };
}

/**
 * The visit's decision after `kind` is allowed for it; other kinds keep what holds for them now.
 * @param {CaptureKind} kind
 * @param {PolicySources} sources
 * @returns {{photo: boolean, audio: boolean, video: boolean}}
 */
export function allowForVisit(kind, sources) {
  const decision = {
    photo: recordingPolicy('photo', sources).allowed,
    audio: recordingPolicy('audio', sources).allowed,
    video: recordingPolicy('video', sources).allowed,
  };
  if (kind !== 'sketch') decision[SUBJECTS[kind]] = true;
  return decision;
}

/**
 * Whether a child may be spoken to and recorded: it agrees, and an adult does or there is a reason why none was asked.
 * @param {{assent?: boolean, adult_consent?: boolean, why_none?: string} | null | undefined} child
 * @returns {boolean}
 */
export function childAgreed(child) {
  return Boolean(child?.assent && (child.adult_consent || child.why_none?.trim()));
}

/**
 * What still stands between a person and the record button, in the order to deal with it.
 * @param {{kind: CaptureKind, verdict: PolicyVerdict, interview: boolean, childPending?: boolean, consents: Record<string, boolean | null>}} plan
 *   `interview`: a person speaks; `childPending`: a child, and not `childAgreed`; `consents`: the latest answer by use, null where not asked
 * @returns {'policy' | 'person' | 'child' | 'consent' | 'declined' | null} null: recording may start
 */
export function recordingObstacle({ kind, verdict, interview, childPending = false, consents }) {
  if (!verdict.allowed) return 'policy';
  if (kind === 'appeal' && !interview) return 'person';
  if (!interview) return null;
  if (childPending) return 'child';
  if (consents.interview === false || consents.recording === false) return 'declined';
  return consents.interview && consents.recording ? null : 'consent';
}
