// Which vaults this browser holds.
//
// Owns: a small public list, one row a vault: its random name, what its person chose to be shown on the locked
// screen (nothing, unless they chose), when it was made. No account, no device, no key: those are in each
// vault's own database. A row without `made` is a place prepared for a vault that is not there yet.

import { openDB } from '../../vendor/idb.js';

const REGISTER_DATABASE = 'aigaq-register';
const VERSION = 1;

/**
 * @typedef {object} Entry
 * @property {string} name random; names the vault's database and folder
 * @property {string} label as its person chose; may be empty
 * @property {number} order of making, from 1
 * @property {boolean} made
 * @property {boolean} provisional not yet confirmed by the office
 * @property {number} chosen when it was last turned to, ms
 */

/**
 * @typedef {object} Rows
 * @property {() => Promise<Entry[]>} all
 * @property {(entry: Entry) => Promise<void>} put
 * @property {(name: string) => Promise<void>} remove
 */

/** @returns {Promise<Rows>} */
export async function openRegisterRows() {
  const db = /** @type {any} */ (await openDB(REGISTER_DATABASE, VERSION, {
    upgrade(fresh) { fresh.createObjectStore('vaults', { keyPath: 'name' }); },
    blocking: (_current, _blocked, event) => /** @type {any} */ (event.target).close(),
  }));
  /** @param {(store: any) => Promise<unknown>} work */
  const write = async (work) => {
    const transaction = db.transaction('vaults', 'readwrite', { durability: 'strict' });
    await Promise.all([work(transaction.objectStore('vaults')), transaction.done]);
  };
  return {
    all: () => db.getAll('vaults'),
    put: (entry) => write((store) => store.put(entry)),
    remove: (name) => write((store) => store.delete(name)),
  };
}

/** @returns {Promise<string[]>} names of all vaults; for a service worker */
export async function vaultNames() {
  return (await (await openRegisterRows()).all()).map(({ name }) => name);
}

export class Register {
  /** @type {Entry[]} */ #entries = [];

  /**
   * @param {Rows} rows
   * @param {() => number} now
   */
  constructor(rows, now) {
    this.rows = rows;
    this.now = now;
  }

  /** Reads it anew: another tab may have changed it. */
  async load() {
    this.#entries = (await this.rows.all()).sort((a, b) => a.order - b.order);
  }

  /** @returns {Entry[]} those that hold a vault, oldest first */
  get vaults() {
    return this.#entries.filter((entry) => entry.made);
  }

  /** @param {string} name @returns {Entry | null} */
  get(name) {
    return this.#entries.find((entry) => entry.name === name) ?? null;
  }

  /** @returns {Promise<Entry>} the vault that was turned to last; a place for one where there is none */
  async last() {
    const newest = [...this.vaults].sort((a, b) => b.chosen - a.chosen)[0];
    return newest ?? this.vacant();
  }

  /** @returns {Promise<Entry>} a place for a new vault; what was prepared and left is used again */
  async vacant() {
    const left = this.#entries.find((entry) => !entry.made);
    if (left) return left;
    const name = Array.from(crypto.getRandomValues(new Uint8Array(8)), (byte) => byte.toString(16).padStart(2, '0')).join('');
    const order = 1 + Math.max(0, ...this.#entries.map((entry) => entry.order));
    const entry = { name, label: '', order, made: false, provisional: false, chosen: 0 };
    await this.rows.put(entry);
    this.#entries.push(entry);
    return entry;
  }

  /** @param {string} name @param {Partial<Entry>} change */
  async change(name, change) {
    const entry = this.get(name);
    if (!entry) return;
    const changed = { ...entry, ...change };
    await this.rows.put(changed);
    this.#entries[this.#entries.indexOf(entry)] = changed;
  }

  /** @param {string} name */
  async remove(name) {
    await this.rows.remove(name);
    this.#entries = this.#entries.filter((entry) => entry.name !== name);
  }
}
