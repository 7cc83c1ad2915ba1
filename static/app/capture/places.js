// Places named on this visit, to be picked again with one tap. Pure.

const PLACES_SHOWN = 6;

/**
 * This visit's places, the latest first, each once.
 * @param {{doc: Record<string, any>}[]} readings oldest first
 * @returns {string[]}
 */
export function recentPlaces(readings) {
  const places = readings.map(({ doc }) => (doc.place ?? '').trim()).filter(Boolean).reverse();
  return [...new Set(places)].slice(0, PLACES_SHOWN);
}
