// Taking consent back: says what it destroys, then has it destroyed.
//
// Owns: the question to the person, and the two records of the answer. The engine does the destroying.

import { consentState, erasedBy } from './consents.js';

/** @typedef {import('../capture/channel_element.js').ChannelElement} Screen */
/** @typedef {import('./consents.js').Use} Use */
/** @typedef {import('../../engine/types.js').Reading} Reading */

/**
 * @param {Screen} screen for its app, its channel and its words
 * @param {{_id: string, handle: string}} interview
 * @param {Use} use
 * @returns {Promise<boolean>} whether it was taken back
 */
export async function withdrawConsent(screen, interview, use) {
  const { app, channel } = screen;
  const readings = await app.engine.list(channel, ['medium', 'identity', 'testimony', 'note', 'interview', 'consent', 'withdrawal']);
  const standing = readings.filter((/** @type {Reading} */ reading) => !reading.erased);
  const erases = erasedBy(use, interview._id, standing.map((/** @type {Reading} */ reading) => reading.doc));
  const things = erases.filter((id) => id !== interview._id);
  const take = app.recorder?.take;
  if (take && things.includes(take.id)) {
    app.notify({ kind: 'wait', text: screen.t('interviews.withdraw.running') });
    return false;
  }
  const text = `interviews.withdraw.${use}.text`;
  const sure = await app.confirm({
    title: screen.t(`interviews.withdraw.${use}.title`, { handle: interview.handle }),
    text: screen.t(things.length === 0 && app.has(`${text}.none`) ? `${text}.none` : text, { n: things.length }),
    yes: screen.t(erases.length ? 'interviews.withdraw.erase' : 'interviews.withdraw.stop'),
    no: screen.t('interviews.withdraw.no'), danger: true,
  });
  if (!sure) return false;
  const done = await screen.attempt(async () => {
    await app.engine.withdraw(channel, {
      interview: interview._id, use, erases, reason: screen.t('interviews.withdraw.reason'),
    });
    const records = await app.engine.list(channel, ['consent', 'withdrawal']);
    if (consentState(records.map((/** @type {Reading} */ reading) => reading.doc), interview._id)[use] !== false) {
      await app.engine.save(channel, { type: 'consent', interview: interview._id, use, given: false, at: new Date().toISOString() });
    }
    return true;
  });
  if (!done) return false;
  app.notify({ kind: 'ok', text: screen.t(erases.length ? 'interviews.withdraw.erased' : 'interviews.withdraw.stopped') });
  return true;
}
