// The vault's life: none → unlocked ⇄ locked, and the gate a PIN opens.
//
//            enrol                lock, leaveFacility, five wrong PINs
//   none ───────────► unlocked ─────────────────────────────────────► locked
//     ▲                 │  ▲ ▲                                            │
//     │                 │  │ └─── unlock(words), or first words + passkey ┤
//     │      lockForPin ▼  │ unlockWithPin                                │
//     │                gated (says "locked", keys still in memory)        │
//     └──────────────────────────── quickDelete ◄─────────────────────────┘
//
// Owns: header, vault key, the session and the gate. Knows nothing of documents or the network.

import { subkey } from './crypto/box.js';
import { makeHeader, openHeader } from './crypto/header.js';
import { makePasskey, openPasskey } from './crypto/passkey.js';
import { calibrate, isWeak, strengthen } from './crypto/passphrase.js';
import { canonical, randomBytes, sha256, toHex, utf8, concat } from './crypto/wire.js';
import { EngineError } from './errors.js';
import { Session } from './session.js';
import { readHeader, readPasskey, wipeHeader, wipePasskey, writeHeader, writePasskey } from './store/header_file.js';

/**
 * @typedef {import('./store/storage.js').Storage} Storage
 * @typedef {import('./types.js').KdfCost} KdfCost
 */

const PIN_TRIES = 5;
const SHORTEST_PIN = 4;

export class Vault {
  /** @type {Session | null} */ #session = null;
  /** @type {{salt: Uint8Array, hash: string, left: number} | null} */ #pin = null;
  #gated = false;
  /** The header's place is exclusive: one at a time. @type {Promise<unknown>} */ #reading = Promise.resolve();
  exists = false;

  /**
   * @param {Storage} storage
   * @param {{cost: KdfCost, now: () => number}} options
   */
  constructor(storage, options) {
    this.storage = storage;
    this.options = options;
  }

  /** Looks whether there is one. */
  async find() {
    this.exists = Boolean(await this.storage.database.get('public', 'device'));
  }

  /** @returns {'none' | 'locked' | 'unlocked'} */
  get state() {
    if (!this.exists) return 'none';
    return this.#session && !this.#gated ? 'unlocked' : 'locked';
  }

  get pinReady() {
    return Boolean(this.#session && this.#pin);
  }

  /** @returns {Session} @throws {EngineError} `no-vault`, `locked` */
  get session() {
    if (!this.exists) throw new EngineError('no-vault');
    if (!this.#session || this.#gated) throw new EngineError('locked');
    return this.#session;
  }

  /** The session even behind the PIN's gate: a recording goes on there. @returns {Session | null} */
  get heldSession() {
    return this.#session;
  }

  /**
   * The cost of a new header here. Slow: before anything is begun that cannot wait.
   * @returns {Promise<{memoryKib: number, passes: number}>}
   */
  calibrate() {
    return calibrate(this.options.cost, this.options.now);
  }

  /**
   * @param {{words: string | string[], cost: {memoryKib: number, passes: number}}} secret
   * @param {any} self account, device, signing key, key set
   * @param {import('./store/database.js').Write[]} writes public rows, in the first transaction
   */
  async create(secret, self, writes) {
    const vaultKey = randomBytes(32);
    const vaultId = randomBytes(16);
    await this.#withHeader(async (place) => {
      await writeHeader(place, await makeHeader({ vaultKey, vaultId, generation: 1, ...secret }), 0);
      await wipePasskey(place);
    });
    const session = await this.#openSession(vaultKey, vaultId);
    await session.create(self, writes);
    vaultKey.fill(0);
    this.#session = session;
    this.exists = true;
  }

  /**
   * @param {string | string[]} words
   * @param {import('./crypto/wire.js').Bytes | null} [prf] what the passkey's authenticator gave: then the first words are enough
   * @throws {EngineError} `no-vault`, `wrong-passphrase`, `wrong-passkey`, `vault-damaged`
   */
  async unlock(words, prf = null) {
    if (!this.exists) throw new EngineError('no-vault');
    const { header, slot } = await this.#header();
    const began = this.options.now();
    const vaultKey = prf ? await this.#openByPasskey(words, prf) : await openHeader(header, words);
    const took = this.options.now() - began;
    // Whoever knows the words has no need of the PIN; the session in memory keeps its custody keys.
    if (this.#session) {
      this.#gated = false;
      vaultKey.fill(0);
      return;
    }
    const session = await this.#openSession(vaultKey, header.vaultId);
    if (!prf && isWeak(this.options.cost, header.cost, took)) {
      const cost = strengthen(this.options.cost, header.cost, took);
      // The words fit all the same: what cannot be made stronger now is made so at a later unlock.
      await this.#wrap({ vaultKey, header, slot, words, cost }).catch(() => {});
    }
    vaultKey.fill(0);
    try {
      await session.load();
    } catch (error) {
      await session.close();
      throw error;
    }
    this.#session = session;
    this.#gated = false;
  }

  /** What was set with the old words opens no more: a passkey is gone with them. @param {string | string[]} old @param {string | string[]} words */
  async changePassphrase(old, words) {
    const { header, slot } = await this.#header();
    const vaultKey = await openHeader(header, old);
    await this.#withHeader(wipePasskey);
    const cost = await this.calibrate();
    const stronger = { memoryKib: Math.max(cost.memoryKib, header.cost.memoryKib), passes: Math.max(cost.passes, header.cost.passes) };
    await this.#wrap({ vaultKey, header, slot, words, cost: stronger });
    vaultKey.fill(0);
  }

