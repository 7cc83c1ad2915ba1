/**
 * The days of a visit, seen from a moment; pure. Dates are `YYYY-MM-DD` as people of the visit's place read them.
 */

/** The id of a channel's visit document. @param {string} channel `visit-<ulid>` */
export function visitId(channel) {
  return `visit:${channel.slice('visit-'.length).toUpperCase()}`;
}

/** The id of a channel's brief. @param {string} channel */
export function briefId(channel) {
  return `brief:${channel.slice('visit-'.length).toUpperCase()}`;
}

/** The tablet's own calendar day. @param {Date} now */
export function today(now) {
  const two = (/** @type {number} */ n) => String(n).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

/**
 * Whole days from one date to another; negative backwards.
 * @param {string} from @param {string} to
 */
export function daysBetween(from, to) {
  return Math.round((Date.parse(`${to}T00:00:00Z`) - Date.parse(`${from}T00:00:00Z`)) / 86400000);
}

/**
 * Which day of the visit it is (0: none of them), and of how many.
 * @param {{from: string, to: string}} visit @param {Date} now
 */
export function visitDay({ from, to }, now) {
  const days = daysBetween(from, to || from) + 1;
  const day = daysBetween(from, today(now)) + 1;
  return { day: day >= 1 && day <= days ? day : 0, days };
}

/**
 * Where a visit stands for the person who opens the app: a visit that is over stays "current" until it is
 * closed, because its evidence still has to be finished and delivered.
 * @param {{from: string, to: string, status: string}} visit @param {Date} now
 * @returns {'now' | 'coming' | 'unfinished' | 'closed'}
 */
export function visitState(visit, now) {
  if (visit.status === 'closed') return 'closed';
  const day = today(now);
  if (day < visit.from) return 'coming';
  return day <= (visit.to || visit.from) ? 'now' : 'unfinished';
}
