/** Strings of the room settings. */
/** @type {import('../i18n.js').Strings} */
export default {};
