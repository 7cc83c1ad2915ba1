/** Strings of the room facilities. */
/** @type {import('../i18n.js').Strings} */
export default {};
