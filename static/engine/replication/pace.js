// How often to ask the server when nobody looks, or the battery runs low.
//
// Owns: the decision. Pure. It stretches the distances between rounds that come by themselves; what a person or the
// network brings about (a save, being online again, the page in sight again, power again) is at once all the same.
//
// | the page that owns the vaults      | rounds are as far apart |
// |------------------------------------|-------------------------|
// | in sight                           | as ever                 |
// | in sight, battery low, no charger  | 4 times                 |
// | hidden                             | 12 times                |
// | hidden, battery low, no charger    | 24 times                |

/** @typedef {{level: number, charging: boolean}} Battery `level`: 0 to 1 */
/** @typedef {{hidden: boolean, battery: Battery | null}} Surroundings `battery`: null where the browser does not say */

/** From here on a tablet is saved for what it is there for: the visit. */
export const LOW_BATTERY = 0.2;
const [LOW, HIDDEN, BOTH] = [4, 12, 24];

/** @type {Surroundings} */
export const IN_SIGHT = { hidden: false, battery: null };

/** @param {Surroundings} surroundings @returns {number} by how much distances are stretched, 1 or more */
export function paceOf({ hidden, battery }) {
  const low = battery !== null && !battery.charging && battery.level <= LOW_BATTERY;
  if (hidden) return low ? BOTH : HIDDEN;
  return low ? LOW : 1;
}
