/** Strings of the room shell. */
/** @type {import('../i18n.js').Strings} */
export default {};
