// How an entry of the timeline reads: one line that says it, one line of circumstances.
//
// Owns: the words and the icon for each kind. Reads labels through the app; draws nothing.

/**
 * @typedef {import('./entries.js').Entry} Entry
 * @typedef {import('../context.js').App} App
 * @typedef {{icon: string, tone: string, title: string, detail: string}} EntryWords
 */

const LONGEST_QUOTE = 160;

/** @type {Record<string, string>} */
const EVENT_ICONS = {
  arrival: 'building', departure: 'exit', access: 'key', admission: 'people', custody_gap: 'tablet', verification: 'check',
  comment: 'interview', finished: 'check', no_tablet: 'tablet',
};

/** @type {Record<string, string>} */
const PICTURE_ICONS = { sketch: 'sketch', original: 'lock' };
/** @type {Record<string, string>} */
const PICTURE_COUNTS = { sketch: 'pictures.entry.sketches', original: 'pictures.entry.originals' };

/** @param {Entry} entry @param {App} app @param {string} me @returns {EntryWords} */
export function entryWords(entry, app, me) {
  const words = entry.erased ? erasedWords(entry, app) : WORDS[entry.kind](entry, app);
  const author = entry.author && entry.author !== me ? app.person(entry.author).name : '';
  return { ...words, detail: [words.detail, author].filter(Boolean).join(' · ') };
}

/** @param {Entry} entry @param {App} app @returns {EntryWords} */
function erasedWords(entry, app) {
  const handle = entry.interview?.handle ?? entry.doc.handle;
  return { icon: 'erase', tone: '', title: app.t(entry.replaced ? 'pictures.entry.replaced' : 'onsite.entry.erased'), detail: handle ? app.t('onsite.entry.interview', { handle }) : '' };
}

/** @type {Record<string, (entry: Entry, app: App) => EntryWords>} */
const WORDS = {
  note: ({ doc, place, theme }, app) => ({
    icon: doc.on_paper ? 'paper' : 'note', tone: '', title: doc.text ? `«${shorten(doc.text)}»` : app.t('onsite.entry.note'),
    detail: circumstances(app, place, theme, doc.source ? app.label('sources', doc.source) : '', doc.on_paper ? app.t('onsite.entry.paper') : ''),
  }),
  photo: ({ doc, place, theme, ids, interview }, app) => ({
    icon: PICTURE_ICONS[doc.kind] ?? 'camera', tone: doc.kind === 'original' ? 'seal' : '',
    title: [app.t(PICTURE_COUNTS[doc.kind] ?? 'onsite.entry.photos', { n: ids.length }), doc.caption].filter(Boolean).join(': '),
    detail: circumstances(app, place, theme, doc.original ? app.t('pictures.entry.marked') : '', doc.imported ? app.t('pictures.entry.imported') : '', interview ? app.t('onsite.entry.interview', { handle: interview.handle }) : ''),
  }),
  document: ({ doc, place, theme }, app) => ({
    icon: 'paper', tone: '', title: [app.t('capture.kind.document'), doc.caption || doc.name].filter(Boolean).join(': '),
    detail: circumstances(app, place, theme, doc.caption ? doc.name ?? '' : '', doc.plain_bytes ? app.formatBytes(doc.plain_bytes) : ''),
  }),
  recording: ({ doc, place, theme, interview }, app) => {
    const length = doc.duration_ms ? app.formatDuration(doc.duration_ms) : '';
    const kind = app.t(`capture.kind.${doc.kind}`);
    const who = interview ? app.t('onsite.entry.interview', { handle: interview.handle ?? '' }) : doc.caption;
    return {
      icon: doc.kind === 'audio' ? 'mic' : doc.kind, tone: 'seal',
      title: [who || kind, length && (who ? app.t('onsite.entry.recorded', { time: length }) : length)].filter(Boolean).join(' · '),
      detail: circumstances(app, place, theme, who ? kind : '', doc.imported ? app.t('pictures.entry.imported') : '', app.t(`onsite.entry.state.${doc.state ?? 'complete'}`)),
    };
  },
  interview: ({ doc }, app) => ({
    icon: 'interview', tone: 'seal', title: app.t('onsite.entry.interview', { handle: doc.handle ?? '' }),
    detail: [app.label('categories', doc.category), doc.summary ? shorten(doc.summary) : app.t('onsite.entry.nosummary')].filter(Boolean).join(' · '),
  }),
  flag: ({ doc, flag }, app) => ({
    icon: 'flag', tone: 'bad', title: app.multi(flag?.label),
    detail: app.t('onsite.entry.flag', { form: app.multi(doc.title) }),
  }),
  event: ({ doc }, app) => eventWords(doc, app),
};

/** @param {Record<string, any>} doc @param {App} app @returns {EntryWords} */
export function eventWords(doc, app) {
  const data = doc.data ?? {};
  const sign = EVENT_ICONS[doc.kind] ?? 'info';
  switch (doc.kind) {
    case 'access':
      return { icon: sign, tone: data.access === 'full' ? 'ok' : 'bad', title: app.t(`onsite.access.${data.access}`), detail: data.reason ?? '' };
    case 'admission': {
      const who = data.subject === 'person' ? app.person(data.who).name : data.who;
      return { icon: data.subject === 'person' ? 'person' : 'tablet', tone: data.admitted ? '' : 'bad', title: app.t(data.admitted ? 'onsite.event.admitted' : 'onsite.event.kept', { who }), detail: data.reason ?? '' };
    }
    case 'custody_gap':
      return { icon: sign, tone: 'bad', title: app.t('onsite.event.gap', { device: data.device ?? '' }), detail: [[app.formatTime(data.from), app.formatTime(data.to)].filter(Boolean).join('–'), data.reason].filter(Boolean).join(' · ') };
    case 'verification':
      return { icon: sign, tone: data.status === 'implemented' ? 'ok' : data.status === 'not' ? 'bad' : '', title: app.t('onsite.event.verification', { status: app.t(`onsite.verify.${data.status}`) }), detail: shorten(data.text ?? '') };
    case 'comment':
      return { icon: sign, tone: '', title: `«${shorten(data.text ?? '')}»`, detail: app.t('onsite.event.comment') };
    default:
      return { icon: sign, tone: '', title: app.has(`onsite.event.${doc.kind}`) ? app.t(`onsite.event.${doc.kind}`) : app.t('onsite.event.other'), detail: shorten(data.text ?? '') };
  }
}

/** @param {App} app @param {string | null} place @param {string | null} theme @param {...string} more */
function circumstances(app, place, theme, ...more) {
  return [place, theme ? app.label('themes', theme) : '', ...more].filter(Boolean).join(' · ');
}

/** @param {string} text */
function shorten(text) {
  return text.length > LONGEST_QUOTE ? `${text.slice(0, LONGEST_QUOTE).trimEnd()}…` : text;
}
