/**
 * Saving a form without being asked: a draft on every change, a revision when it is worth delivering.
 *
 *   edit ─► draft (encrypted, this tablet only)          on every change, one at a time, the latest wins
 *    └────► revision (sealed, goes to the office)        the first edit; `revise()`: a page left, leaving; 20 s of quiet
 *
 * Owns: the order of writes, the submission's id, and what the screen may say about them (`state`).
 * Must not know: widgets, routes. Keeps: "saved" is said only after the engine's strict transaction.
 *
 * Event: `state`.
 */
import { draftKey } from '../draft_key.js';

/**
 * @typedef {import('../../engine/types.js').Reading} Reading
 * @typedef {{save: (channel: string, fields: any) => Promise<Reading>, saveDraft: (key: string, value: any) => Promise<void>}} Engine
 * @typedef {{path: string, question: string, instances: Record<string, number>}} Place
 * @typedef {object} Setup
 * @property {Engine} engine
 * @property {string} channel
 * @property {import('../../forms/session.js').FormSession} session
 * @property {Record<string, any> | null} document the submission as it was opened; null for a new one
 * @property {() => Place} place
 * @property {() => {title: string, lang: string}} words
 * @property {boolean} [dirty] the draft holds what no revision has
 */

export const QUIET_MS = 20_000;
const RETRY_MS = 4_000;
const HEADER = ['_rev', 'schema', 'class', 'created_at', 'created_by', 'updated_at', 'updated_by', 'device', 'base', 'resolves', 'conflicts'];

/** The version of a form that a submission was begun with, kept while the office may publish another. @param {string} channel @param {string} form @param {string} version */
export function pinKey(channel, form, version) {
  return draftKey(channel, 'form-version', form, version);
}

export class Autosave extends EventTarget {
  /** @type {'saved' | 'saving' | 'failed'} */
  state = 'saved';
  /** @type {any} */
  error = null;
  /** @type {Record<string, any> | null} */
  #document;
  #setup;
  #dirty;
  #complete;
  #edits = 0;
  #draftWaits = false;
  #live = true;
  /** @type {Promise<unknown>} */
  #tail = Promise.resolve();
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #quiet;

  /** @param {Setup} setup */
  constructor(setup) {
    super();
    this.#setup = setup;
    this.#document = setup.document;
    this.#dirty = setup.dirty ?? false;
    this.#complete = Boolean(setup.document?.complete);
    if (this.#dirty) this.#rest();
  }

  /** The submission's id; null before the first edit. @returns {string | null} */
  get id() {
    return this.#document?._id ?? null;
  }

  get complete() {
    return this.#complete;
  }

  /** A person changed something. */
  edited() {
    this.#edits += 1;
    this.#dirty = true;
    this.#become('saving');
    if (this.#document) this.#draft();
    else this.revise();
    this.#rest();
  }

  /** The person went to another question. */
  moved() {
    if (this.#document) this.#draft();
  }

  /**
   * Makes a revision if there is anything new. Never rejects: a failure is `state`, and the draft stands.
   * @param {{complete?: boolean, always?: boolean}} [options] `always`: even an untouched form gets its document
   * @returns {Promise<string | null>} the submission's id
   */
  async revise({ complete, always = false } = {}) {
    if (complete !== undefined && complete !== this.#complete) {
      this.#complete = complete;
      this.#dirty = true;
    }
    if (this.#dirty || (always && !this.#document)) await this.#queue(() => (this.#dirty || !this.#document ? this.#save() : undefined));
    return this.id;
  }

  /** The screen goes. The last revision is made; the draft no longer says that the form is open. */
  async close() {
    clearTimeout(this.#quiet);
    await this.revise();
    this.#live = false;
    if (this.#document) await this.#queue(() => this.#writeDraft());
  }

  #draft() {
    if (this.#draftWaits) return;
    this.#draftWaits = true;
    this.#queue(async () => {
      this.#draftWaits = false;
      await this.#writeDraft();
      if (!this.#draftWaits) this.#become('saved');
    });
  }

  async #writeDraft() {
    const { engine, channel, session, place } = this.#setup;
    if (!this.#document) return;
    await engine.saveDraft(draftKey(channel, 'form', this.#document._id), {
      form: session.form._id, version: session.form.version, live: this.#live, dirty: this.#dirty, place: place(), ...session.filled,
    });
  }

  async #save() {
    const { engine, channel, session, words } = this.#setup;
    const edits = this.#edits;
    const { title, lang } = words();
    const kept = Object.fromEntries(Object.entries(this.#document ?? { on_paper: null }).filter(([key]) => !HEADER.includes(key)));
    const first = !this.#document;
    const reading = await engine.save(channel, {
      ...kept, type: 'submission', form: session.form._id, form_version: session.form.version, title, lang,
      ...session.content, complete: this.#complete,
    });
    this.#document = reading.doc;
    this.#dirty = edits !== this.#edits;
    if (first) await engine.saveDraft(pinKey(channel, session.form._id, session.form.version), session.form);
    await this.#writeDraft();
    this.#become(this.#dirty ? 'saving' : 'saved', first);
  }

  /** After some quiet the draft becomes a revision. */
  #rest() {
    clearTimeout(this.#quiet);
    this.#quiet = setTimeout(() => this.revise(), QUIET_MS);
  }

  /** @param {() => unknown} task */
  #queue(task) {
    this.#tail = this.#tail.then(task).catch((error) => {
      this.#draftWaits = false;
      this.error = error;
      this.#become('failed');
      if (!this.#live || error?.code === 'locked') return;
      clearTimeout(this.#quiet);
      this.#quiet = setTimeout(() => { this.#dirty = true; this.revise(); }, RETRY_MS);
    });
    return this.#tail;
  }

  /** @param {'saved' | 'saving' | 'failed'} state @param {boolean} [anyway] tell it even if it is not new: there is an id now */
  #become(state, anyway = false) {
    if (this.state === state && state !== 'failed' && !anyway) return;
    this.state = state;
    if (state !== 'failed') this.error = null;
    this.dispatchEvent(new Event('state'));
  }
}
