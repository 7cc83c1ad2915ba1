/** Where a visit's work stands; pure. */

/**
 * The step where the work stands.
 * @param {{state: string, kinds: Set<string>}} row
 * @returns {'prepare' | 'onsite' | 'wrapup' | 'deliver'}
 */
export function stepOf({ state, kinds }) {
  if (state === 'coming') return kinds.has('arrival') ? 'onsite' : 'prepare';
  if (state === 'closed' || kinds.has('signoff')) return 'deliver';
  return state === 'unfinished' || kinds.has('departure') ? 'wrapup' : 'onsite';
}
