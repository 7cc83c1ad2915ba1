// Sweeping: the log without what no longer counts, a few blocks at a time.
//
//   full (something was erased, or an older format stands): new key ──► every older block anew, in place
//        ──► old keys destroyed ──► snapshot
//   else: runs of small blocks, and blocks that are half garbage, anew in place ──► snapshot
//
// Owns: the choice of blocks and one step. A step is one bounded strict transaction in the log's turn, and
// saves come in between. What lives of neighbouring blocks goes into one block under the first one's id,
// so the order of entries stays as it was and the log reads the same after a crash at any point: then
// some blocks stand under the new key and some under the old one, both keys are there, and the next sweep
// goes on. What was erased is in no block under the new key.

import { utf8 } from '../crypto/wire.js';
import { BLOCK_BYTES, BLOCK_ENTRIES, BLOCK_VERSION, packBlocks } from './blocks.js';
import { headOf, isUndoing, keysOf, stub } from './entries.js';

/**
 * @typedef {import('./log.js').Log} Log
 * @typedef {import('./entries.js').Entry} Entry
 * @typedef {import('./records.js').HeldLeaf} HeldLeaf
 * @typedef {import('./database.js').Write} Write
 */

/** Blocks that are read at once. */
const RUN = 64;
/** As many small neighbours are worth a transaction. */
const SHORTEST_RUN = 8;
const SMALL = 64 << 10;

/**
 * @param {Log} log
 * @param {{full: boolean, pause: () => Promise<void>, lost: (block: number) => Promise<unknown>}} how
 *   `pause` between steps; `lost`: a block does not open
 * @returns {Promise<number>} blocks that were written
 */
export async function sweep(log, { full, pause, lost }) {
  const { records } = log;
  if (full) {
    await log.inTurn(async () => {
      if (!(log.isMixed && [...log.blocks.values()].every(({ generation }) => generation < log.generation))) await log.addGeneration();
      records.unswept = false;
    });
  }
  const runs = full ? oldRuns(log) : poorRuns(log);
  if (runs.length > 0 || full) await log.inTurn(() => log.dropSnapshot());
  try {
    for (const ids of runs) {
      for (const id of await rewrite(log, ids, full)) {
        await lost(id);
        await rewrite(log, ids.filter((other) => other !== id), full);
      }
      await pause();
    }
  } catch (error) {
    if (full) records.unswept = true;
    throw error;
  }
  if (full) await log.inTurn(() => log.dropOldGenerations());
  return runs.length;
}

/** Whether a sweep that is not full would find something. @param {Log} log */
export function isPoor(log) {
  return poorRuns(log).length > 0;
}

/** Blocks of older keys or formats, neighbours together. @param {Log} log @returns {number[][]} */
function oldRuns(log) {
  return runsOf(log, ({ generation, v }) => generation < log.generation || v < BLOCK_VERSION);
}

/** @param {Log} log @returns {number[][]} */
function poorRuns(log) {
  const wasted = (/** @type {number} */ id, /** @type {number} */ weight) => weight > 0 && (log.records.live.get(id) ?? 0) * 2 <= weight;
  const runs = runsOf(log, ({ bytes, weight }, id) => bytes < SMALL || wasted(id, weight));
  return runs.filter((ids) => ids.length >= SHORTEST_RUN
    || ids.some((id) => (log.blocks.get(id)?.bytes ?? 0) >= SMALL && wasted(id, log.blocks.get(id)?.weight ?? 0)));
}

/**
 * Runs of neighbours, each small enough to become one block.
 * @param {Log} log
 * @param {(state: import('./snapshot.js').BlockState, id: number) => boolean} wanted
 * @returns {number[][]}
 */
function runsOf(log, wanted) {
  /** @type {number[][]} */
  const runs = [];
  /** @type {number[]} */ let run = [];
  let [bytes, weight] = [0, 0];
  const end = () => {
    if (run.length > 0) runs.push(run);
    [run, bytes, weight] = [[], 0, 0];
  };
  for (const [id, state] of [...log.blocks].sort(([a], [b]) => a - b)) {
    if (!wanted(state, id)) {
      end();
      continue;
    }
    const live = log.records.live.get(id) ?? 0;
    if (run.length === RUN || bytes + state.bytes > BLOCK_BYTES || weight + live > BLOCK_ENTRIES) end();
    run.push(id);
    bytes += state.bytes;
    weight += live;
  }
  end();
  return runs;
}

