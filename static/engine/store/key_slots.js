// Keys that must be destroyable: content keys of group-class media and the log's own keys.
//
// Owns: slots of 192 bytes in a file overwritten in place. A slot is a box under the vault's `slots`
// subkey over `id length u8 ‖ id ‖ key (32) ‖ zeros`; an empty slot is random bytes, so the number of
// keys does not show. Erasing overwrites a slot and flushes: afterwards nobody with the vault's words
// opens what it protected. Custody keys never come here.

import { concat, randomBytes, text, utf8 } from '../crypto/wire.js';
import { open, seal } from '../crypto/box.js';

/** @typedef {import('../crypto/wire.js').Bytes} Bytes */

const SLOT = 192;
const CONTENT = SLOT - 28;
const ID_LIMIT = CONTENT - 33;
/** The file grows by this many slots at once. */
const PAGE = 64;

export class KeySlots {
  /** @type {Map<string, {slot: number, key: Bytes}>} */ #keys = new Map();
  /** @type {number[]} */ #free = [];
  #slots = 0;
  /** @type {Promise<unknown>} one change after another: slots are chosen before they are written */
  #turn = Promise.resolve();

  /**
   * @param {import('./place.js').Place} place
   * @param {CryptoKey} key the vault's `slots` subkey
   */
  constructor(place, key) {
    this.place = place;
    this.key = key;
  }

  /** Reads all slots; those that do not open are free. */
  async load() {
    this.#slots = Math.floor(this.place.size() / SLOT);
    const bytes = this.place.read(0, this.#slots * SLOT);
    await Promise.all(Array.from({ length: this.#slots }, async (_, slot) => {
      try {
        const content = await open(this.key, bytes.slice(slot * SLOT, (slot + 1) * SLOT), `slot/${slot}`);
        const id = text(content.subarray(1, 1 + content[0]));
        this.#keys.set(id, { slot, key: content.slice(1 + content[0], 33 + content[0]) });
      } catch {
        this.#free.push(slot);
      }
    }));
    this.#free.sort((a, b) => b - a);
  }

  /** @param {string} id @returns {Bytes | null} */
  get(id) {
    return this.#keys.get(id)?.key ?? null;
  }

  /** @returns {string[]} */
  ids() {
    return [...this.#keys.keys()];
  }

  /**
   * Durable when resolved.
   * @param {{id: string, key: Bytes}[]} keys
   */
  put(keys) {
    return this.#inTurn(async () => {
      const fresh = keys.filter(({ id }) => !this.#keys.has(id));
      if (fresh.length === 0) return;
      while (this.#free.length < fresh.length) this.#grow();
      for (const { id, key } of fresh) {
        const name = utf8(id);
        if (name.length > ID_LIMIT) throw new TypeError('an id too long for a slot');
        const slot = /** @type {number} */ (this.#free.pop());
        const content = concat(new Uint8Array([name.length]), name, key, new Uint8Array(ID_LIMIT - name.length));
        this.place.write(slot * SLOT, await seal(this.key, content, `slot/${slot}`));
        this.#keys.set(id, { slot, key });
      }
      await this.place.flush();
    });
  }

  /** Destroyed when resolved. @param {string[]} ids */
  erase(ids) {
    return this.#inTurn(async () => {
      for (const id of ids) {
        const held = this.#keys.get(id);
        if (!held) continue;
        this.place.write(held.slot * SLOT, randomBytes(SLOT));
        held.key.fill(0);
        this.#keys.delete(id);
        this.#free.push(held.slot);
      }
      await this.place.flush();
    });
  }

  /** Nothing of any key stays in memory. */
  forget() {
    for (const { key } of this.#keys.values()) key.fill(0);
    this.#keys.clear();
  }

  #grow() {
    this.place.write(this.#slots * SLOT, randomBytes(PAGE * SLOT));
    for (let slot = this.#slots + PAGE - 1; slot >= this.#slots; slot -= 1) this.#free.push(slot);
    this.#slots += PAGE;
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  #inTurn(work) {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}
