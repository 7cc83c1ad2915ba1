/** Strings of the room deliver. */
/** @type {import('../i18n.js').Strings} */
export default {};
