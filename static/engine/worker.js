// The dedicated worker: takes requests, hands them to the engine, sends back what comes of them.
//
// Owns: the dispatch and nothing else. A request names a method of the list below; anything else is
// refused. Keys stay on this side: no result holds one.

import { describeError, EngineError } from './errors.js';
import { COURIER_METHODS } from './replication/courier.js';
import { MEDIA_METHODS } from './media/methods.js';
import { transferable } from './listing.js';
import { PASSKEY_METHODS } from './passkey_methods.js';
import { VAULT_METHODS, Vaults } from './vaults.js';

const METHODS = new Set([
  'runs', 'status', 'suggestPassphrase', 'strayWords', 'unlock', 'lock', 'setPin', 'lockForPin', 'unlockWithPin', 'changePassphrase', 'rehearse',
  'leaveFacility', 'save', 'settle', 'versions', 'saveSealed', 'openSealed', 'get', 'list', 'listAll', 'saveDraft', 'draft',
  'dropDraft', 'drafts', 'setMeta', 'meta', 'channels', 'createVisit', 'sendAgain', 'ledger', 'deliver', 'pull',
  'releasable', 'release',
]);

const MEDIA = new Set(MEDIA_METHODS);
const COURIER = new Set(COURIER_METHODS);
const PASSKEY = new Set(PASSKEY_METHODS);
const OF_ALL = new Set([...VAULT_METHODS, 'wake', 'surroundings']);

/** What a dedicated worker's scope has and the page's types do not say. */
const scope = /** @type {{postMessage: (message: any, transfer?: Transferable[]) => void}} */ (/** @type {unknown} */ (self));

/** @type {Promise<Vaults> | null} */
let vaults = null;

/**
 * @param {number} id of the request
 * @param {string} method
 * @param {any[]} args
 */
async function answer(id, method, args) {
  if (method === 'start') {
    vaults ??= Vaults.start(args[0], (event, detail) => scope.postMessage({ event, detail }));
    await vaults;
    return undefined;
  }
  if (!vaults || ![METHODS, MEDIA, COURIER, PASSKEY, OF_ALL].some((one) => one.has(method))) throw new EngineError('refused', method);
  const started = await vaults;
  if (OF_ALL.has(method)) return /** @type {any} */ (started)[method](...args);
  const engine = started.current;
  if (method === 'list') return sendList(id, engine, args[0], args[1]);
  if (method === 'listAll') return sendList(id, engine, null, args[0]);
  const part = MEDIA.has(method) ? engine.media : COURIER.has(method) ? engine.courier : PASSKEY.has(method) ? engine.passkey : engine;
  return /** @type {any} */ (part)[method](...args);
}

/**
 * Lists can be long: they go as bytes, which no clone copies, and the page parses the first while the next are read.
 * @param {number} id of the request
 * @param {import('./engine.js').Engine} engine
 * @param {string | null} channel
 * @param {string | string[]} types
 */
function sendList(id, engine, channel, types) {
  return engine.readings.pack(channel, types, (part) => scope.postMessage({ id, part }, transferable(part)));
}

self.addEventListener('message', async (event) => {
  const { id, method, args } = event.data;
  try {
    const result = await answer(id, method, args);
    const bytes = result?.bytes instanceof ArrayBuffer ? [result.bytes] : [];
    scope.postMessage({ id, result }, bytes);
  } catch (error) {
    scope.postMessage({ id, error: describeError(error) });
  }
});

self.addEventListener('online', () => vaults?.then((started) => started.wake()).catch(() => {}));
