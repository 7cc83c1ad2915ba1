// The calendar day of a moment where the visit takes place. Pure.

/**
 * @param {string | Date} moment
 * @param {string | null | undefined} timeZone IANA name; unknown names fall back to the tablet's own zone
 * @returns {string} `YYYY-MM-DD`, '' for what is no moment
 */
export function dayOf(moment, timeZone) {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return '';
  try {
    return new Intl.DateTimeFormat('en-CA', { timeZone: timeZone || undefined, year: 'numeric', month: '2-digit', day: '2-digit' }).format(date);
  } catch {
    return new Intl.DateTimeFormat('en-CA', { year: 'numeric', month: '2-digit', day: '2-digit' }).format(date);
  }
}
