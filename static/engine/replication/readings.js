// The merged reading of a document's leaves, as screens see it.
//
// Owns: merging at read time, over bodies that come from the log's blocks when they are asked for.

import { stub } from '../store/entries.js';
import { merge, standing } from './revisions.js';

/**
 * @typedef {import('../store/records.js').Records} Records
 * @typedef {import('../store/records.js').Held} Held
 * @typedef {import('../store/entries.js').WrittenLeaf} WrittenLeaf
 * @typedef {import('../types.js').Reading} Reading
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

  /** @param {string} channel @param {string | string[]} types @returns {Promise<Reading[]>} oldest first */
  async list(channel, types) {
    const wanted = Array.isArray(types) ? types : [types];
    const readings = await this.read(wanted.flatMap((type) => this.records.ofType(channel, type)));
    const found = readings.filter((reading) => reading !== null);
    return wanted.length > 1 ? found.sort(byAge) : found;
  }

  /** @param {string | string[]} types @returns {Promise<Reading[]>} of all channels, oldest first */
  async listAll(types) {
    const wanted = Array.isArray(types) ? types : [types];
    const held = [...this.records.channels.keys()].flatMap((channel) => wanted.flatMap((type) => this.records.ofType(channel, type)));
    return (await this.read(held)).filter((reading) => reading !== null).sort(byAge);
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

  /** @param {Held} held @param {WrittenLeaf[]} leaves @returns {Reading | null} */
  #merged(held, leaves) {
    const merged = merge(leaves);
    if (!merged) return null;
    return {
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

/** @param {Reading} a @param {Reading} b */
function byAge(a, b) {
  const [left, right] = [a, b].map(({ doc }) => `${doc.created_at ?? ''} ${doc._id}`);
  return left < right ? -1 : 1;
}
