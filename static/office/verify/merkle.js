// Inclusion proofs as RFC 9162 (2.1.3.2) checks them, over SHA-256. The twin of sync/evidence/merkle.py.

import { concat, sha256 } from '../../engine/crypto/wire.js';

/** @typedef {import('../../engine/crypto/wire.js').Bytes} Bytes */

/** @param {Bytes} data @returns {Promise<Bytes>} a leaf's hash */
export function leafHash(data) {
  return sha256(concat(new Uint8Array([0]), data));
}

/** @param {Bytes} left @param {Bytes} right */
function node(left, right) {
  return sha256(concat(new Uint8Array([1]), left, right));
}

/**
 * The root that `path` leads to from a leaf hash.
 * @param {Bytes} leaf
 * @param {number} index
 * @param {number} size leaves of the tree
 * @param {Bytes[]} path lowest first
 * @returns {Promise<Bytes | null>} null where it cannot be a path of such a tree
 */
export async function rootOfProof(leaf, index, size, path) {
  if (!(Number.isInteger(index) && index >= 0 && index < size)) return null;
  let [number, last, reached] = [index, size - 1, leaf];
  for (const sibling of path) {
    if (last === 0) return null;
    if (number % 2 === 1 || number === last) {
      reached = await node(sibling, reached);
      while (number !== 0 && number % 2 === 0) [number, last] = [Math.floor(number / 2), Math.floor(last / 2)];
    } else reached = await node(reached, sibling);
    [number, last] = [Math.floor(number / 2), Math.floor(last / 2)];
  }
  return last === 0 ? reached : null;
}
