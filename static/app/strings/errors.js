/** Strings of the room errors. */
/** @type {import('../i18n.js').Strings} */
export default {};
