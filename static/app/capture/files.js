// What a file from the device becomes here: its kind, and how much of it is taken.
//
// Owns: which files are taken, judged by their first bytes where a name could lie, and the limits. Pure but for
// `pour`, which gives a long file to the engine piece by piece: it is never in memory whole.

/**
 * @typedef {import('../../engine/client.js').EngineClient} Engine
 * @typedef {'photo' | 'document' | 'audio' | 'video'} ImportKind
 * @typedef {{kind: ImportKind, mime: string}} Known
 */

const MB = 1 << 20;
export const PIECE = MB;
/** Bytes per kind. @type {Record<ImportKind, number>} */
export const MOST = { photo: 40 * MB, document: 40 * MB, audio: 1024 * MB, video: 2048 * MB };
/** What the file dialog offers. */
export const ACCEPT = 'image/*,audio/*,video/*,application/pdf,text/plain,.pdf,.docx,.xlsx,.odt,.ods,.txt';

const OFFICE = /** @type {Record<string, string>} */ ({
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  odt: 'application/vnd.oasis.opendocument.text',
  ods: 'application/vnd.oasis.opendocument.spreadsheet',
});

/**
 * @param {{name: string, type: string}} file
 * @param {Uint8Array} head its first bytes
 * @returns {Known | null} null: not taken
 */
export function kindOfFile({ name, type }, head) {
  const begins = (/** @type {string} */ text) => [...text].every((letter, at) => head[at] === letter.charCodeAt(0));
  const extension = name.split('.').pop()?.toLowerCase() ?? '';
  if (begins('%PDF-')) return { kind: 'document', mime: 'application/pdf' };
  if (OFFICE[extension]) return begins('PK\u0003\u0004') ? { kind: 'document', mime: OFFICE[extension] } : null;
  const mime = type.split(';')[0].toLowerCase();
  // A vector picture is a program: it is not taken as a picture of anything.
  if (mime.startsWith('image/') && !mime.includes('svg')) return { kind: 'photo', mime };
  if (mime.startsWith('audio/') || mime.startsWith('video/')) return { kind: mime.startsWith('audio/') ? 'audio' : 'video', mime };
  if (mime === 'text/plain' && !head.includes(0)) return { kind: 'document', mime };
  return null;
}

/**
 * What stops a file before it is read.
 * @param {{size: number}} file
 * @param {Known | null} known
 * @param {number | null} freeBytes of the tablet; null: unknown
 * @returns {'unknown' | 'empty' | 'large' | 'room' | null}
 */
export function importObstacle({ size }, known, freeBytes) {
  if (!known) return 'unknown';
  if (size === 0) return 'empty';
  if (size > MOST[known.kind]) return 'large';
  return freeBytes !== null && size > freeBytes ? 'room' : null;
}

/**
 * A file as a medium of its own, piece by piece.
 * @param {Engine} engine
 * @param {string} channel
 * @param {Record<string, any>} fields
 * @param {Blob} file
 * @param {(part: number) => void} progress of 1
 * @returns {Promise<import('../../engine/types.js').Reading>} complete
 * @throws {EngineError} half a file is no evidence: what was taken of it is erased, where the engine still can
 */
export async function pour(engine, channel, fields, file, progress) {
  const { id } = await engine.startMedium(channel, fields);
  try {
    for (let at = 0; at < file.size; at += PIECE) {
      await engine.appendFrame(id, await file.slice(at, at + PIECE).arrayBuffer());
      progress(Math.min(1, (at + PIECE) / file.size));
    }
    return await engine.finishMedium(id);
  } catch (error) {
    await engine.eraseMedium(id).catch(() => {});
    throw error;
  }
}
