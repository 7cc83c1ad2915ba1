/**
 * The table of screens: which element shows a route, and the module that defines it.
 *
 * `title` is the key of the bar's text where the screen has no place of its own to name.
 * A route's parameters become properties of its element.
 *
 * @typedef {{tag: string, load: () => Promise<unknown>, title: string}} Route
 */

/** @type {Record<string, Route>} */
export const ROUTES = {
  home: { tag: 'aq-home', load: () => import('./home/home.js'), title: 'shell.home' },
  facilities: { tag: 'aq-facilities', load: () => import('./facilities/list.js'), title: 'shell.facilities' },
  facility: { tag: 'aq-facility', load: () => import('./facilities/card.js'), title: 'shell.facility' },
  library: { tag: 'aq-library', load: () => import('./library/library.js'), title: 'shell.library' },
  article: { tag: 'aq-article', load: () => import('./library/article.js'), title: 'shell.library' },
  visit: { tag: 'aq-visit', load: () => import('./visit/visit.js'), title: 'shell.visit' },
  'new-visit': { tag: 'aq-new-visit', load: () => import('./visit/new.js'), title: 'shell.newVisit' },
  verification: { tag: 'aq-verification', load: () => import('./onsite/verification.js'), title: 'shell.verification' },
  admission: { tag: 'aq-admission', load: () => import('./onsite/admission.js'), title: 'shell.admission' },
  item: { tag: 'aq-item', load: () => import('./onsite/item.js'), title: 'shell.item' },
  note: { tag: 'aq-note', load: () => import('./capture/note.js'), title: 'shell.note' },
  photo: { tag: 'aq-photo', load: () => import('./capture/photo.js'), title: 'shell.photo' },
  sketch: { tag: 'aq-sketch', load: () => import('./capture/sketch.js'), title: 'pictures.sketch' },
  redact: { tag: 'aq-redact', load: () => import('./capture/redact.js'), title: 'pictures.mark' },
  import: { tag: 'aq-import', load: () => import('./capture/import.js'), title: 'pictures.import.add' },
  record: { tag: 'aq-record', load: () => import('./capture/record.js'), title: 'shell.record' },
  interviews: { tag: 'aq-interviews', load: () => import('./interviews/list.js'), title: 'shell.interviews' },
  interview: { tag: 'aq-interview', load: () => import('./interviews/interview.js'), title: 'shell.interview' },
  form: { tag: 'aq-form', load: () => import('./forms/form.js'), title: 'shell.form' },
  finding: { tag: 'aq-finding', load: () => import('./wrapup/finding.js'), title: 'shell.finding' },
  recommendation: { tag: 'aq-recommendation', load: () => import('./wrapup/recommendation.js'), title: 'shell.recommendation' },
  versions: { tag: 'aq-versions', load: () => import('./wrapup/versions.js'), title: 'wrapup.versions' },
  settings: { tag: 'aq-settings', load: () => import('./settings/settings.js'), title: 'shell.settings' },
};
