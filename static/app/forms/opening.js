/**
 * From a route to an open form: which submission, which version of the form, what the draft still holds.
 *
 * Owns the choice between a new form, a resumed draft, a stored revision and plain reading. Must not draw.
 */
import { FormError, FormSession } from '../../forms/session.js';
import { draftKey } from '../draft_key.js';
import { pinKey } from './autosave.js';

/**
 * @typedef {object} Opened
 * @property {import('../../forms/session.js').FormDocument | null} form null: this version is not on the tablet
 * @property {FormSession | null} session null: only the stored answers can be read
 * @property {Record<string, any> | null} document the submission
 * @property {any} draft
 * @property {boolean} readonly
 * @property {string | null} problem code of what kept the form from opening
 */

/**
 * @param {any} engine
 * @param {{channel: string, form?: string | null, submission?: string | null, me: string, language: string}} wish
 * @returns {Promise<Opened>}
 */
export async function openForm(engine, { channel, form, submission, me, language }) {
  const id = submission || await interrupted(engine, channel, form ?? '');
  const document = id ? (await engine.get(channel, id))?.doc ?? null : null;
  const readonly = Boolean(document && document.created_by !== me);
  const draft = id && !readonly ? await engine.draft(draftKey(channel, 'form', id)).catch(() => null) : null;
  const formId = document?.form ?? form;
  const version = draft?.version ?? document?.form_version ?? null;
  /** @type {Opened} */
  const opened = { form: null, session: null, document, draft, readonly, problem: null };
  opened.form = await formOf(engine, channel, formId, version);
  if (!opened.form) {
    const known = await engine.get('reference', formId).catch(() => null);
    return { ...opened, form: known?.doc ?? null, problem: known ? 'other-version' : 'no-form' };
  }
  const filled = draft?.xml ? draft : document?.xml ? document : null;
  try {
    opened.session = await FormSession.open(opened.form, { filled, language });
  } catch (error) {
    if (!(error instanceof FormError)) throw error;
    return { ...opened, problem: error.code };
  }
  return opened;
}

/** A form that a crash or a lock interrupted, of the same kind and by the same person. @param {any} engine @param {string} channel @param {string} form @returns {Promise<string | null>} */
async function interrupted(engine, channel, form) {
  const prefix = draftKey(channel, 'form', '');
  const drafts = await engine.drafts(prefix).catch(() => []);
  const found = drafts.filter((/** @type {any} */ { value }) => value?.form === form && value.live);
  return found.length ? found[found.length - 1].key.slice(prefix.length) : null;
}

/** The form in the version asked for: as published now, or as kept when the submission was begun. @param {any} engine @param {string} channel @param {string} id @param {string | null} version */
async function formOf(engine, channel, id, version) {
  const published = (await engine.get('reference', id).catch(() => null))?.doc ?? null;
  if (published && (version === null || published.version === version)) return published;
  return version === null ? null : await engine.draft(pinKey(channel, id, version)).catch(() => null);
}
