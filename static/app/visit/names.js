/**
 * What a visit's facility and kind are called on the screens, also where the register and the catalogues are in a
 * vault that stays closed.
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

/**
 * @param {import('../context.js').App} app @param {any} visit the document
 * @returns {string} empty where no catalogue says it: an id is no word
 */
export function kindName(app, visit) {
  return app.catalogue('visit_kinds').some(({ id }) => id === visit.kind) ? app.label('visit_kinds', visit.kind) : '';
}
