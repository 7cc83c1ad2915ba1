// Recordings that a crash or a dead battery cut off, found at the next unlock.
//
// Owns: turning what is on the disk into an `interrupted` medium. Frames are counted in the ciphertext
// by their length prefixes (the key is gone with the session); a torn last frame is cut off. Files that
// no document knows are removed: their recording never began.

import { PREFIX, scanFrames, TAG } from '../crypto/stream.js';
import { Chunks } from './chunks.js';
import { chunkWrites } from './recordings.js';
import { isKnownStream } from './stream_version.js';

/**
 * @param {import('../session.js').Session} session
 * @param {import('./recordings.js').Recordings} recordings
 * @returns {Promise<string[]>} ids of the media that were interrupted
 */
export async function recoverMedia(session, recordings) {
  const known = new Set([...session.records.files.values()].map(({ file }) => file));
  const noted = new Set((await session.storage.database.all('chunks')).map((row) => row.file));
  for (const name of await session.storage.files.names()) {
    // What is being taken in for a colleague is noted when it is whole.
    if (!known.has(name) && !noted.has(name) && !session.storage.files.isOpen(name)) await session.storage.files.remove(name);
  }
  const recovered = [];
  for (const { id, channel, file, freed } of [...session.records.files.values()]) {
    const doc = (await session.readings.get(channel, id))?.doc;
    if (freed || doc?.state !== 'recording' || !isKnownStream(doc)) continue;
    const found = await cutToWholeFrames(session.storage.files, file);
    const writes = await chunkWrites(session, file, found.chunks);
    await recordings.saveEnded(channel, { ...doc, ...found, state: 'interrupted' }, { writes });
    recovered.push(id);
  }
  return recovered;
}

/**
 * @param {import('../store/files.js').Files} files
 * @param {string} name
 */
async function cutToWholeFrames(files, name) {
  const file = await files.open(name);
  try {
    const { frames, bytes } = await scanFrames((offset, length) => file.read(offset, length), file.size());
    // An empty frame is the flagged one: the crash came between it and the document that says "complete".
    const ended = frames.at(-1)?.size === TAG;
    const kept = ended ? frames.slice(0, -1) : frames;
    const size = ended ? bytes - PREFIX - TAG : bytes;
    if (size < file.size()) await file.truncate(size);
    const chunks = new Chunks(name);
    for (const frame of kept) await chunks.push(await file.read(frame.offset - PREFIX, frame.size + PREFIX));
    await chunks.end();
    const plainBytes = kept.reduce((sum, frame) => sum + frame.size - TAG, 0);
    return { frames: kept.length, bytes: size, plain_bytes: plainBytes, chunks: chunks.list };
  } finally {
    await file.close();
  }
}
