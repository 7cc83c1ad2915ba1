/** Strings of the room forms. */
/** @type {import('../i18n.js').Strings} */
export default {};
