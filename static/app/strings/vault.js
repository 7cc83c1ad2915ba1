/** Strings of the room vault. */
/** @type {import('../i18n.js').Strings} */
export default {};
