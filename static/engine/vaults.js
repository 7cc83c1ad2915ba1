// The vaults of one browser: one a person, one open at a time.
//
//   chosen (locked) ⇄ unlocked        the engine of the vault that is chosen
//      │ chooseVault, addVault        only while nothing is unlocked: the keys of two people never lie together
//      ▼
//   another's engine
//
// Owns: the register, the change from one vault's engine to another's, and delivery for those that are not
// chosen. Knows nothing of what is in a vault. What the service worker does while the app is closed, this does
// while it is open: whoever shares the tablet, everybody's sealed work leaves it.

import { STANDARD_COST } from './crypto/passphrase.js';
import { Engine } from './engine.js';
import { EngineError } from './errors.js';
import { Owner } from './owner.js';
import { confirmVault, makeProvisional } from './provisional.js';
import { deliverVault } from './replication/announcement.js';
import { UPLOADER_LOCK, whatWaits } from './replication/delivery.js';
import { Gateway } from './replication/gateway.js';
import { IN_SIGHT, paceOf } from './replication/pace.js';
import { Schedule } from './replication/schedule.js';
import { openRegisterRows, Register } from './store/register.js';
import { rotateLog } from './store/rotation.js';
import { openOutbox, openStorage, removeStorage } from './store/storage.js';

/** @typedef {import('./types.js').EngineStatus} EngineStatus */

export const VAULT_METHODS = ['chooseVault', 'addVault', 'nameVault', 'enrol', 'quickDelete', 'takeOver', 'startProvisional', 'confirmVault'];

const OTHERS_EVERY_MS = 30_000;
const LONGEST_LABEL = 40;

export class Vaults {
  /** @type {Engine} */ current;
  #between = false;
  /** As the page last told. */ #around = IN_SIGHT;
  /** @type {Map<string, {documents: number, chunks: number}>} what waits in the vaults that are not chosen */ #waiting = new Map();

  /**
   * @param {{cost: import('./types.js').KdfCost | null, files: 'opfs' | 'idb' | null}} options
   * @param {(event: string, detail: any) => void} emit
   * @returns {Promise<Vaults>}
   * @throws {EngineError} `storage-refused`
   */
  static async start(options, emit) {
    const now = () => Date.now();
    const vaults = new Vaults(options, emit, now);
    try {
      vaults.register = new Register(await openRegisterRows(), now);
      await vaults.register.load();
      if (vaults.register.vaults.length > 0) await rotateLog();
      vaults.current = await vaults.#engineOf((await vaults.register.last()).name);
    } catch (error) {
      // A newer app has been here: its database does not open, and nothing was changed.
      if (error instanceof Error && error.name === 'VersionError') throw new EngineError('newer-version', { what: 'database' });
      throw new EngineError('storage-refused', error instanceof Error ? error.name : undefined);
    }
    await vaults.#begin(await vaults.owner.claim());
    return vaults;
  }

