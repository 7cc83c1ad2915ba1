/** Strings of the room home. */
/** @type {import('../i18n.js').Strings} */
export default {};
