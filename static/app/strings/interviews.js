/** Strings of the room interviews. */
/** @type {import('../i18n.js').Strings} */
export default {};
