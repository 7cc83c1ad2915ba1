// The version of a medium's ciphertext file.
//
// Owns: the number. A document says it in `stream`; absent is 1, the one there is (protocol.md, section 6). A file
// of a newer version is kept and delivered as it is, and neither opened nor cut.

import { requireKnown } from '../store/blocks.js';

const STREAM_VERSION = 1;

/** @param {any} doc a medium @throws {import('../errors.js').EngineError} `newer-version` */
export function requireStream(doc) {
  requireKnown('medium', doc.stream ?? 1, STREAM_VERSION);
}

/** @param {any} doc a medium */
export function isKnownStream(doc) {
  return (doc.stream ?? 1) === STREAM_VERSION;
}
