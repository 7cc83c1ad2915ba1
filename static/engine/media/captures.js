// The chain of what this device has captured, inside the seal (docs/documents.md, `capture`).
//
// Owns: the link's content. Each medium that ends names the one that ended before it on the same device, by
// hash: a medium that was left out, exchanged or put in later breaks the chain. Pure; the twin is
// sync/captures.py, `tests/vectors/captures.json` the arbiter.

import { canonical, sha256, toHex, utf8 } from '../crypto/wire.js';

/** @typedef {{number: number, prev: string, sha256: string}} Capture */

/**
 * @param {any} doc a `medium` that has ended
 * @param {{number: number, prev: string}} place
 * @returns {Promise<Capture>}
 */
export async function captureLink(doc, { number, prev }) {
  const link = {
    device: doc.device, number, prev, medium: doc._id, kind: doc.kind, mime: doc.mime, at: doc.at, state: doc.state,
    frames: doc.frames, bytes: doc.bytes, chunks: doc.chunks.map((/** @type {{sha256: string}} */ chunk) => chunk.sha256),
  };
  return { number, prev, sha256: toHex(await sha256(utf8(`aigaq/capture/1\n${canonical(link)}`))) };
}
