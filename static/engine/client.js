// All that screens know of the engine: typed messages to the dedicated worker.
//
// Owns: the worker, the numbering of requests, and the events. Knows nothing of keys, storage or the
// network. Contract: docs/engine.md. Buffers given to `appendFrame` and `addMedium` are transferred,
// so the caller's copy is empty afterwards.

import { BackgroundDelivery } from './background_delivery.js';
import { EngineError } from './errors.js';
import { placed } from './listing.js';
import { watchSurroundings } from './surroundings.js';

export { EngineError } from './errors.js';

/**
 * @typedef {import('./types.js').Reading} Reading
 * @typedef {import('./types.js').EngineStatus} EngineStatus
 * @typedef {import('./types.js').Ledger} Ledger
 * @typedef {{resolve: (value: any) => void, reject: (error: Error) => void, rows?: Reading[]}} Waiting
 */


export class EngineClient extends EventTarget {
  /** @type {Worker} */ #worker;
  /** @type {Map<number, Waiting>} */ #waiting = new Map();
  #next = 1;
  #background = new BackgroundDelivery(typeof navigator === 'undefined' ? undefined : navigator.serviceWorker);

  /**
   * Starts the worker and resolves when it answers.
   * @param {{cost?: import('./types.js').KdfCost, files?: 'opfs' | 'idb'}} [options] given by tests only: `cost` of the
   *   key derivation (crypto/passphrase.js), `files` to run on the fallback
   * @returns {Promise<EngineClient>}
   */
  static async start(options = {}) {
    const client = new EngineClient(new Worker(new URL('./worker.js', import.meta.url), { type: 'module' }));
    await client.#call('start', [{ cost: options.cost ?? null, files: options.files ?? null }]);
    client.#listenToPage();
    return client;
  }

