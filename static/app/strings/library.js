/** Strings of the room library. */
/** @type {import('../i18n.js').Strings} */
export default {};
