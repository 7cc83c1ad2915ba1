// The merged reading of a document's leaves, as screens see it.
//
// Owns: merging at read time and remembering the result as long as the leaves are the same.

import { merge, standing } from './revisions.js';

/**
 * @typedef {import('../store/records.js').Records} Records
 * @typedef {import('../store/records.js').Held} Held
 * @typedef {import('../types.js').Reading} Reading
 */

export class Readings {
  /** @type {WeakMap<object, ReturnType<typeof merge>>} by the array of leaves, which is replaced when it changes */
  #merged = new WeakMap();

  /** @param {Records} records */
  constructor(records) {
    this.records = records;
  }

  /** @param {string} channel @param {string} id @returns {Reading | null} null also where it is deleted */
  get(channel, id) {
    const held = this.records.get(channel, id);
    return held && this.#read(held);
  }

  /** @param {string} channel @param {string} id @returns {{rev: string, doc: any}[]} the leaves that stand, winner first */
  versions(channel, id) {
    const held = this.records.get(channel, id);
    return held && !held.erased ? standing(held.leaves).map(({ rev, doc }) => ({ rev, doc })) : [];
  }

  /** @param {string} channel @param {string | string[]} types @returns {Reading[]} oldest first */
  list(channel, types) {
    const wanted = Array.isArray(types) ? types : [types];
    const readings = wanted.flatMap((type) => this.records.ofType(channel, type).map((held) => this.#read(held)));
    const found = readings.filter((reading) => reading !== null);
    return wanted.length > 1 ? found.sort(byAge) : found;
  }

  /** @param {string | string[]} types @returns {Reading[]} of all channels, oldest first */
  listAll(types) {
    return [...this.records.channels.keys()].flatMap((channel) => this.list(channel, types)).sort(byAge);
  }

  /** @returns {{channel: string, visit: Reading | null}[]} newest first */
  channels() {
    const names = new Set([...this.records.channels.keys(), ...this.records.checkpoints.keys()]);
    const visits = [...names].filter((name) => name.startsWith('visit-')).sort().reverse();
    return visits.map((channel) => ({ channel, visit: this.get(channel, `visit:${channel.slice(6).toUpperCase()}`) }));
  }

  /** @param {Held} held @returns {Reading | null} */
  #read(held) {
    let merged = this.#merged.get(held.leaves);
    if (merged === undefined) {
      merged = merge(held.leaves);
      this.#merged.set(held.leaves, merged);
    }
    if (!merged) return null;
    return {
      doc: merged.doc,
      rev: merged.rev,
      channel: held.channel,
      conflicts: held.erased ? [] : merged.conflicts,
      origin: held.local ? 'local' : 'remote',
      delivered: this.records.isDelivered(held),
      erased: held.erased,
    };
  }
}

/** @param {Reading} a @param {Reading} b */
function byAge(a, b) {
  const [left, right] = [a, b].map(({ doc }) => `${doc.created_at ?? ''} ${doc._id}`);
  return left < right ? -1 : 1;
}
