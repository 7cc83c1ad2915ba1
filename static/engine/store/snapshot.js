// The log's index as it was at one block, so that unlocking need not read the log from its beginning.
//
// Owns: the form of a snapshot: parts of JSON, boxed by the log. The log is the truth: a snapshot that does
// not open, or is of a newer version, is left aside and the log is read whole. Pure; knows no keys and no store.
// Part 0: `{upto, blocks: [[id, generation, version, weight, bytes]], unswept, count, entries: [[block, entry]],
//   envelopes: [[envelope, block, block of its receipt]]}`;
// further parts: `[[channel, [leaf…]]]` with a leaf as `[id, type, age, rev, ancestors, flags, size, block, slot]`.

/**
 * @typedef {import('./records.js').Records} Records
 * @typedef {{generation: number, v: number, weight: number, bytes: number}} BlockState
 */

export const SNAPSHOT_VERSION = 1;
/** Leaves in one part. */
const PART = 8192;
const [DELETED, LOCAL] = [1, 2];

/**
 * At one moment: nothing is awaited.
 * @param {Records} records
 * @param {number} upto the last block it knows
 * @param {Map<number, BlockState>} blocks
 * @returns {string[]} parts
 */
export function writeSnapshot(records, upto, blocks) {
  const { where } = records;
  const keys = [...where.keys()].filter((key) => !key.startsWith('envelope/') && !key.startsWith('receipt/'));
  // What was erased comes first: it takes drafts along, and some may have been written since.
  keys.sort((a, b) => Number(b.startsWith('erased/')) - Number(a.startsWith('erased/')));
  const parts = [JSON.stringify({
    upto,
    blocks: [...blocks].map(([id, { generation, v, weight, bytes }]) => [id, generation, v, weight, bytes]),
    unswept: records.unswept,
    count: records.count,
    entries: keys.map((key) => [where.get(key), records.entryOf(key)]),
    envelopes: [...records.envelopes.values()].map((e) => [e, where.get(`envelope/${e.id}`), where.get(`receipt/${e.id}`) ?? null]),
  })];
  /** @type {[string, any[]][]} */
  let part = [];
  let count = 0;
  for (const [channel, documents] of records.channels) {
    /** @type {any[]} */
    let rows = [];
    part.push([channel, rows]);
    for (const held of documents.values()) {
      for (const leaf of held.leaves) {
        const flags = (leaf.deleted ? DELETED : 0) + (leaf.local ? LOCAL : 0);
        rows.push([held.id, held.type, leaf.age, leaf.rev, leaf.ancestors, flags, leaf.size, leaf.block, leaf.slot]);
        count += 1;
      }
      if (count >= PART) {
        parts.push(JSON.stringify(part));
        rows = [];
        part = [[channel, rows]];
        count = 0;
      }
    }
  }
  parts.push(JSON.stringify(part));
  return parts;
}

/**
 * @param {Records} records empty
 * @param {string[]} parts
 * @returns {{upto: number, blocks: Map<number, BlockState>}}
 * @throws {Error} where they are no snapshot
 */
export function readSnapshot(records, parts) {
  const { upto, blocks, unswept, count, entries, envelopes } = JSON.parse(parts[0]);
  for (const [block, entry] of entries) records.apply(entry, block, 0);
  for (const [envelope, block, receiptBlock] of envelopes) records.restoreEnvelope(envelope, block, receiptBlock);
  for (const part of parts.slice(1)) {
    for (const [c, rows] of JSON.parse(part)) {
      for (const [id, type, age, rev, ancestors, flags, size, block, slot] of rows) {
        const [deleted, local] = [DELETED, LOCAL].map((flag) => (flags & flag) > 0);
        records.apply({ t: 'doc', c, h: { id, type, age, rev, ancestors, deleted, local, size } }, block, slot);
      }
    }
  }
  records.unswept = unswept;
  records.count = Math.max(records.count, count);
  return {
    upto,
    blocks: new Map(blocks.map((/** @type {number[]} */ [id, generation, v, weight, bytes]) => [id, { generation, v, weight, bytes }])),
  };
}
