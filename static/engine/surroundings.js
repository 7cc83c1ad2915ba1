// What the page knows and its worker does not: whether it is in sight, and how the battery stands.
//
// Owns: watching both. The Battery Status API is Chromium's alone; where there is none the battery is null, and
// nothing is slowed for it. Knows nothing of what is done about it (replication/pace.js).

/** @typedef {import('./replication/pace.js').Surroundings} Surroundings */

/**
 * @typedef {object} PageWorld
 * @property {EventTarget & {visibilityState: DocumentVisibilityState}} document
 * @property {{getBattery?: () => Promise<any>}} navigator
 */

/**
 * @param {PageWorld} world
 * @param {(now: Surroundings) => void} tell at once, and whenever it changes
 * @returns {Promise<void>} when the battery is watched as well, or there is none to watch
 */
export async function watchSurroundings({ document, navigator }, tell) {
  /** @type {any} */
  let manager = null;
  const look = () => tell({
    hidden: document.visibilityState === 'hidden',
    battery: manager && { level: Number(manager.level), charging: Boolean(manager.charging) },
  });
  document.addEventListener('visibilitychange', look);
  look();
  try {
    manager = await navigator.getBattery?.() ?? null;
  } catch {
    return; // Forbidden by a policy: as if there were none.
  }
  if (!manager) return;
  for (const name of ['levelchange', 'chargingchange']) manager.addEventListener(name, look);
  look();
}
