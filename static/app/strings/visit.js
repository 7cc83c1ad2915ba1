/** Strings of the room visit. */
/** @type {import('../i18n.js').Strings} */
export default {};
