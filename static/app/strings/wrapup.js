/** Strings of the room wrapup. */
/** @type {import('../i18n.js').Strings} */
export default {};
