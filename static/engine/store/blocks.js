// Blocks of the log: what their bytes mean.
//
// Owns: packing entries into blocks and reading them back, each version of the format there ever was.
// Version 2, inside its box:
//   `head length u32 ‖ head (JSON: one entry each) ‖ bodies ‖ zeros`
// An entry of a document is in the head without its body, whose UTF-8 JSON lies among the bodies, in order
// (`h.size` bytes): so the index is read without parsing a single document. Version 1, no longer written:
// `length u32 ‖ JSON of the entries, documents whole ‖ zeros`. Pure; knows no keys and no store.

import { text, utf8 } from '../crypto/wire.js';
import { EngineError } from '../errors.js';
import { headOf } from './entries.js';

/**
 * @typedef {import('../crypto/wire.js').Bytes} Bytes
 * @typedef {import('./entries.js').Entry} Entry
 * @typedef {import('./entries.js').Head} Head
 * @typedef {{t: 'doc', c: string, h: Head}} DocEntry
 */

/**
 * A block that was read.
 * @typedef {object} Block
 * @property {Entry[]} entries documents by their heads
 * @property {(slot: number) => any} doc the body of the document entry at `slot`
 * @property {(slot: number) => Bytes} body the same as UTF-8 JSON
 * @property {number} bytes of plaintext
 */

export const BLOCK_VERSION = 2;
/** Entries in one block, at most. */
export const BLOCK_ENTRIES = 256;
/** Bodies in one block, in bytes; one document may be larger. */
export const BLOCK_BYTES = 1 << 20;
const LEAST_BLOCK = 512;

/**
 * @param {Entry[]} entries
 * @param {boolean} [whole] into one block, whatever its size
 * @returns {{content: Bytes, entries: Entry[]}[]} blocks in order, documents by their heads; one at least
 */
export function packBlocks(entries, whole = false) {
  /** @type {{content: Bytes, entries: Entry[]}[]} */
  const blocks = [];
  /** @type {Entry[]} */ let heads = [];
  /** @type {Bytes[]} */ let bodies = [];
  let size = 0;
  const end = () => {
    blocks.push({ content: joinBlock(heads, bodies, size), entries: heads });
    [heads, bodies, size] = [[], [], 0];
  };
  for (const entry of entries) {
    if (!whole && (heads.length === BLOCK_ENTRIES || size >= BLOCK_BYTES)) end();
    if (entry.t !== 'doc') {
      heads.push(entry);
      continue;
    }
    const body = 'h' in entry ? /** @type {Bytes} */ (entry.body) : utf8(JSON.stringify(entry.l.doc));
    heads.push({ t: 'doc', c: entry.c, h: { ...headOf(entry), size: body.length } });
    bodies.push(body);
    size += body.length;
  }
  end();
  return blocks;
}

/** @param {Entry[]} heads @param {Bytes[]} bodies @param {number} size of the bodies @returns {Bytes} */
function joinBlock(heads, bodies, size) {
  const head = utf8(JSON.stringify(heads));
  const content = new Uint8Array(paddedSize(4 + head.length + size));
  new DataView(content.buffer).setUint32(0, head.length);
  content.set(head, 4);
  let at = 4 + head.length;
  for (const body of bodies) {
    content.set(body, at);
    at += body.length;
  }
  return content;
}

/**
 * @param {Bytes} content of an opened box
 * @param {number} version
 * @returns {Block}
 * @throws {Error} where it is no block
 */
export function readBlock(content, version) {
  requireKnown('block', version, BLOCK_VERSION);
  const length = new DataView(content.buffer, content.byteOffset).getUint32(0);
  const entries = JSON.parse(text(content.subarray(4, 4 + length)));
  if (!Array.isArray(entries)) throw new TypeError('no entries');
  return version === 1 ? readFirst(entries, content.length) : readSecond(entries, content, 4 + length);
}

/** @param {any[]} entries @param {number} bytes @returns {Block} */
function readFirst(entries, bytes) {
  const doc = (/** @type {number} */ slot) => entries[slot].l.doc;
  return {
    entries: entries.map((entry) => (entry.t === 'doc' ? { t: 'doc', c: entry.c, h: headOf(entry) } : entry)),
    doc,
    body: (slot) => utf8(JSON.stringify(doc(slot))),
    bytes,
  };
}

/** @param {any[]} entries @param {Bytes} content @param {number} start of the bodies @returns {Block} */
function readSecond(entries, content, start) {
  /** @type {number[]} */
  const starts = [];
  let at = start;
  for (const entry of entries) {
    starts.push(at);
    if (entry.t === 'doc') at += entry.h.size;
  }
  const body = (/** @type {number} */ slot) => content.subarray(starts[slot], starts[slot] + entries[slot].h.size);
  return { entries, body, doc: (slot) => JSON.parse(text(body(slot))), bytes: content.length };
}

/**
 * @param {string} what
 * @param {number} version
 * @param {number} newest that this app knows
 * @throws {EngineError} `newer-version`
 */
export function requireKnown(what, version, newest) {
  if (!Number.isInteger(version) || version < 1 || version > newest) throw new EngineError('newer-version', { what, version });
}

/**
 * Padmé: the size's first bits only, so at most 12 % more.
 * @param {number} size
 */
export function paddedSize(size) {
  if (size <= LEAST_BLOCK) return LEAST_BLOCK;
  const exponent = Math.floor(Math.log2(size));
  const unit = 2 ** (exponent - Math.floor(Math.log2(exponent)) - 1);
  return Math.ceil(size / unit) * unit;
}
