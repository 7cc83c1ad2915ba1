/** Strings of the room capture. */
/** @type {import('../i18n.js').Strings} */
export default {};
