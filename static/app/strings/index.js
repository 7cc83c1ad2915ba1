/** All strings of the tablet, merged from the rooms' modules. A key stands in one room only. */
import capture from './capture.js';
import deliver from './deliver.js';
import errors from './errors.js';
import facilities from './facilities.js';
import forms from './forms.js';
import home from './home.js';
import interviews from './interviews.js';
import library from './library.js';
import onsite from './onsite.js';
import pictures from './pictures.js';
import settings from './settings.js';
import shell from './shell.js';
import vault from './vault.js';
import visit from './visit.js';
import wrapup from './wrapup.js';

/** @type {import('../i18n.js').Strings} */
export const strings = {
  ...shell, ...vault, ...home, ...facilities, ...library, ...visit, ...capture, ...interviews,
  ...forms, ...wrapup, ...deliver, ...onsite, ...pictures, ...settings, ...errors,
};
