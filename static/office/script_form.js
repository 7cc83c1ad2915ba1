/**
 * Forms that only their script can send: a passphrase in them must never reach the server by the browser's own way.
 *
 * Owns the moment from which such a form may be used. Its `<fieldset data-script disabled>` stands in the page as
 * the server made it; what is pressed before the script is there does nothing.
 */

/** @param {HTMLFormElement} form whose listeners are in place */
export function ready(form) {
  for (const fields of /** @type {NodeListOf<HTMLFieldSetElement>} */ (form.querySelectorAll('fieldset[data-script]'))) fields.disabled = false;
}
