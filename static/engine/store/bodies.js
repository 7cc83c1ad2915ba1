// Bodies of documents, read from the log's blocks when somebody asks.
//
// Owns: the decision what stays in memory: bodies that were asked for last, up to a budget, and a few opened
// blocks. So a tablet with ten thousand documents reads each once, and one with a hundred thousand does
// not hold them all. Knows leaves, not what they mean.

/**
 * @typedef {import('./records.js').HeldLeaf} HeldLeaf
 * @typedef {import('./blocks.js').Block} Block
 */

/** Of JSON; in memory it is some three times as much. */
const BUDGET = 24 << 20;
const OPEN_BLOCKS = 4;
/** Blocks that are read together. */
const AT_ONCE = 32;
const TRIES = 5;

export class Bodies {
  /** @type {Map<HeldLeaf, any>} least lately asked for first */ #docs = new Map();
  /** @type {Map<number, Block>} */ #open = new Map();
  /** Bytes of JSON in memory. */
  size = 0;

  /**
   * @param {import('./log.js').Log} log
   * @param {(block: number) => Promise<unknown>} damaged a block does not open: nobody shall ask for it again
   * @param {number} [budget] bytes
   */
  constructor(log, damaged, budget = BUDGET) {
    this.log = log;
    this.damaged = damaged;
    this.budget = budget;
  }

  /**
   * @param {HeldLeaf[]} leaves
   * @returns {Promise<Map<HeldLeaf, any>>} without those whose block does not open
   */
  async load(leaves) {
    /** @type {Map<HeldLeaf, any>} */
    const found = new Map();
    const lost = new Set();
    let missing = leaves.filter((leaf) => !this.#recall(leaf, found));
    // A sweep may move a leaf while its block is being read: then it is looked for where it is now.
    for (let tries = 0; missing.length > 0 && tries < TRIES; tries += 1) {
      const ids = [...new Set(missing.map(({ block }) => block))].sort((a, b) => a - b);
      const by = groupByBlock(missing);
      if (tries > 0) this.#open.clear();
      for (let at = 0; at < ids.length; at += AT_ONCE) {
        const some = ids.slice(at, at + AT_ONCE);
        const blocks = await this.#blocks(some);
        for (const id of some) this.#take(blocks.get(id) ?? null, by.get(id) ?? [], found);
        for (const [id, block] of blocks) {
          if (block !== null) continue;
          for (const leaf of by.get(id) ?? []) lost.add(leaf);
          await this.damaged(id);
        }
      }
      missing = missing.filter((leaf) => !found.has(leaf) && !lost.has(leaf));
    }
    return found;
  }

  /** A body that was just written. @param {HeldLeaf} leaf @param {any} doc */
  note(leaf, doc) {
    if (this.#docs.has(leaf)) return;
    this.#docs.set(leaf, doc);
    this.size += leaf.size;
    for (const oldest of this.#docs.keys()) {
      if (this.size <= this.budget) return;
      this.#docs.delete(oldest);
      this.size -= oldest.size;
    }
  }

  /** Nothing of any document stays in memory. */
  forget() {
    this.#docs.clear();
    this.#open.clear();
    this.size = 0;
  }

  /** @param {HeldLeaf} leaf @param {Map<HeldLeaf, any>} found @returns {boolean} */
  #recall(leaf, found) {
    const doc = this.#docs.get(leaf);
    if (doc === undefined) return false;
    this.#docs.delete(leaf);
    this.#docs.set(leaf, doc);
    found.set(leaf, doc);
    return true;
  }

  /** @param {number[]} ids @returns {Promise<Map<number, Block | null>>} */
  async #blocks(ids) {
    /** @type {Map<number, Block | null>} */
    const blocks = new Map();
    const unread = [];
    for (const id of ids) {
      const block = this.#open.get(id);
      if (block) blocks.set(id, block);
      else unread.push(id);
    }
    for (const [id, block] of unread.length > 0 ? await this.log.read(unread) : []) {
      blocks.set(id, block);
      if (block && this.log.blocks.has(id)) this.#open.set(id, block);
    }
    for (const id of this.#open.keys()) {
      if (this.#open.size <= OPEN_BLOCKS) break;
      this.#open.delete(id);
    }
    return blocks;
  }

  /** @param {Block | null} block @param {HeldLeaf[]} leaves @param {Map<HeldLeaf, any>} found */
  #take(block, leaves, found) {
    for (const leaf of block ? leaves : []) {
      const entry = block?.entries[leaf.slot];
      if (entry?.t !== 'doc' || !('h' in entry) || entry.h.id !== leaf.id || entry.h.rev !== leaf.rev) continue;
      const doc = /** @type {Block} */ (block).doc(leaf.slot);
      found.set(leaf, doc);
      this.note(leaf, doc);
    }
  }
}

/** @param {HeldLeaf[]} leaves @returns {Map<number, HeldLeaf[]>} */
function groupByBlock(leaves) {
  const groups = new Map();
  for (const leaf of leaves) {
    const group = groups.get(leaf.block);
    if (group) group.push(leaf);
    else groups.set(leaf.block, [leaf]);
  }
  return groups;
}
