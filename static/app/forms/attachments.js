/**
 * Photos, recordings and videos of a form: which medium belongs to which question, and how it looks here.
 *
 * Owns: taking over media that the capture screens made for a question, and object URLs of photos (revoked at
 * the end). Must not know: how a medium is captured or encrypted.
 */
import { isUpload } from '../../forms/tree.js';

const EXTENSIONS = { image: 'jpg', audio: 'webm', video: 'webm' };
/** @type {Record<string, string>} */
const BY_MIME = { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp', 'audio/mp4': 'm4a', 'video/mp4': 'mp4', 'audio/webm': 'webm', 'video/webm': 'webm' };

export class Attachments {
  /** @type {Map<string, any>} medium documents by id */
  #media = new Map();
  /** @type {Map<string, {url: string | null, problem: string | null}>} */
  #pictures = new Map();
  #app;
  #channel;
  #redraw;

  /** @param {any} app @param {string} channel @param {() => void} redraw */
  constructor(app, channel, redraw) {
    this.#app = app;
    this.#channel = channel;
    this.#redraw = redraw;
  }

  /**
   * Reads the visit's media; those taken for a question of this submission become its answer.
   * @param {import('../../forms/session.js').FormSession} session
   * @param {string | null} submission
   * @param {boolean} readonly
   */
  async follow(session, submission, readonly) {
    const readings = await this.#app.engine.list(this.#channel, 'medium');
    this.#media = new Map(readings.map((/** @type {any} */ reading) => [reading.doc._id, reading]));
    if (!submission || readonly) return;
    for (const { doc, erased } of readings) {
      if (doc.submission !== submission || !doc.question || erased || session.holds(doc._id) || session.detached.has(doc._id)) continue;
      const node = session.node(doc.question);
      if (node && isUpload(node) && node.currentState.relevant) session.attach(node, nameOf(doc), doc._id);
    }
  }

  /** What a widget shows of a medium. @param {string} id */
  look(id) {
    const reading = this.#media.get(id);
    if (!reading) return null;
    const { doc } = reading;
    const picture = doc.kind === 'photo' && !reading.erased ? this.#picture(id) : null;
    return {
      at: this.#app.formatTime(doc.at), size: doc.bytes ? this.#app.formatBytes(doc.bytes) : '',
      duration: doc.duration_ms ? this.#app.formatDuration(doc.duration_ms) : '',
      picture: picture?.url ?? null,
      problem: reading.erased ? this.#app.t('forms.erased') : picture?.problem ?? null,
    };
  }

  /** @param {string} id */
  #picture(id) {
    const known = this.#pictures.get(id);
    if (known) return known;
    const entry = { url: /** @type {string | null} */ (null), problem: /** @type {string | null} */ (null) };
    this.#pictures.set(id, entry);
    this.#app.engine.readMedium(this.#channel, id).then(
      (/** @type {{mime: string, bytes: ArrayBuffer}} */ { mime, bytes }) => {
        // Opened only after it was let go of, by leaving or a lock: nobody would let go of it again.
        if (this.#pictures.get(id) === entry) entry.url = URL.createObjectURL(new Blob([bytes], { type: mime }));
      },
      (/** @type {any} */ error) => { entry.problem = this.#app.explain(error).what; },
    ).finally(this.#redraw);
    return entry;
  }

  /** Lets go of every picture. */
  close() {
    for (const { url } of this.#pictures.values()) if (url) URL.revokeObjectURL(url);
    this.#pictures.clear();
  }
}

/** A file name that no other attachment has. @param {any} doc */
export function nameOf(doc) {
  const kind = doc.kind === 'photo' || doc.kind === 'sketch' ? 'image' : doc.kind;
  const extension = BY_MIME[String(doc.mime).split(';')[0]] ?? EXTENSIONS[/** @type {'image'} */ (kind)] ?? 'bin';
  const question = String(doc.question ?? '').split('/').pop() || 'file';
  return `${question}-${doc._id.split(':').pop().toLowerCase()}.${extension}`;
}

