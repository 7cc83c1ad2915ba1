// The dedicated worker: takes requests, hands them to the engine, sends back what comes of them.
//
// Owns: the dispatch and nothing else. A request names a method of the list below; anything else is
// refused. Keys stay on this side: no result holds one.

import { Engine } from './engine.js';
import { describeError, EngineError } from './errors.js';
import { MEDIA_METHODS } from './media/methods.js';

const METHODS = new Set([
  'status', 'suggestPassphrase', 'enrol', 'unlock', 'lock', 'setPin', 'lockForPin', 'unlockWithPin', 'changePassphrase',
  'leaveFacility', 'quickDelete', 'takeOver', 'save', 'settle', 'versions', 'saveSealed', 'openSealed', 'get', 'list', 'listAll', 'saveDraft', 'draft',
  'dropDraft', 'drafts', 'setMeta', 'meta', 'channels', 'createVisit', 'ledger', 'deliver', 'pull',
  'releasable', 'release', 'exportUndelivered', 'wake',
]);

const MEDIA = new Set(MEDIA_METHODS);

/** What a dedicated worker's scope has and the page's types do not say. */
const scope = /** @type {{postMessage: (message: any, transfer?: Transferable[]) => void}} */ (/** @type {unknown} */ (self));

/** @type {Promise<Engine> | null} */
let engine = null;

/**
 * @param {string} method
 * @param {any[]} args
 */
async function answer(method, args) {
  if (method === 'start') {
    engine ??= Engine.start(args[0], (event, detail) => scope.postMessage({ event, detail }));
    await engine;
    return undefined;
  }
  if (!engine || !(METHODS.has(method) || MEDIA.has(method))) throw new EngineError('refused', method);
  const started = await engine;
  return /** @type {any} */ (MEDIA.has(method) ? started.media : started)[method](...args);
}

self.addEventListener('message', async (event) => {
  const { id, method, args } = event.data;
  try {
    const result = await answer(method, args);
    const bytes = result?.bytes instanceof ArrayBuffer ? [result.bytes] : [];
    scope.postMessage({ id, result }, bytes);
  } catch (error) {
    scope.postMessage({ id, error: describeError(error) });
  }
});

self.addEventListener('online', () => engine?.then((started) => started.wake()).catch(() => {}));