/**
 * One step.
 * @param {Log} log
 * @param {number[]} ids neighbours
 * @param {boolean} full what only undoes what came before goes too
 * @returns {Promise<number[]>} blocks that do not open: then nothing was done
 */
function rewrite(log, ids, full) {
  return log.inTurn(async () => {
    const blocks = await log.read(ids);
    const damaged = ids.filter((id) => blocks.get(id) === null);
    const there = ids.filter((id) => blocks.get(id));
    if (damaged.length > 0 || there.length === 0) return damaged;
    const living = there.flatMap((id) => whatLives(log, id, /** @type {any} */ (blocks.get(id)), full));
    // A receipt goes into its envelope, wherever that is written.
    const told = new Set(living.flatMap(({ entry }) => (entry.t === 'envelope' && entry.e.receipt ? [entry.e.id] : [])));
    const kept = living.filter(({ entry }) => entry.t !== 'receipt' || !told.has(entry.id));
    // Numbers of envelopes are used once: the highest is known also when its envelope goes.
    const numbers = there.flatMap((id) => blocks.get(id)?.entries.map((entry) => (entry.t === 'envelope' ? entry.e.n : 0)) ?? []);
    if (numbers.includes(log.records.count)) kept.push({ entry: { t: 'count', n: log.records.count }, leaf: null });
    /** @type {Write[]} */
    const writes = there.slice(kept.length > 0 ? 1 : 0).map((id) => ({ store: 'blocks', remove: id }));
    const to = there[0];
    const [packed] = packBlocks(kept.map(({ entry }) => entry), true);
    if (kept.length > 0) writes.push({ store: 'blocks', put: await log.sealBlock(to, packed.content) });
    await log.database.write(writes, { spare: !full });
    for (const id of there) log.blocks.delete(id);
    const weight = kept.reduce((sum, { entry }) => sum + (entry.t === 'doc' ? 1 : keysOf(entry).length), 0);
    if (kept.length > 0) log.blocks.set(to, { generation: log.generation, v: BLOCK_VERSION, weight, bytes: packed.content.length });
    log.records.moved(there, to, kept);
    return [];
  });
}

/**
 * What of a block still counts, as it is to be written.
 * @param {Log} log
 * @param {number} id
 * @param {import('./blocks.js').Block} block
 * @param {boolean} full
 * @returns {{entry: Entry, leaf: HeldLeaf | null}[]}
 */
function whatLives({ records }, id, block, full) {
  const said = new Set();
  const kept = [];
  for (let slot = block.entries.length - 1; slot >= 0; slot -= 1) {
    const entry = block.entries[slot];
    if (isUndoing(entry, records) || (entry.t === 'erased' && !full)) {
      if (!full) kept.push({ entry: undoing(entry), leaf: null });
      continue;
    }
    if (!records.isLive(entry, id, slot)) continue;
    if (entry.t === 'doc') {
      const leaf = /** @type {HeldLeaf} */ (records.leafAt(entry, id, slot));
      const held = /** @type {import('./records.js').Held} */ (records.get(entry.c, leaf.id));
      const body = held.erased ? utf8(JSON.stringify(stub(block.doc(slot)))) : block.body(slot);
      kept.push({ entry: /** @type {Entry} */ ({ t: 'doc', c: entry.c, h: headOf(entry), body }), leaf });
      continue;
    }
    const keys = [...new Set(keysOf(entry))].filter((key) => records.where.get(key) === id && !said.has(key));
    if (keys.length === 0 && keysOf(entry).length > 0) continue;
    for (const key of keys) said.add(key);
    kept.push({ entry: asItIs(records, entry, keys), leaf: null });
  }
  return kept.reverse();
}

/** An envelope that counts no more says only what it superseded. @param {Entry} entry @returns {Entry} */
function undoing(entry) {
  return entry.t === 'envelope' ? { t: 'superseded', d: entry.e.document, ids: entry.e.supersedes } : entry;
}

/**
 * @param {import('./records.js').Records} records
 * @param {Entry} entry
 * @param {string[]} keys for which it still counts
 * @returns {Entry}
 */
function asItIs(records, entry, keys) {
  if (entry.t === 'envelope') return { t: 'envelope', e: records.envelopes.get(entry.e.id) ?? entry.e };
  if (entry.t !== 'erased') return entry;
  return { ...entry, ids: keys.map((key) => key.slice('erased/'.length)), swept: true };
}