  /** @param {Worker} worker */
  constructor(worker) {
    super();
    this.#worker = worker;
    worker.addEventListener('message', (event) => this.#receive(event.data));
    worker.addEventListener('error', (event) => this.#fail(event.message || 'worker'));
  }

  /** The version of the shell that runs, for the office's list of tablets. @param {string} version @returns {Promise<void>} */
  runs(version) { return this.#call('runs', [version]); }

  /** Ends the worker: unlocked keys go with it. */
  close() {
    this.#worker.terminate();
    this.#fail('closed');
  }

  // Vault

  /** @returns {Promise<EngineStatus>} */
  status() { return this.#call('status'); }
  /** @param {string} language @returns {Promise<string[]>} */
  suggestPassphrase(language) { return this.#call('suggestPassphrase', [language]); }
  /** Typed words that are in no list, with those near them that are. @param {string | string[]} words @returns {Promise<{word: string, near: string[]}[]>} */
  strayWords(words) { return this.#call('strayWords', [words]); }
  /** @param {import('./types.js').EnrolRequest} request @returns {Promise<EngineStatus>} */
  enrol(request) {
    // Firefox asks the user, and may never answer: the wish is said, not waited for.
    if (typeof navigator !== 'undefined') navigator.storage?.persist?.().catch(() => {});
    return this.#call('enrol', [request]);
  }
  /** @param {string | string[]} words @returns {Promise<EngineStatus>} */
  unlock(words) { return this.#call('unlock', [words]); }
  /** @returns {Promise<{credential: ArrayBuffer, salt: ArrayBuffer} | null>} what to ask the authenticator with; null where no passkey is set */
  passkey() { return this.#call('passkey'); }
  /**
   * Sets a passkey; all the words are needed. The output of the authenticator is moved to the worker and zeroed there.
   * @param {string | string[]} words @param {{credential: ArrayBuffer, salt: ArrayBuffer, prf: ArrayBuffer}} passkey
   * @returns {Promise<void>}
   */
  addPasskey(words, passkey) { return this.#call('addPasskey', [words, passkey], [passkey.prf]); }
  /** @returns {Promise<void>} the words alone open from now on */
  removePasskey() { return this.#call('removePasskey'); }
  /** By the first words and the passkey. @param {string | string[]} words @param {ArrayBuffer} prf moved @returns {Promise<EngineStatus>} */
  unlockWithPasskey(words, prf) { return this.#call('unlockWithPasskey', [words, prf], [prf]); }
  /** @returns {Promise<EngineStatus>} */
  lock() { return this.#call('lock'); }
  /** @param {string} pin @returns {Promise<EngineStatus>} */
  setPin(pin) { return this.#call('setPin', [pin]); }
  /** @returns {Promise<EngineStatus>} */
  lockForPin() { return this.#call('lockForPin'); }
  /** @param {string} pin @returns {Promise<EngineStatus>} `wrong-pin` carries `{left}` tries */
  unlockWithPin(pin) { return this.#call('unlockWithPin', [pin]); }
  /** @param {string | string[]} old @param {string | string[]} words @returns {Promise<EngineStatus>} */
  changePassphrase(old, words) { return this.#call('changePassphrase', [old, words]); }
  /** Whether the words are still known; locks nothing. @param {string | string[]} words @returns {Promise<void>} */
  rehearse(words) { return this.#call('rehearse', [words]); }
  /** @returns {Promise<EngineStatus>} */
  leaveFacility() { return this.#call('leaveFacility'); }
  /** @returns {Promise<EngineStatus>} */
  quickDelete() { return this.#call('quickDelete'); }
  /** @returns {Promise<EngineStatus>} */
  takeOver() { return this.#call('takeOver'); }
  /** @param {string} name as the status lists it @returns {Promise<EngineStatus>} */
  chooseVault(name) { return this.#call('chooseVault', [name]); }
  /** A place for one more person: the status says `none`. @returns {Promise<EngineStatus>} */
  addVault() { return this.#call('addVault'); }
  /** What the locked screen shows of the open vault. @param {string} label @returns {Promise<EngineStatus>} */
  nameVault(label) { return this.#call('nameVault', [label]); }
  /** @param {{words: string[], initial: string, language: string}} request @returns {Promise<EngineStatus>} */
  startProvisional(request) { return this.#call('startProvisional', [request]); }
  /** @param {{code: string, root?: string}} request @returns {Promise<EngineStatus>} */
  confirmVault(request) { return this.#call('confirmVault', [request]); }

  // Documents

  /** @param {string} channel @param {Record<string, any>} fields @returns {Promise<Reading>} */
  save(channel, fields) { return this.#call('save', [channel, fields]); }
  /**
   * A person's choice between versions: a value for every conflicting field. `seen`: the revisions chosen between.
   * @param {string} channel @param {string} id @param {Record<string, any>} choices @param {string[] | null} [seen]
   * @returns {Promise<Reading>}
   */
  settle(channel, id, choices, seen = null) { return this.#call('settle', [channel, id, choices, seen]); }
  /** @param {string} channel @param {string} id @returns {Promise<{rev: string, doc: any}[]>} what a conflict is between, whole; the winner first */
  versions(channel, id) { return this.#call('versions', [channel, id]); }
  /** Offers what this tablet wrote once more, under a new envelope. @param {string} channel @param {string} id @returns {Promise<void>} sealed, not yet delivered */
  sendAgain(channel, id) { return this.#call('sendAgain', [channel, id]); }
  /** @param {string} channel @param {Record<string, any>} fields @param {any} secret @returns {Promise<Reading>} */
  saveSealed(channel, fields, secret) { return this.#call('saveSealed', [channel, fields, secret]); }
  /** @param {string} channel @param {string} id @returns {Promise<any>} the secret */
  openSealed(channel, id) { return this.#call('openSealed', [channel, id]); }
  /** @param {string} channel @param {string} id @returns {Promise<Reading | null>} */
  get(channel, id) { return this.#call('get', [channel, id]); }
  /** @param {string} channel @param {string | string[]} type @returns {Promise<Reading[]>} oldest first */
  list(channel, type) { return this.#callForRows('list', [channel, type]); }
  /** @param {string | string[]} type @returns {Promise<Reading[]>} over all channels */
  listAll(type) { return this.#callForRows('listAll', [type]); }
  /** @param {string} key @param {any} value @returns {Promise<void>} */
  saveDraft(key, value) { return this.#call('saveDraft', [key, value]); }
  /** @param {string} key @returns {Promise<any>} null where there is none */
  draft(key) { return this.#call('draft', [key]); }
  /** @param {string} key @returns {Promise<void>} */
  dropDraft(key) { return this.#call('dropDraft', [key]); }
  /** @param {string} prefix @returns {Promise<{key: string, value: any}[]>} */
  drafts(prefix) { return this.#call('drafts', [prefix]); }
  /** @param {string} key @param {any} value @returns {Promise<void>} */
  setMeta(key, value) { return this.#call('setMeta', [key, value]); }
  /** @param {string} key @returns {Promise<any>} null where there is none */
  meta(key) { return this.#call('meta', [key]); }
  /** @returns {Promise<{channel: string, visit: Reading | null}[]>} visits' channels, newest first */
  channels() { return this.#call('channels'); }
  /** @param {Record<string, any>} fields @returns {Promise<Reading>} */
  createVisit(fields) { return this.#call('createVisit', [fields]); }

  // Media

  /** @param {string} channel @param {Record<string, any>} fields @returns {Promise<{id: string}>} */
  startMedium(channel, fields) { return this.#call('startMedium', [channel, fields]); }
  /** @param {string} id @param {ArrayBuffer} buffer @returns {Promise<void>} */
  appendFrame(id, buffer) { return this.#call('appendFrame', [id, buffer], [buffer]); }
  /** @param {string} id @param {Record<string, any>} [fields] @returns {Promise<Reading>} */
  finishMedium(id, fields = {}) { return this.#call('finishMedium', [id, fields]); }
  /** @param {string} id @returns {Promise<Reading>} */
  interruptMedium(id) { return this.#call('interruptMedium', [id]); }
  /** @param {string} id @returns {Promise<Reading>} */
  eraseMedium(id) { return this.#call('eraseMedium', [id]); }
  /** @param {string} channel @param {Record<string, any>} fields @param {ArrayBuffer} buffer @returns {Promise<Reading>} */
  addMedium(channel, fields, buffer) { return this.#call('addMedium', [channel, fields, buffer], [buffer]); }
  /** @param {string} channel @param {string} id @returns {Promise<{mime: string, bytes: ArrayBuffer}>} */
  readMedium(channel, id) { return this.#call('readMedium', [channel, id]); }
  /**
   * What a player must know before it asks for frames.
   * @param {string} channel @param {string} id
   * @returns {Promise<{mime: string, kind: string, frames: number, durationMs: number | null}>}
   */
  describeMedium(channel, id) { return this.#call('describeMedium', [channel, id]); }
  /** @param {string} channel @param {string} id @param {number} from @param {number} count @returns {Promise<{bytes: ArrayBuffer}>} */
  readFrames(channel, id, from, count) { return this.#call('readFrames', [channel, id, from, count]); }
  /** @param {string} channel @param {import('./types.js').WithdrawRequest} request @returns {Promise<Reading>} */
  withdraw(channel, request) { return this.#call('withdraw', [channel, request]); }

  /** @returns {Promise<{rule: import('./types.js').UploadRule, network: 'metered' | 'unmetered' | 'unknown', allowed: boolean, later: {chunks: number, bytes: number}, releaseAfterDays: number | null}>} */
  uploads() { return this.#call('uploads'); }
  /** @param {import('./types.js').UploadRule} rule @returns {Promise<void>} which networks large media may use */
  setUploadRule(rule) { return this.#call('setUploadRule', [rule]); }
  /** Large media may go over whatever network there is, for an hour. @returns {Promise<void>} */
  allowUploads() { return this.#call('allowUploads'); }
  /** @param {number | null} days verified media are freed by themselves so many days after their receipt; null: never @returns {Promise<void>} */
  setReleaseRule(days) { return this.#call('setReleaseRule', [days]); }

  // Delivery

  /** @param {string} [channel] @returns {Promise<Ledger>} */
  ledger(channel) { return this.#call('ledger', [channel ?? null]); }
  /** @returns {Promise<EngineStatus>} when this round is over */
  deliver() { return this.#call('deliver'); }
  /** @returns {Promise<EngineStatus>} when this round is over */
  pull() { return this.#call('pull'); }
  /** @param {string} channel @returns {Promise<{bytes: number, items: string[]}>} */
  releasable(channel) { return this.#call('releasable', [channel]); }
  /** @param {string} channel @returns {Promise<{bytes: number, items: string[]}>} what was freed */
  release(channel) { return this.#call('release', [channel]); }
  /** @returns {Promise<{name: string, file: Blob}>} */
  exportUndelivered() { return this.#call('exportUndelivered'); }
  /** @param {Blob} file what another tablet exported @returns {Promise<import('./replication/courier.js').Taken>} */
  importCarried(file) { return this.#call('importCarried', [file]); }
  /** @returns {Promise<{device: string, envelopes: number, received: number, bytes: number}[]>} by the tablet it is from */
  carried() { return this.#call('carried'); }
  /** @returns {Promise<{name: string, file: Blob}>} receipts of what was carried */
  exportReceipts() { return this.#call('exportReceipts'); }
  /** @param {Blob} file what a courier or the office brings back @returns {Promise<{received: number}>} */
  importReceipts(file) { return this.#call('importReceipts', [file]); }

  /**
   * @param {string} method
   * @param {any[]} [args]
   * @param {Transferable[]} [transfer]
   * @returns {Promise<any>}
   */
  #call(method, args = [], transfer = []) {
    const id = this.#next;
    this.#next += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      try {
        this.#worker.postMessage({ id, method, args }, transfer);
      } catch (error) {
        this.#waiting.delete(id);
        reject(new EngineError('bad-document', error instanceof Error ? error.message : String(error)));
      }
    });
  }

  /** @param {string} method @param {any[]} args @returns {Promise<Reading[]>} what came in parts, without empty places */
  async #callForRows(method, args) {
    return (await this.#call(method, args) ?? []).filter(Boolean);
  }

  /** @param {any} message */
  #receive(message) {
    if (message.event) {
      this.dispatchEvent(new CustomEvent(message.event, { detail: message.detail }));
      if (message.event === 'status') this.#background.look(message.detail);
      return;
    }
    const waiting = this.#waiting.get(message.id);
    if (!waiting) return;
    if (message.part) {
      waiting.rows = placed(message.part, waiting.rows);
      return;
    }
    this.#waiting.delete(message.id);
    if (message.error) waiting.reject(new EngineError(message.error.code, message.error.detail));
    else waiting.resolve(waiting.rows ?? message.result);
  }

  /** @param {string} detail */
  #fail(detail) {
    for (const waiting of this.#waiting.values()) waiting.reject(new EngineError('refused', detail));
    this.#waiting.clear();
  }

  /** A worker learns of the network, but not of the page going out of sight, nor of the battery. */
  #listenToPage() {
    if (typeof document === 'undefined') return;
    const wake = () => { if (document.visibilityState === 'visible') this.#call('wake').catch(() => {}); };
    document.addEventListener('visibilitychange', wake);
    window.addEventListener('online', wake);
    window.addEventListener('focus', wake);
    watchSurroundings({ document, navigator: /** @type {any} */ (navigator) }, (now) => {
      this.#call('surroundings', [now]).catch(() => {});
      if (now.hidden) this.#background.hidden();
    });
  }
}