  /**
   * A new header of the same vault, in place of the one that is there.
   * @param {{vaultKey: import('./crypto/wire.js').Bytes, header: import('./crypto/header.js').Header, slot: number,
   *   words: string | string[], cost: {memoryKib: number, passes: number}}} what
   */
  async #wrap({ vaultKey, header, slot, words, cost }) {
    const bytes = await makeHeader({ vaultKey, vaultId: header.vaultId, generation: header.generation + 1, words, cost });
    await this.#withHeader((place) => writeHeader(place, bytes, 1 - slot));
  }

  /** Whether the words are known; opens and drops nothing. @param {string | string[]} words @throws {EngineError} `wrong-passphrase` */
  async rehearse(words) {
    const { header } = await this.#header();
    (await openHeader(header, words)).fill(0);
  }

  /** What the page asks the authenticator with. @returns {Promise<{credential: ArrayBuffer, salt: ArrayBuffer} | null>} null where no passkey is set */
  async passkey() {
    if (!this.exists) return null;
    const record = await this.#withHeader(readPasskey);
    return record && { credential: record.credential.buffer, salt: record.prfSalt.buffer };
  }

  /**
   * A second way in, beside the words. They are asked for: the vault key is not kept while the vault is open.
   * @param {string | string[]} words all of them
   * @param {{credential: import('./crypto/wire.js').Bytes, prfSalt: import('./crypto/wire.js').Bytes, prf: import('./crypto/wire.js').Bytes}} passkey
   * @throws {EngineError} `locked`, `wrong-passphrase`, `passkey-unsupported`
   */
  async addPasskey(words, passkey) {
    this.session;
    const { header } = await this.#header();
    const vaultKey = await openHeader(header, words);
    const bytes = await makePasskey({ vaultKey, vaultId: header.vaultId, words, cost: header.cost, ...passkey });
    vaultKey.fill(0);
    await this.#withHeader((place) => writePasskey(place, bytes));
  }

  /** @throws {EngineError} `locked` */
  async removePasskey() {
    this.session;
    await this.#withHeader(wipePasskey);
  }

  /** @param {string | string[]} words @param {import('./crypto/wire.js').Bytes} prf */
  async #openByPasskey(words, prf) {
    const record = await this.#withHeader(readPasskey);
    if (!record) throw new EngineError('wrong-passkey');
    return openPasskey(record, words, prf);
  }

  /** @param {string} pin */
  async setPin(pin) {
    if (!this.#session || this.#gated) throw new EngineError('locked');
    if (typeof pin !== 'string' || pin.length < SHORTEST_PIN) throw new EngineError('refused', 'short pin');
    const salt = randomBytes(16);
    this.#pin = { salt, hash: await hashPin(salt, pin), left: PIN_TRIES };
  }

  /** Keys stay in memory, behind the PIN. @throws {EngineError} `pin-gone` where none was set */
  gate() {
    if (!this.pinReady) throw new EngineError('pin-gone');
    this.#gated = true;
  }

  /**
   * @param {string} pin
   * @throws {EngineError} `pin-gone`, or `wrong-pin` with the tries left
   */
  async unlockWithPin(pin) {
    if (!this.#session || !this.#pin) throw new EngineError('pin-gone');
    const guard = this.#pin;
    guard.left -= 1;
    if (await hashPin(guard.salt, String(pin)) === guard.hash) {
      guard.left = PIN_TRIES;
      this.#gated = false;
      return;
    }
    if (guard.left > 0) throw new EngineError('wrong-pin', { left: guard.left });
    await this.drop();
    throw new EngineError('pin-gone');
  }

  /** Drops every key. */
  async drop() {
    const session = this.#session;
    this.#session = null;
    this.#pin = null;
    this.#gated = false;
    await session?.close();
  }

  /** The header first: what follows may be cut short. @param {() => Promise<unknown>} [end] what still works with the keys */
  async destroy(end = async () => {}) {
    await this.#withHeader(wipeHeader).catch(() => {});
    await end().catch(() => {});
    await this.drop();
    this.exists = false;
    await this.storage.destroy();
  }

  /** @param {import('./crypto/wire.js').Bytes} vaultKey @param {import('./crypto/wire.js').Bytes} vaultId */
  async #openSession(vaultKey, vaultId) {
    const key = await subkey(vaultKey, vaultId, 'slots');
    await this.storage.database.begin();
    return new Session(this.storage, { slots: await this.storage.place('slots'), key });
  }

  async #header() {
    try {
      return await this.#withHeader(readHeader);
    } catch (error) {
      // There is a device but no header: it was lost or wiped.
      if (error instanceof EngineError && error.code === 'no-vault') throw new EngineError('vault-damaged', 'header');
      throw error;
    }
  }

  /**
   * @template T
   * @param {(place: import('./store/place.js').Place) => Promise<T>} work
   * @returns {Promise<T>}
   */
  #withHeader(work) {
    const turn = this.#reading.then(async () => {
      const place = await this.storage.place('header');
      try {
        return await work(place);
      } finally {
        place.close();
      }
    });
    this.#reading = turn.catch(() => {});
    return turn;
  }
}

/** @param {Uint8Array} salt @param {string} pin */
async function hashPin(salt, pin) {
  return toHex(await sha256(concat(salt, utf8(canonical(pin)))));
}
