/**
 * What becomes of the screens when their visit leaves this tablet: the person was taken off its team, or it
 * was closed and its days are over.
 *
 * Owns only these reactions. What was not delivered stays in the engine and is delivered; what the screen
 * still shows is sealed first, so that a sentence begun in that moment reaches the office too.
 */
import { visitId } from './visit/days.js';

/**
 * Whether every visit that these routes lead through is on the tablet: a way back into one that left meanwhile
 * would end on an empty screen.
 * @param {{get: (channel: string, id: string) => Promise<any>}} engine
 * @param {{params: Record<string, any>}[]} entries
 */
export async function allHere(engine, entries) {
  const channels = new Set(entries.map(({ params }) => params.channel).filter((channel) => typeof channel === 'string'));
  const visits = await Promise.all([...channels].map((channel) => engine.get(channel, visitId(channel)).catch(() => null)));
  return visits.every(Boolean);
}

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
