/**
 * What a visit's facility is called on the screens, and the id of one that is not in the register.
 */

/** Of a visit that was begun where the register could not be read: the office or the leader says later which it is. */
export const UNKNOWN_FACILITY = 'facility:unknown';

/**
 * By the register, the brief, or as it was typed before the gate.
 * @param {import('../context.js').App} app @param {any} visit the document @param {any} [brief]
 * @returns {string} never empty
 */
export function facilityName(app, visit, brief) {
  const known = app.facility(visit?.facility)?.doc ?? brief?.facility;
  return app.multi(known?.name) || visit?.facility_name || app.t('shell.visit');
}
