// Bodies of documents, read from the log's blocks when somebody asks.
//
// Owns: the decision what stays in memory: opened blocks as their bytes, up to a budget, and of the bodies that
// were asked for one by one those of last. So a tablet with ten thousand documents reads each block once, and
// one with a hundred thousand does not hold them all. Knows leaves, not what they mean.

/**
 * @typedef {import('./records.js').HeldLeaf} HeldLeaf
 * @typedef {import('./blocks.js').Block} Block
 * @typedef {import('../crypto/wire.js').Bytes} Bytes
 */

/** Of JSON; parsed it is some three times as much. */
const BUDGET = 8 << 20;
/** Of opened blocks: ten thousand documents. */
const OPEN_BYTES = 24 << 20;
/** Blocks that are read together. */
const AT_ONCE = 8;
/** So many more are read and opened while these are made use of. */
const AHEAD = 24;
const TRIES = 5;

export class Bodies {
  /** @type {Map<HeldLeaf, any>} least lately asked for first */ #docs = new Map();
  /** @type {Map<number, Block>} least lately used first */ #open = new Map();
  #opened = 0;
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
    await this.#visit(leaves.filter((leaf) => !this.#recall(leaf, found)), (leaf, block) => {
      const doc = block.doc(leaf.slot);
      found.set(leaf, doc);
      this.note(leaf, doc);
    });
    return found;
  }

  /**
   * Bodies as they lie in the blocks, which is as UTF-8 JSON: nothing is parsed.
   * @param {HeldLeaf[]} leaves
   * @param {(leaf: HeldLeaf, body: Bytes) => void} take not called for those whose block does not open; what it is
   *   given is read only
   * @param {() => void} pause some blocks are done, others come
   */
  raw(leaves, take, pause) {
    return this.#visit(leaves, (leaf, block) => take(leaf, block.body(leaf.slot)), pause);
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
    this.#close();
    this.size = 0;
  }

  /**
   * Every leaf once, block by block.
   * @param {HeldLeaf[]} leaves
   * @param {(leaf: HeldLeaf, block: Block) => void} take
   * @param {() => void} [pause]
   */
  async #visit(leaves, take, pause = () => {}) {
    const missing = new Set(leaves);
    // A sweep may move a leaf while its block is being read: then it is looked for where it is now.
    for (let tries = 0; missing.size > 0 && tries < TRIES; tries += 1) {
      const by = groupByBlock(missing);
      const ids = [...by.keys()].sort((a, b) => a - b);
      if (tries > 0) this.#close();
      /** @type {Promise<Map<number, Block | null>>[]} */
      const coming = [];
      for (let [at, asked] = [0, 0]; at < ids.length; at += AT_ONCE) {
        for (; asked < ids.length && asked <= at + AHEAD; asked += AT_ONCE) {
          const some = this.#blocks(ids.slice(asked, asked + AT_ONCE));
          some.catch(() => {}); // It is thrown where it is awaited.
          coming.push(some);
        }
        const blocks = await /** @type {Promise<Map<number, Block | null>>} */ (coming.shift());
        for (const [id, block] of blocks) {
          for (const leaf of by.get(id) ?? []) {
            if (block && !isIn(block, leaf)) continue;
            missing.delete(leaf);
            if (block) take(leaf, block);
          }
          if (!block) await this.damaged(id);
        }
        pause();
      }
    }
  }

  #close() {
    this.#open.clear();
    this.#opened = 0;
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
      if (!block) {
        unread.push(id);
        continue;
      }
      blocks.set(id, block);
      this.#open.delete(id);
      this.#open.set(id, block);
    }
    for (const [id, block] of unread.length > 0 ? await this.log.read(unread) : []) {
      blocks.set(id, block);
      if (!block || !this.log.blocks.has(id)) continue;
      this.#opened += block.bytes - (this.#open.get(id)?.bytes ?? 0);
      this.#open.set(id, block);
    }
    for (const [id, { bytes }] of this.#open) {
      if (this.#opened <= OPEN_BYTES) break;
      this.#open.delete(id);
      this.#opened -= bytes;
    }
    return blocks;
  }
}

/** What lies there is this leaf. @param {Block} block @param {HeldLeaf} leaf @returns {boolean} */
function isIn(block, leaf) {
  const entry = block.entries[leaf.slot];
  return entry?.t === 'doc' && 'h' in entry && entry.h.id === leaf.id && entry.h.rev === leaf.rev;
}

/** @param {Iterable<HeldLeaf>} leaves @returns {Map<number, HeldLeaf[]>} */
function groupByBlock(leaves) {
  const groups = new Map();
  for (const leaf of leaves) {
    const group = groups.get(leaf.block);
    if (group) group.push(leaf);
    else groups.set(leaf.block, [leaf]);
  }
  return groups;
}
