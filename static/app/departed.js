/**
 * What becomes of the screens when their visit leaves this tablet: the person was taken off its team, or it
 * was closed and its days are over.
 *
 * Owns only this one reaction. What was not delivered stays in the engine and is delivered; what the screen
 * still shows is sealed first, so that a sentence begun in that moment reaches the office too.
 */
import { visitId } from './visit/days.js';

/**
 * @param {import('./context.js').App} app
 * @returns {(event: any) => Promise<void>} answers the engine's `changed`
 */
export function departureWatch(app) {
  let leaving = false;
  return async (event) => {
    const channel = app.router.current.params.channel;
    if (leaving || !channel || event.detail?.channel !== channel) return;
    if (await app.engine.get(channel, visitId(channel))) return;
    leaving = true;
    try {
      await app.sealScreens();
      app.router.reset();
      app.notify({ kind: 'wait', text: app.t('visit.departed') });
    } finally {
      leaving = false;
    }
  };
}
