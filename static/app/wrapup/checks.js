/**
 * The short quality check before sign-off: what a reader of the report would miss. Pure.
 *
 * Each check explains itself (strings `wrapup.check.<code>`), names what it is about and never blocks.
 * Sources of the rules: APT's criteria for recommendations ("double SMART"), and what makes a report read
 * "as if the visit never took place": no interviews, no findings, one source, no addressee, no deadline.
 *
 * @typedef {{code: string, ids: string[], n: number}} Check
 * @typedef {Record<string, any>} Doc
 * @typedef {object} Material
 * @property {Doc | null} brief
 * @property {Doc[]} findings those not combined into another
 * @property {Doc[]} recommendations
 * @property {Doc[]} interviews
 * @property {Doc[]} submissions
 * @property {Doc[]} events
 * @property {string[]} conflicts ids of documents with two versions
 */

/** Shorter than this a recommendation can hardly name who does what, where and by when. */
const SHORTEST_RECOMMENDATION = 40;

/**
 * @param {Material} material
 * @returns {Check[]} in the order in which they should be mended; empty: nothing to say
 */
export function checkVisit(material) {
  const { brief, findings, recommendations, interviews, submissions, events, conflicts } = material;
  const final = findings.filter((finding) => finding.status !== 'draft');
  const refused = accessOf(events) === 'refused';
  /** @type {Check[]} */
  const checks = [];
  const say = (/** @type {string} */ code, /** @type {string[]} */ ids, n = ids.length) => {
    if (n > 0) checks.push({ code, ids, n });
  };
  const ids = (/** @type {Doc[]} */ docs) => docs.map((doc) => doc._id);

  say('conflicts', conflicts);
  say('no-access', [], accessOf(events) === null ? 1 : 0);
  say('not-verified', notVerified(brief, events));
  if (!refused) say('no-interviews', [], interviews.length === 0 ? 1 : 0);
  say('no-findings', [], final.length === 0 ? 1 : 0);
  say('draft-findings', ids(findings.filter((finding) => finding.status === 'draft')));
  say('flags-left', flagsWithoutFinding(submissions, findings).map((flag) => flag.submission));
  say('no-source', ids(final.filter((finding) => list(finding.sources).length === 0)));
  say('one-source', ids(final.filter((finding) => list(finding.sources).length === 1)));
  say('no-evidence', ids(final.filter((finding) => list(finding.evidence).length === 0 && list(finding.combines).length === 0)));
  say('no-norm', ids(final.filter((finding) => list(finding.norms).length === 0)));
  const answered = new Set(recommendations.flatMap((recommendation) => list(recommendation.findings)));
  say('finding-alone', ids(final.filter((finding) => !answered.has(finding._id))));
  if (final.length > 0) say('no-recommendations', [], recommendations.length === 0 ? 1 : 0);
  say('no-addressee', ids(recommendations.filter((doc) => !doc.addressee && !String(doc.addressee_name ?? '').trim())));
  say('no-deadline', ids(recommendations.filter((doc) => !doc.deadline)));
  say('vague', ids(recommendations.filter((doc) => String(doc.text ?? '').trim().length < SHORTEST_RECOMMENDATION)));
  say('repeated-text', ids(recommendations.filter((doc) => !doc.repeats && sameAsEarlier(doc, brief))));
  say('child-rules', ids(interviews.filter((doc) => doc.child && !childRulesKept(doc.child))));
  say('no-summary', ids(interviews.filter((doc) => !String(doc.summary ?? '').trim())));
  say('open-forms', ids(submissions.filter((doc) => !doc.complete)));
  return checks;
}

/**
 * What the latest access event says: `full`, `partial`, `refused`; null while nobody said anything.
 * @param {Doc[]} events oldest first
 */
export function accessOf(events) {
  const said = events.filter((event) => event.kind === 'access');
  return said.length ? said[said.length - 1].data?.access ?? null : null;
}

/**
 * A child has said yes, and an adult too, or it is said why nobody was asked, and who was there.
 * @param {{assent: boolean, adult_consent: boolean, why_none: string, present: string}} child
 */
export function childRulesKept({ assent, adult_consent: adult, why_none: why, present }) {
  return Boolean(assent && (adult || String(why ?? '').trim()) && String(present ?? '').trim());
}

/**
 * Flags of forms that no finding has taken up.
 * @param {Doc[]} submissions
 * @param {Doc[]} findings
 * @returns {{submission: string, path: string, norm: string, label: any}[]}
 */
export function flagsWithoutFinding(submissions, findings) {
  const taken = new Set(findings.filter((finding) => finding.rule)
    .map((finding) => `${finding.rule.submission} ${finding.rule.path}`));
  return submissions.flatMap((submission) => list(submission.flags)
    .filter((flag) => !taken.has(`${submission._id} ${flag.path}`))
    .map((flag) => ({ submission: submission._id, path: flag.path, norm: flag.norm, label: flag.label })));
}

/**
 * Findings as the report lists them: those combined into another are left out.
 * @param {Doc[]} findings
 */
export function uncombined(findings) {
  const inside = new Set(findings.flatMap((finding) => list(finding.combines)));
  return findings.filter((finding) => !inside.has(finding._id));
}

/** @param {Doc | null} brief @param {Doc[]} events */
function notVerified(brief, events) {
  const verified = new Set(events.filter((event) => event.kind === 'verification').map((event) => event.data?.recommendation));
  return list(brief?.recommendations).map((entry) => entry.id).filter((id) => !verified.has(id));
}

/** @param {Doc} recommendation @param {Doc | null} brief */
function sameAsEarlier(recommendation, brief) {
  const text = plain(recommendation.text);
  return text.length > 0 && list(brief?.recommendations).some((earlier) => plain(earlier.text) === text);
}

/** @param {unknown} text */
function plain(text) {
  return String(text ?? '').toLowerCase().replace(/[^\p{L}\p{N}]+/gu, ' ').trim();
}

/** @param {any} value @returns {any[]} */
function list(value) {
  return Array.isArray(value) ? value : [];
}
