/** Strings of the room onsite. */
/** @type {import('../i18n.js').Strings} */
export default {};