  /**
   * @param {{cost: import('./types.js').KdfCost | null, files: 'opfs' | 'idb' | null}} options
   * @param {(event: string, detail: any) => void} emit
   * @param {() => number} now
   */
  constructor(options, emit, now) {
    this.options = options;
    // What is between two vaults is no state that a screen could show.
    this.emit = (/** @type {string} */ event, /** @type {any} */ detail) => { if (!this.#between) emit(event, detail); };
    this.now = now;
    this.owner = new Owner(() => this.current.forget(), () => this.#owning());
    this.pace = () => paceOf(this.#around);
    this.others = new Schedule(() => this.#deliverOthers(), OTHERS_EVERY_MS, this);
    /** @type {Register} */ this.register = /** @type {any} */ (null);
    this.current = /** @type {any} */ (null);
  }

  /** What the status says of all vaults. */
  about() {
    const { name } = this.current;
    return {
      provisional: this.register.get(name)?.provisional ?? false,
      vaults: this.register.vaults.map((entry) => ({
        name: entry.name, label: entry.label, number: entry.order, provisional: entry.provisional,
        chosen: entry.name === name, ...this.#waitingIn(entry.name),
      })),
    };
  }

  /** @param {string} name of a vault that is not chosen */
  #waitingIn(name) {
    const { documents, chunks } = this.#waiting.get(name) ?? { documents: 0, chunks: 0 };
    return { waiting: documents, unsent: documents + chunks > 0 };
  }

  /** @param {string} name @returns {Promise<EngineStatus>} */
  async chooseVault(name) {
    this.#requireLocked();
    if (!this.register.get(name)?.made) throw new EngineError('no-vault', name);
    await this.#turnTo(name);
    return this.current.status();
  }

  /** A place for one more person; the screen of the first start follows. @returns {Promise<EngineStatus>} */
  async addVault() {
    this.#requireLocked();
    await this.#turnTo((await this.register.vacant()).name);
    return this.current.status();
  }

  /** What is shown of the open vault on the locked screen. @param {string} label @returns {Promise<EngineStatus>} */
  async nameVault(label) {
    this.current.vault.session;
    await this.register.change(this.current.name, { label: String(label).trim().slice(0, LONGEST_LABEL) });
    return this.current.status();
  }

  /** @param {import('./types.js').EnrolRequest} request @returns {Promise<EngineStatus>} */
  async enrol(request) {
    await this.current.enrol(request);
    await this.#made({ provisional: false, label: String(request.label ?? '').trim().slice(0, LONGEST_LABEL) });
    return this.current.status();
  }

  /**
   * For words that were forgotten: a second vault beside the one that stays closed.
   * @param {{words: string | string[], initial: string, language: string}} request
   * @returns {Promise<EngineStatus>}
   */
  async startProvisional(request) {
    this.#requireLocked();
    const left = this.current.storage.database;
    const from = { device: await left.get('public', 'device'), keyset: await left.get('public', 'keyset'), upload: await left.get('public', 'upload') };
    const label = this.register.get(this.current.name)?.label ?? '';
    if (!from.device || !from.upload) throw new EngineError('no-vault');
    const before = this.current.name;
    this.#between = true;
    try {
      await this.#turnTo((await this.register.vacant()).name);
      await makeProvisional(this.current.vault, from, request, this.now());
      await this.#made({ provisional: true, label });
      await this.current.opened();
    } catch (error) {
      if (!this.current.vault.exists) await this.#turnTo(before);
      throw error;
    } finally {
      this.#between = false;
      this.current.tell();
    }
    return this.current.status();
  }

  /** A code from the office makes a provisional vault an ordinary one. @param {{code: string, root?: string}} request @returns {Promise<EngineStatus>} */
  async confirmVault(request) {
    // What waits goes first: captured before the office knew of the device, it is let in by the confirmation.
    await this.current.deliver().catch(() => {});
    await confirmVault(this.current.vault.session, this.current.gateway, request, { userAgent: navigator.userAgent });
    await this.register.change(this.current.name, { provisional: false });
    this.current.wake();
    return this.current.status();
  }

  /** @returns {Promise<EngineStatus>} */
  async quickDelete() {
    const { name } = this.current;
    await this.current.quickDelete();
    await this.register.remove(name);
    this.current.close();
    await removeStorage(name);
    await this.#turnTo((await this.register.last()).name);
    return this.current.status();
  }

  /** @returns {Promise<EngineStatus>} */
  async takeOver() {
    await this.owner.takeOver();
    await this.#owning();
    return this.current.status();
  }

  /** This tab owns the vaults now: they stand as the tab before it left them. */
  async #owning() {
    await this.register.load();
    await this.#turnTo((await this.register.last()).name);
  }

  /** The network is back, or the page is in sight again. */
  wake() {
    this.current.wake();
    this.others.wake();
  }

  /** What is around the page: in sight again, or on the charger again, is at once. @param {import('./replication/pace.js').Surroundings} now */
  surroundings(now) {
    const before = this.pace();
    this.#around = now;
    // Whatever becomes of a page that is out of sight, the service worker goes on with what was saved.
    if (now.hidden) this.current.storage.database.drain().catch(() => {});
    if (this.pace() < before) this.wake();
  }

  /** @param {Partial<import('./store/register.js').Entry>} change */
  async #made(change) {
    await this.register.change(this.current.name, { ...change, made: true, chosen: this.now() });
    this.current.tell();
  }

  #requireLocked() {
    if (!this.owner.held) throw new EngineError('not-owner');
    if (this.current.vault.heldSession) throw new EngineError('refused', 'a vault is open');
  }

  /** @param {string} name */
  async #engineOf(name) {
    const { cost, files } = this.options;
    const storage = await openStorage(files ? { files } : {}, name);
    return new Engine(storage, {
      name, owner: this.owner, about: () => this.about(), cost: cost ?? STANDARD_COST, now: this.now, pace: this.pace, emit: this.emit,
    });
  }

  /** @param {string} name */
  async #turnTo(name) {
    const { version } = this.current.gateway;
    this.current.close();
    this.current = await this.#engineOf(name);
    this.current.gateway.version = version;
    await this.#begin(this.owner.held);
  }

  /** @param {boolean} owns */
  async #begin(owns) {
    // Acknowledged, and the browser was killed: rows need no key to be copied. What hinders it, unlocking tells.
    if (owns) await this.current.storage.database.recover().catch(() => {});
    await (owns ? this.current.own() : this.current.look());
    const { name, vault } = this.current;
    const entry = this.register.get(name);
    // Cut short between a vault and its row, or between an erased vault and its row.
    if (owns && entry && (entry.made !== vault.exists || vault.exists)) await this.register.change(name, { made: vault.exists, chosen: vault.exists ? this.now() : 0 });
    if (owns) this.others.start();
    this.current.tell();
  }

  /** @returns {Promise<import('./replication/schedule.js').Outcome>} */
  async #deliverOthers() {
    if (!this.owner.held) return { failed: false, again: false };
    const others = this.register.vaults.filter(({ name }) => name !== this.current.name);
    if (others.length === 0) return { failed: false, again: true };
    let failed = false;
    // Of their own: nonces are a device's, and the vault that is chosen goes on meanwhile.
    const gateway = new Gateway((path, init) => fetch(path, init), this.now);
    gateway.version = this.current.gateway.version;
    for (const { name } of others) {
      const { database, slice } = await openOutbox(name);
      try {
        const { documents, chunks } = await whatWaits(database);
        if (documents + chunks > 0) {
          const round = await navigator.locks.request(UPLOADER_LOCK, () => deliverVault(database, slice, gateway));
          failed ||= round.connection !== 'online';
        }
        this.#waiting.set(name, await whatWaits(database));
      } finally {
        database.close();
      }
    }
    this.current.tell();
    return { failed, again: true };
  }
}
