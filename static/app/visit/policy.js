/**
 * Who may lead, seen from the tablet; the gateway decides in the end. Pure.
 */

/** Whether the account may start and lead visits. @param {any} status the engine's */
export function mayLead(status) {
  return ['leader', 'analyst'].includes(status?.account?.role);
}

/** Whether it leads this visit. @param {any} status @param {any} visit the document */
export function leads(status, visit) {
  return Boolean(status?.account?.id) && visit?.leader === status.account.id;
}
