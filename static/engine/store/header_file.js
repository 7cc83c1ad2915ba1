// Where the vault's header lies: two slots in one place, so that a power cut in the middle of a change
// leaves a whole one.
//
// Owns: the choice between the slots. A new header goes into the slot that is not in use and is flushed
// before the old one is overwritten with random bytes: words that were changed open nothing any more.

import { randomBytes } from '../crypto/wire.js';
import { EngineError } from '../errors.js';
import { HEADER_SIZE, parseHeader } from '../crypto/header.js';

/** @typedef {import('./place.js').Place} Place */
/** @typedef {import('../crypto/header.js').Header} Header */

/**
 * @param {Place} place
 * @returns {Promise<{header: Header, slot: number}>} the newest whole header
 * @throws {EngineError} `no-vault` where there is nothing, `vault-damaged` where nothing is whole
 */
export async function readHeader(place) {
  if (place.size() === 0) throw new EngineError('no-vault');
  let newest = null;
  for (const slot of [0, 1]) {
    const header = await parseHeader(place.read(slot * HEADER_SIZE, HEADER_SIZE));
    if (header && (!newest || header.generation > newest.header.generation)) newest = { header, slot };
  }
  if (!newest) throw new EngineError('vault-damaged', 'header');
  return newest;
}

/**
 * @param {Place} place
 * @param {Uint8Array} bytes a header
 * @param {number} slot where it goes
 */
export async function writeHeader(place, bytes, slot) {
  place.write(slot * HEADER_SIZE, bytes);
  await place.flush();
  place.write((1 - slot) * HEADER_SIZE, randomBytes(HEADER_SIZE));
  await place.flush();
}

/** Nothing opens the vault after this. @param {Place} place */
export async function wipeHeader(place) {
  place.write(0, randomBytes(2 * HEADER_SIZE));
  await place.flush();
}
