// A photo and its covered copy: which of the two is kept how, and what pointed at the old one.
//
// Owns the order that loses nothing and shows nothing: first the untouched picture is durable for the key holders
// (custody class), then the copy that others see, then what pointed at the old photo points at the copy, and last
// the photo that others could open is erased. A stop in between leaves both, never neither.

/**
 * @typedef {import('./picture.js').Picture} Picture
 * @typedef {import('../../engine/client.js').EngineClient} Engine
 * @typedef {import('../../engine/types.js').Reading} Reading
 */

/** What a withdrawal says that erases a photo because a covered copy took its place. */
export const REDACTION = 'redaction';

/** What of a photo's circumstances its copy carries on. */
const CIRCUMSTANCES = ['at', 'interview', 'submission', 'question', 'place', 'theme', 'caption', 'imported'];

/**
 * The untouched picture, for key holders only. It says nothing of where and of what: its copy does.
 * @param {Engine} engine
 * @param {string} channel
 * @param {Picture} picture
 * @param {{at: string, interview?: string | null, imported?: boolean}} about
 * @returns {Promise<string>} its id; durable
 */
export async function keepOriginal(engine, channel, { bytes, mime, width, height }, { at, interview = null, imported = false }) {
  const reading = await engine.addMedium(channel, { kind: 'original', mime, width, height, at, interview, imported }, bytes.slice(0));
  return reading.doc._id;
}

/**
 * Puts a covered copy in the place of a photo that is stored already.
 * @param {Engine} engine
 * @param {string} channel
 * @param {Record<string, any>} photo its document
 * @param {Picture} before
 * @param {Picture} marked
 * @param {{me: string, reason: string}} by
 * @returns {Promise<string>} id of the copy
 */
export async function replacePhoto(engine, channel, photo, before, marked, { me, reason }) {
  // A copy of a copy: the untouched picture is sealed already.
  const original = photo.original ?? await keepOriginal(engine, channel, before, /** @type {any} */ (photo));
  const fields = Object.fromEntries(CIRCUMSTANCES.map((name) => [name, photo[name] ?? null]));
  const { bytes, mime, width, height } = marked;
  const copy = await engine.addMedium(channel, {
    ...fields, imported: Boolean(photo.imported), kind: 'photo', mime, width, height, original,
  }, bytes.slice(0));
  const id = copy.doc._id;
  const readings = await engine.list(channel, ['note', 'submission', 'finding']);
  for (const doc of pointingAnew(readings, photo._id, id, me)) await engine.save(channel, doc);
  // No interview is named: nobody took a consent back.
  await engine.withdraw(channel, { interview: null, use: REDACTION, erases: [photo._id], reason });
  return id;
}

/**
 * Documents that name a photo, naming its copy instead. Notes and forms are their author's; a finding is the team's.
 * @param {Reading[]} readings
 * @param {string} from
 * @param {string} to
 * @param {string} me
 * @returns {Record<string, any>[]} only those that change
 */
export function pointingAnew(readings, from, to, me) {
  return readings.filter(({ doc, erased }) => !erased && (doc.type === 'finding' || doc.created_by === me))
    .map(({ doc }) => pointed(doc, from, to)).filter((doc) => doc !== null);
}

/** @param {Record<string, any>} doc @param {string} from @param {string} to @returns {Record<string, any> | null} null: it does not name it */
function pointed(doc, from, to) {
  const other = (/** @type {string} */ id) => (id === from ? to : id);
  if (doc.type === 'finding') return doc.evidence?.includes(from) ? { ...doc, evidence: doc.evidence.map(other) } : null;
  if (doc.type === 'note') {
    const paper = doc.on_paper?.photo === from ? { on_paper: { ...doc.on_paper, photo: to } } : null;
    return paper || doc.media?.includes(from) ? { ...doc, media: (doc.media ?? []).map(other), ...paper } : null;
  }
  const files = Object.entries(/** @type {Record<string, string>} */ (doc.files ?? {}));
  return files.some(([, id]) => id === from) ? { ...doc, files: Object.fromEntries(files.map(([name, id]) => [name, other(id)])) } : null;
}

/**
 * Photos that were erased because a covered copy took their place.
 * @param {Reading[]} readings
 * @returns {Set<string>}
 */
export function replacedPhotos(readings) {
  return new Set(readings.filter(({ doc }) => doc.type === 'withdrawal' && doc.use === REDACTION).flatMap(({ doc }) => doc.erases ?? []));
}

/**
 * Originals that stand behind a copy: the copy is what is listed.
 * @param {Reading[]} readings
 * @returns {Set<string>}
 */
export function originalsBehind(readings) {
  return new Set(readings.filter(({ doc, erased }) => doc.type === 'medium' && doc.original && !erased).map(({ doc }) => doc.original));
}
