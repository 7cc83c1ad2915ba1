// The engine as the page sees it: one method per line of docs/engine.md.
//
// Owns: which method is allowed in which state, status and events, and the two schedules. What a method
// does is its module's business.

import { strayWords, suggestPassphrase } from './crypto/words.js';
import { enrol } from './enrolment.js';
import { EngineError } from './errors.js';
import { MediaMethods } from './media/methods.js';
import { Opened } from './opened.js';
import { PasskeyMethods } from './passkey_methods.js';
import { deliverVault } from './replication/announcement.js';
import { Delivery, UPLOADER_LOCK, whatWaits } from './replication/delivery.js';
import { Courier, dropCarried } from './replication/courier.js';
import { release } from './replication/departure.js';
import { Gateway, Refusal, Unreachable } from './replication/gateway.js';
import { readLedger, readReleasable } from './replication/ledger.js';
import { Reporter } from './replication/report.js';
import { Schedule } from './replication/schedule.js';
import { Vault } from './vault.js';

/**
 * @typedef {import('./types.js').EngineStatus} EngineStatus
 * @typedef {import('./types.js').KdfCost} KdfCost
 */

const DELIVER_EVERY_MS = 10_000;
const PULL_EVERY_MS = 25_000;
/** What is saved within this time may still be superseded instead of being sent twice. */
const GATHER_MS = 400;
const TELL_MS = 100;

export class Engine {
  /** @type {import('./types.js').Connection} */ #connection = 'online';
  /** @type {string | null} */ #lastDelivery = null;
  /** @type {{documents: number, chunks: number, bytes: number}} */ #waiting = { documents: 0, chunks: 0, bytes: 0 };
  /** @type {{persisted: boolean, freeBytes: number | null}} */ #room = { persisted: false, freeBytes: null };
  /** @type {{id: string, label: string} | null} */ #device = null;
  /** @type {Opened | null} */ #opened = null;
  /** @type {ReturnType<typeof setTimeout> | null} */ #telling = null;
  #revoked = false;
  #rootMismatch = false;
  #closed = false;

