// Keys that must be destroyable: content keys of group-class media and the log's own keys.
//
// Owns: slots of 192 bytes in a file overwritten in place. A slot is a box under the vault's `slots`
// subkey over `version u8 ‖ id length u8 ‖ id ‖ key (32) ‖ zeros`, where version is 240 and the format's
// number, 2; below 240 the first byte is the id's length in format 1, which had no version. Every format is
// boxed the same, so that a newer one is told from an empty slot, which is random bytes: the number of
// keys does not show, and a slot of a newer version is not overwritten but stops the unlock. Erasing overwrites a slot and flushes: afterwards nobody with the vault's words
// opens what it protected. Custody keys never come here.

import { concat, randomBytes, text, utf8 } from '../crypto/wire.js';
import { open, seal } from '../crypto/box.js';
import { requireKnown } from './blocks.js';

/** @typedef {import('../crypto/wire.js').Bytes} Bytes */

const SLOT = 192;
const CONTENT = SLOT - 28;
const ID_LIMIT = CONTENT - 34;
/** Longer than any id of the first format. */
const VERSIONS_FROM = 240;
export const SLOT_VERSION = 2;
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
   * @param {<T>(work: () => Promise<T>) => Promise<T>} [guard] around what needs room
   */
  constructor(place, key, guard = (work) => work()) {
    this.place = place;
    this.key = key;
    this.guard = guard;
  }

  /** Reads all slots; those that do not open are free. @throws {EngineError} `newer-version` */
  async load() {
    this.#slots = Math.floor(this.place.size() / SLOT);
    const bytes = this.place.read(0, this.#slots * SLOT);
    await Promise.all(Array.from({ length: this.#slots }, async (_, slot) => {
      const content = await open(this.key, bytes.slice(slot * SLOT, (slot + 1) * SLOT), `slot/${slot}`).catch(() => null);
      if (!content) {
        this.#free.push(slot);
        return;
      }
      const { id, key } = readSlot(content);
      this.#keys.set(id, { slot, key });
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
    return this.#inTurn(() => this.guard(async () => {
      const fresh = keys.filter(({ id }) => !this.#keys.has(id));
      if (fresh.length === 0) return;
      while (this.#free.length < fresh.length) this.#grow();
      // Nothing is remembered before it is durable: what failed is asked for again.
      const made = fresh.map(({ id, key }, i) => ({ id, key, slot: this.#free[this.#free.length - 1 - i] }));
      for (const { id, key, slot } of made) this.place.write(slot * SLOT, await seal(this.key, slotContent(id, key), `slot/${slot}`));
      await this.place.flush();
      for (const { id, key, slot } of made) this.#keys.set(id, { slot, key });
      this.#free.length -= made.length;
    }));
  }

  /** Destroyed when resolved. @param {string[]} ids */
  erase(ids) {
    return this.#inTurn(() => this.guard(async () => {
      const held = ids.flatMap((id) => { const one = this.#keys.get(id); return one ? [{ id, ...one }] : []; });
      for (const { slot } of held) this.place.write(slot * SLOT, randomBytes(SLOT));
      await this.place.flush();
      for (const { id, slot, key } of held) {
        key.fill(0);
        this.#keys.delete(id);
        this.#free.push(slot);
      }
    }));
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

/** @param {string} id @param {Bytes} key @returns {Bytes} what is boxed */
function slotContent(id, key) {
  const name = utf8(id);
  if (name.length > ID_LIMIT) throw new TypeError('an id too long for a slot');
  return concat(new Uint8Array([VERSIONS_FROM + SLOT_VERSION, name.length]), name, key, new Uint8Array(ID_LIMIT - name.length));
}

/** @param {Bytes} content @returns {{id: string, key: Bytes}} @throws {import('../errors.js').EngineError} `newer-version` */
function readSlot(content) {
  const version = content[0] < VERSIONS_FROM ? 1 : content[0] - VERSIONS_FROM;
  requireKnown('slot', version, SLOT_VERSION);
  const at = version === 1 ? 0 : 1;
  const end = at + 1 + content[at];
  return { id: text(content.subarray(at + 1, end)), key: content.slice(end, end + 32) };
}
