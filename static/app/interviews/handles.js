// Handles: what a person is called everywhere but in the sealed identity record ("Б-5").
//
// Owns: the next number of an author in one visit. Pure.

/** @typedef {{doc: Record<string, any>}} Known */

/**
 * Author's initial and the next number. Counts the author's own interviews of this visit, erased ones
 * too, and passes over handles that somebody else with the same initial already uses.
 * @param {Known[]} interviews all interviews of the visit
 * @param {{id: string, initial: string}} author
 * @returns {string}
 */
export function nextHandle(interviews, author) {
  const own = interviews.filter(({ doc }) => doc.created_by === author.id);
  const taken = new Set(interviews.map(({ doc }) => doc.handle).filter(Boolean));
  const highest = Math.max(own.length, ...own.map(({ doc }) => numberOf(doc.handle)));
  let number = highest + 1;
  while (taken.has(`${author.initial}-${number}`)) number += 1;
  return `${author.initial}-${number}`;
}

/**
 * @param {unknown} handle
 * @returns {number} 0 where it carries none
 */
export function numberOf(handle) {
  const match = /-(\d+)$/.exec(String(handle ?? ''));
  return match ? Number(match[1]) : 0;
}
