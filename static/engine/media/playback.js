// Reading a medium back: from this tablet's file, or from the server by its chunks.
//
// Owns: the decision whether this session may and can open it. What comes from the server is checked
// against the hashes in the document before it is decrypted; nothing of it is written.

import { openStream } from '../crypto/stream.js';
import { concat, sha256, toHex } from '../crypto/wire.js';
import { EngineError } from '../errors.js';

/** @typedef {import('../crypto/wire.js').Bytes} Bytes */

/**
 * @param {import('../session.js').Session} session
 * @param {import('./recordings.js').Recordings} recordings
 * @param {{channel: string, id: string}} medium
 * @param {(channel: string, sha256: string) => Promise<Bytes>} fetchChunk
 * @returns {Promise<{mime: string, bytes: ArrayBuffer}>}
 * @throws {EngineError} `sealed`, `not-here`, `erased`, `record-damaged`
 */
export async function readMedium(session, recordings, { channel, id }, fetchChunk) {
  const reading = session.readings.get(channel, id);
  if (session.records.erased.has(id)) throw new EngineError('erased');
  if (!reading || reading.doc.type !== 'medium') throw new EngineError('not-here');
  const { doc } = reading;
  const key = await session.contentKey(id);
  if (!key) throw new EngineError(doc.class === 'custody' ? 'sealed' : 'not-here');
  const running = recordings.running(id);
  const local = session.records.files.get(id);
  let file;
  if (local && !local.freed) {
    const size = running ? running.file.size() : doc.bytes;
    file = await session.storage.files.readRange(local.file, 0, size);
  } else {
    if (doc.state === 'recording') throw new EngineError('not-here');
    file = await fetchFile(channel, doc, fetchChunk);
  }
  const frames = running ? running.frames : doc.frames;
  try {
    const plain = await openStream(key, id, file, doc.state === 'complete' ? null : frames);
    return { mime: doc.mime, bytes: plain.buffer };
  } catch {
    throw new EngineError('record-damaged', id);
  }
}

/**
 * @param {string} channel
 * @param {any} doc
 * @param {(channel: string, sha256: string) => Promise<Bytes>} fetchChunk
 */
async function fetchFile(channel, doc, fetchChunk) {
  const parts = [];
  for (const chunk of doc.chunks) {
    const bytes = await fetchChunk(channel, chunk.sha256);
    if (toHex(await sha256(bytes)) !== chunk.sha256) throw new EngineError('record-damaged', doc._id);
    parts.push(bytes);
  }
  return concat(...parts);
}