  /**
   * @param {import('./store/storage.js').Storage} storage
   * @param {{name: string, owner: import('./owner.js').Owner, about: () => {provisional: boolean, vaults: import('./types.js').VaultEntry[]},
   *   cost: KdfCost, now: () => number, pace?: () => number, emit: (event: string, detail: any) => void}} options `about`: the vaults beside this one
   */
  constructor(storage, options) {
    this.storage = storage;
    this.options = options;
    this.name = options.name;
    this.owner = options.owner;
    this.gateway = new Gateway((path, init) => fetch(path, init), options.now);
    this.vault = new Vault(storage, options);
    this.media = new MediaMethods({
      open: () => this.#open, held: () => this.#held, recordings: () => this.#opened?.recordings ?? null,
      database: storage.database, gateway: this.gateway, now: options.now, wake: () => this.deliveries.wake(),
    });
    this.passkey = new PasskeyMethods(this, () => this.#requireOwner());
    this.courier = new Courier(storage, { now: options.now, require: () => this.#requireOwner(), taken: () => this.#settle().then(() => this.deliveries.wake(GATHER_MS)) });
    this.delivery = new Delivery(storage.database, storage.files.slice, this.gateway, (progress) => options.emit('progress', progress), this.media.around);
    this.reporter = new Reporter(storage.database, this.gateway);
    this.deliveries = new Schedule(() => this.#deliverOnce(), DELIVER_EVERY_MS, options);
    this.pulls = new Schedule(() => this.#pullOnce(), PULL_EVERY_MS, options);
  }

  /** Which shell runs, as the page knows: told to the office. @param {string} version */
  runs(version) { this.gateway.version = version; }

  // Vault

  /** @returns {EngineStatus} */
  status() {
    const session = this.vault.state === 'unlocked' ? this.vault.session : null;
    return {
      vault: this.vault.state,
      pinReady: this.vault.pinReady,
      account: session?.self.account ?? null, root: session?.self.root ?? null,
      device: this.#device && { id: this.#device.id, name: this.#device.label },
      waiting: this.#waiting,
      connection: this.#connection,
      lastDelivery: this.#lastDelivery,
      clockOffsetMs: this.gateway.clockOffset,
      storage: { kind: this.storage.files.kind, ...this.#room, nearlyFull: this.storage.ballast.isNearlyFull(this.#room.freeBytes) },
      otherTab: !this.owner.held,
      recordings: this.#opened?.recordings.count ?? 0,
      damaged: this.vault.heldSession?.damaged ?? 0,
      revoked: this.#revoked,
      rootMismatch: this.#rootMismatch,
      ...this.options.about(),
    };
  }

  /** @param {string} language */
  suggestPassphrase(language) { return suggestPassphrase(language); }

  /** @param {string | string[]} words @returns {Promise<{word: string, near: string[]}[]>} compared with the public lists only */
  strayWords(words) { return strayWords(words); }

  /** @param {import('./types.js').EnrolRequest} request */
  async enrol(request) {
    this.#requireOwner();
    await enrol(this.vault, this.gateway, request, { now: this.options.now, userAgent: navigator.userAgent });
    this.#connection = 'online';
    await this.opened();
    return this.status();
  }

  /** A vault was made here and is open. */
  async opened() {
    await this.look();
    await this.#begin();
  }

  /** @param {string | string[]} words @param {Uint8Array<ArrayBuffer> | null} [prf] */
  async unlock(words, prf = null) {
    this.#requireOwner();
    await this.vault.unlock(words, prf);
    if (!this.#opened) await this.#begin();
    this.#tell();
    return this.status();
  }

  async lock() {
    this.#requireOwner();
    await this.forget();
    this.options.emit('locked', {});
    return this.status();
  }

  /** @param {string} pin */
  async setPin(pin) {
    await this.vault.setPin(pin);
    this.#tell();
    return this.status();
  }

  lockForPin() {
    this.vault.gate();
    this.options.emit('locked', {});
    this.#tell();
    return this.status();
  }

  /** @param {string} pin */
  async unlockWithPin(pin) {
    try {
      await this.vault.unlockWithPin(pin);
    } catch (error) {
      if (error instanceof EngineError && error.code === 'pin-gone') await this.forget();
      throw error;
    } finally {
      this.#tell();
    }
    return this.status();
  }

  /** @param {string | string[]} old @param {string | string[]} words */
  async changePassphrase(old, words) {
    this.#requireOwner();
    await this.vault.changePassphrase(old, words);
    return this.status();
  }

  /** @param {string | string[]} words */
  async rehearse(words) { if (this.#session) await this.vault.rehearse(words); }
  leaveFacility() { return this.lock(); }

  async quickDelete() {
    this.#requireOwner();
    this.pulls.stop();
    this.deliveries.stop();
    await this.vault.destroy(async () => this.#opened?.recordings.interruptAll());
    this.#opened = null;
    await this.look();
    this.options.emit('locked', {});
    return this.status();
  }

  // Documents

  /** @param {string} channel @param {any} fields */
  save(channel, fields) { return this.#open.writing.save(channel, fields); }
  /** @param {string} channel @param {string} id @param {any} choices @param {string[] | null} seen */
  settle(channel, id, choices, seen) { return this.#open.writing.settle(channel, id, choices, seen); }
  /** @param {string} channel @param {string} id */
  versions(channel, id) { return this.readings.versions(channel, id); }
  /** @param {string} channel @param {any} fields @param {any} secret */
  saveSealed(channel, fields, secret) { return this.#open.writing.saveSealed(channel, fields, secret); }
  /** @param {string} channel @param {string} id */
  openSealed(channel, id) { return this.#open.writing.openSealed(channel, id); }
  /** @param {string} channel @param {string} id */
  get(channel, id) { return this.readings.get(channel, id); }
  /** @param {string} channel @param {string | string[]} type */
  list(channel, type) { return this.readings.list(channel, type); }
  /** @param {string | string[]} type */
  listAll(type) { return this.readings.list(null, type); }
  channels() { return this.readings.channels(); }
  /** @param {any} fields */
  createVisit(fields) { return this.#open.writing.createVisit(fields); }
  /** Offers a version once more under a new envelope. @param {string} channel @param {string} id */ sendAgain(channel, id) { return this.#open.writing.offerAgain(channel, id); }
  /** @param {string} k @param {any} v */
  saveDraft(k, v) { return this.#session.commit([{ t: 'draft', k, v: v ?? null }]); }
  /** @param {string} key */
  draft(key) { return this.#session.records.drafts.get(key) ?? null; }
  /** @param {string} k */
  async dropDraft(k) { if (this.#session.records.drafts.has(k)) await this.#session.commit([{ t: 'draft', k }]); }
  /** @param {string} prefix */
  drafts(prefix) {
    const found = [...this.#session.records.drafts].filter(([key]) => key.startsWith(prefix));
    return found.map(([key, value]) => ({ key, value }));
  }
  /** @param {string} k @param {any} v */
  setMeta(k, v) { return this.#session.commit([{ t: 'meta', k, v: v ?? null }]); }
  /** @param {string} key */
  meta(key) { return this.#session.records.meta.get(key) ?? null; }

  // Delivery

  /** @param {string | null} channel */
  ledger(channel) { return readLedger(this.#session, channel); }
  /** @param {string} channel */
  releasable(channel) { return readReleasable(this.#session, channel); }
  /** @param {string} channel */
  release(channel) { return release(this.#session, this.gateway, channel); }
  async deliver() {
    this.#requireOwner();
    await this.deliveries.run();
    return this.status();
  }
  async pull() {
    this.#session;
    await this.pulls.run();
    return this.status();
  }
  /** The network is back, or the page is in sight again. */
  wake() {
    this.deliveries.wake();
    this.pulls.wake();
  }

  /** @returns {Opened} */
  get #open() {
    this.#requireOwner();
    this.vault.session;
    return /** @type {Opened} */ (this.#opened);
  }

  /** @returns {Opened} also behind the PIN's gate */
  get #held() {
    this.#requireOwner();
    if (!this.#opened) throw new EngineError('locked');
    return this.#opened;
  }

  get readings() { return this.#session.readings; }

  get #session() {
    this.#requireOwner();
    return this.vault.session;
  }

  #requireOwner() {
    if (!this.owner.held) throw new EngineError('not-owner');
  }

  /** This tab owns the vault: what waits is delivered, locked or not. */
  async own() {
    await this.look();
    this.deliveries.start();
  }

  /** Another vault is turned to. */
  close() {
    this.deliveries.stop();
    this.pulls.stop();
    if (this.#telling) clearTimeout(this.#telling);
    this.#closed = true;
    this.storage.database.close();
  }

  /** What is known without any key. */
  async look() {
    await this.vault.find();
    this.#device = await this.storage.database.get('public', 'device') ?? null;
    await this.#count();
  }

  async #count() {
    this.#waiting = await whatWaits(this.storage.database);
    this.#room = await this.storage.estimate();
    this.#tell();
  }

  /** The vault was just opened. */
  async #begin() {
    const opened = new Opened(this.vault.session, {
      now: this.options.now,
      gateway: this.gateway,
      changed: (channel, ids) => { if (ids.length > 0) this.options.emit('changed', { channel, ids }); },
      // Counting reads every row that waits: that is left to the round of delivery, which comes soon.
      waiting: ({ documents, bytes }) => {
        const { documents: had, bytes: size, chunks } = this.#waiting;
        this.#waiting = { documents: had + documents, bytes: size + bytes, chunks };
        this.deliveries.wake(GATHER_MS);
        this.#tell();
      },
      status: () => this.#tell(),
    });
    this.#opened = opened;
    await opened.settle();
    await this.#count();
    this.deliveries.start();
    this.pulls.start();
    // Neither is waited for: the screen is.
    opened.session.compact(false).catch(() => {}).then(() => this.storage.ballast.restore());
  }

  /** Every key goes. */
  async forget() {
    this.pulls.stop();
    const opened = this.#opened;
    if (opened) await opened.end();
    this.#opened = null;
    await this.vault.drop();
    this.#tell();
  }

  /** @returns {Promise<import('./replication/schedule.js').Outcome>} */
  async #deliverOnce() {
    if (!this.vault.exists) return { failed: false, again: false };
    const round = await navigator.locks.request(UPLOADER_LOCK, { ifAvailable: true }, (lock) => (
      lock ? deliverVault(this.storage.database, this.storage.files.slice, this.gateway, this.delivery) : null));
    if (!round) return { failed: false, again: true };
    // Where the office lets a withdrawn tablet deliver, it is withdrawn all the same: only reading says it no longer is.
    this.#note(round.connection, round.revoked || this.#revoked);
    if (round.connection === 'online' && !round.revoked) await this.reporter.tell();
    if (round.receipts > 0) this.#lastDelivery = new Date(this.options.now()).toISOString();
    await dropCarried(this.storage.database, this.storage.files);
    await this.#settle();
    return { failed: round.connection !== 'online', again: round.left > 0, retryAfterMs: round.retryAfterMs };
  }

  /** Receipts have come. Wakes no round: within one, what may not go yet would make it run for ever. */
  async #settle() {
    await Promise.all([this.#opened?.absorb(), this.storage.ballast.restore(false)]);
    await this.#count();
  }

  /** @returns {Promise<import('./replication/schedule.js').Outcome>} */
  async #pullOnce() {
    const opened = this.#opened;
    if (!opened) return { failed: false, again: false };
    try {
      await opened.pull.round();
      this.#note('online', false, false);
      return { failed: false, again: true };
    } catch (error) {
      if (error instanceof EngineError && error.code === 'locked') return { failed: false, again: false };
      if (error instanceof Unreachable) {
        this.#note(error.connection, this.#revoked);
        return { failed: true, again: true, retryAfterMs: error.retryAfterMs };
      }
      const foreign = error instanceof EngineError && error.code === 'root-mismatch';
      if (!foreign && !(error instanceof Refusal)) throw error;
      this.#note('online', foreign ? this.#revoked : error.code === 'device-revoked', foreign);
      return { failed: true, again: true };
    }
  }

  /** @param {import('./types.js').Connection} connection @param {boolean} revoked @param {boolean} [rootMismatch] known of reading only */
  #note(connection, revoked, rootMismatch = this.#rootMismatch) {
    if (this.#connection === connection && this.#revoked === revoked && this.#rootMismatch === rootMismatch) return;
    const back = connection === 'online' && this.#connection !== 'online';
    this.#connection = connection;
    this.#revoked = revoked;
    this.#rootMismatch = rootMismatch;
    this.#tell();
    // Whichever noticed first that the way is open again, what waited longer need not wait on.
    if (back) {
      this.deliveries.wake(GATHER_MS);
      this.pulls.wake(GATHER_MS);
    }
  }

  /** The page is told, soon. */
  tell() { this.#tell(); }

  /** Tells the page, not more often than it can be read. */
  #tell() {
    if (this.#closed) return;
    this.#telling ??= setTimeout(() => {
      this.#telling = null;
      this.options.emit('status', this.status());
    }, TELL_MS);
  }
}
