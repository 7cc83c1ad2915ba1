/**
 * What a finding's form starts from: nothing, a form's flag, or the findings of colleagues. Pure.
 *
 * @typedef {Record<string, any>} Fields
 */

/** @returns {Fields} */
export function emptyFinding() {
  return {
    type: 'finding', title: '', text: '', theme: null, severity: 'medium', sources: [], evidence: [], norms: [],
    place: '', combines: [], status: 'draft', rule: null,
  };
}

/**
 * @param {Fields} prefill `rule: {submission, path}`, `norms`, `theme`, `title`, `text`, `sources`, `evidence`
 * @returns {Fields}
 */
export function findingFrom(prefill) {
  const known = Object.fromEntries(Object.entries(prefill).filter(([, value]) => value !== undefined && value !== null));
  const finding = { ...emptyFinding(), ...known };
  if (finding.rule && !finding.evidence.includes(finding.rule.submission)) {
    finding.evidence = [...finding.evidence, finding.rule.submission];
  }
  return finding;
}

/**
 * One finding made of several, which stay as they are. Sources, evidence and norms are united; the severest counts;
 * the texts stand one after another, each kept whole, so that whoever combines them can edit one text.
 * @param {Fields[]} findings two or more, oldest first
 * @param {string[]} severities least severe first
 * @returns {Fields}
 */
export function combine(findings, severities) {
  const [first] = findings;
  const union = (/** @type {string} */ field) => [...new Set(findings.flatMap((finding) => finding[field] ?? []))];
  const rank = (/** @type {Fields} */ finding) => severities.indexOf(finding.severity);
  const severest = findings.reduce((worst, finding) => (rank(finding) > rank(worst) ? finding : worst), first);
  const themes = new Set(findings.map((finding) => finding.theme).filter(Boolean));
  const texts = [...new Set(findings.map((finding) => String(finding.text ?? '').trim()).filter(Boolean))];
  const places = [...new Set(findings.map((finding) => String(finding.place ?? '').trim()).filter(Boolean))];
  return {
    ...emptyFinding(),
    title: first.title,
    text: texts.join('\n\n'),
    theme: themes.size ? [...themes][0] : null,
    severity: severest.severity,
    sources: union('sources'),
    evidence: union('evidence'),
    norms: union('norms'),
    place: places.join('; '),
    combines: findings.map((finding) => finding._id),
    rule: findings.find((finding) => finding.rule)?.rule ?? null,
  };
}

/**
 * The usual deadline: a number of months after the visit's last day, the last day of a shorter month.
 * @param {string} day `YYYY-MM-DD`
 * @param {number} [months]
 * @returns {string} `YYYY-MM-DD`
 */
export function deadlineAfter(day, months = 3) {
  const [year, month, date] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month - 1 + months + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + months, Math.min(date, last))).toISOString().slice(0, 10);
}
