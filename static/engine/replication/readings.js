// The merged reading of a document's leaves, as screens see it.
//
// Owns: merging at read time, over bodies that come from the log's blocks when they are asked for, and the form
// in which a list goes to the page: JSON whose documents are the very bytes of the blocks, parsed over there.

import { stub } from '../store/entries.js';
import { byAge } from '../store/records.js';
import { DELIVERED, LOCAL } from '../listing.js';
import { merge, standing } from './revisions.js';

/**
 * @typedef {import('../store/records.js').Records} Records
 * @typedef {import('../store/records.js').Held} Held
 * @typedef {import('../store/entries.js').WrittenLeaf} WrittenLeaf
 * @typedef {import('../types.js').Reading} Reading
 * @typedef {import('../listing.js').ListPart} ListPart
 * @typedef {import('../listing.js').ListRow} ListRow
 */

export class Readings {
  /**
   * @param {Records} records
   * @param {import('../store/bodies.js').Bodies} bodies
   */
  constructor(records, bodies) {
    this.records = records;
    this.bodies = bodies;
  }

  /** @param {string} channel @param {string} id @returns {Promise<Reading | null>} null also where it is deleted */
  async get(channel, id) {
    const held = this.records.get(channel, id);
    return held ? (await this.read([held]))[0] : null;
  }

  /** @param {string} channel @param {string} id @returns {Promise<{rev: string, doc: any}[]>} the leaves that stand, winner first */
  async versions(channel, id) {
    const held = this.records.get(channel, id);
    return held && !held.erased ? standing(await this.leaves(held)).map(({ rev, doc }) => ({ rev, doc })) : [];
  }

  /**
   * @param {string | null} channel null: of all channels
   * @param {string | string[]} types
   * @returns {Promise<Reading[]>} oldest first
   */
  async list(channel, types) {
    return (await this.read(this.#wanted(channel, types))).filter((reading) => reading !== null);
  }

  /**
   * The same for another thread, in parts, as its blocks open: a part says of its readings which place they have in
   * the list. A place that no part has is a document that is deleted or does not open.
   * @param {string | null} channel null: of all channels
   * @param {string | string[]} types
   * @param {(part: ListPart | ListRow) => void} send
   */
  async pack(channel, types, send) {
    const list = this.#wanted(channel, types);
    /** @type {Map<import('../store/records.js').HeldLeaf, number>} */
    const alone = new Map();
    /** @type {number[]} */
    const others = [];
    for (const [place, held] of list.entries()) {
      const [leaf, ...more] = held.leaves;
      if (more.length > 0 || held.erased || leaf?.deleted) others.push(place);
      else if (leaf) alone.set(leaf, place);
    }
    let part = new Part();
    // One leaf merges with nothing: its body is the reading's document.
    await this.bodies.raw([...alone.keys()], (leaf, body) => {
      const place = /** @type {number} */ (alone.get(leaf));
      if (list[place].erased) return; // Meanwhile: the page hears of it.
      part.add(place, body, leaf.rev, list[place].channel, this.records.isLocal(list[place]), this.records.isDelivered(list[place]));
    }, () => {
      send(part.joined(list.length));
      part = new Part();
    });
    for (const [i, reading] of (await this.read(others.map((place) => list[place]))).entries()) {
      if (reading) send({ total: list.length, place: others[i], reading });
    }
  }

  /** @returns {Promise<{channel: string, visit: Reading | null}[]>} newest first */
  async channels() {
    const names = new Set([...this.records.channels.keys(), ...this.records.checkpoints.keys()]);
    const visits = [...names].filter((name) => name.startsWith('visit-')).sort().reverse();
    return Promise.all(visits.map(async (channel) => ({ channel, visit: await this.get(channel, `visit:${channel.slice(6).toUpperCase()}`) })));
  }

  /** A document's leaves with their bodies. @param {Held | null} held @returns {Promise<WrittenLeaf[]>} */
  async leaves(held) {
    if (!held) return [];
    const { leaves } = held;
    return whole(held, leaves, await this.bodies.load(leaves));
  }

  /** @param {Held[]} list @returns {Promise<(Reading | null)[]>} in the same order; null where a document is deleted */
  async read(list) {
    const asked = list.map((held) => held.leaves);
    const bodies = await this.bodies.load(asked.flat());
    return list.map((held, i) => this.#merged(held, whole(held, asked[i], bodies)));
  }

  /** @param {string | null} channel @param {string | string[]} types @returns {Held[]} oldest first */
  #wanted(channel, types) {
    const wanted = Array.isArray(types) ? types : [types];
    const channels = channel === null ? [...this.records.channels.keys()] : [channel];
    const lists = channels.flatMap((name) => wanted.map((type) => this.records.ofType(name, type)));
    return lists.length > 1 ? lists.flat().sort(byAge) : lists[0] ?? [];
  }

  /** @param {Held} held @param {WrittenLeaf[]} leaves @returns {Reading | null} */
  #merged(held, leaves) {
    const merged = merge(leaves);
    return merged && {
      doc: merged.doc,
      rev: merged.rev,
      channel: held.channel,
      conflicts: held.erased ? [] : merged.conflicts,
      origin: this.records.isLocal(held) ? 'local' : 'remote',
      delivered: this.records.isDelivered(held),
      erased: held.erased,
    };
  }
}

/** Readings of single leaves on their way to the page, in columns. */
class Part {
  /** @type {number[]} */ #places = [];
  /** @type {number[]} */ #ends = [];
  /** @type {string[]} */ #revs = [];
  /** @type {string[]} */ #channels = [];
  /** @type {number[]} */ #flags = [];
  /** @type {import('../crypto/wire.js').Bytes[]} */ #bodies = [];
  #size = 0;

  /**
   * @param {number} place in the list
   * @param {import('../crypto/wire.js').Bytes} body JSON
   * @param {string} rev
   * @param {string} channel
   * @param {boolean} local
   * @param {boolean} delivered
   */
  add(place, body, rev, channel, local, delivered) {
    this.#places.push(place);
    this.#bodies.push(body);
    this.#ends.push(this.#size += body.length);
    this.#revs.push(rev);
    this.#channels.push(channel);
    this.#flags.push((local ? LOCAL : 0) + (delivered ? DELIVERED : 0));
  }

  /** @param {number} total of the whole list @returns {ListPart} */
  joined(total) {
    const json = new Uint8Array(this.#size);
    for (const [i, body] of this.#bodies.entries()) json.set(body, this.#ends[i] - body.length);
    const [places, ends] = [this.#places, this.#ends].map((column) => Uint32Array.from(column));
    return { total, places, ends, json, revs: this.#revs, channels: this.#channels, flags: Uint8Array.from(this.#flags) };
  }
}

/**
 * @param {Held} held
 * @param {import('../store/records.js').HeldLeaf[]} leaves
 * @param {Map<import('../store/records.js').HeldLeaf, any>} bodies
 * @returns {WrittenLeaf[]} without those whose block is damaged
 */
function whole(held, leaves, bodies) {
  return leaves.filter((leaf) => bodies.has(leaf)).map((leaf) => {
    const { rev, ancestors, deleted, local } = leaf;
    const doc = bodies.get(leaf);
    return { rev, ancestors, deleted, local, doc: held.erased ? stub(doc) : doc };
  });
}
