// Where the vault's header lies: two slots in one place, so that a power cut in the middle of a change
// leaves a whole one.
//
// Owns: the choice between the slots. A new header goes into the slot that is not in use and is flushed
// before the old one is overwritten with random bytes: words that were changed open nothing any more.
// Behind the slots lies the passkey's record, or as many random bytes: it may be lost without harm.

import { randomBytes } from '../crypto/wire.js';
import { EngineError } from '../errors.js';
import { HEADER_SIZE, parseHeader } from '../crypto/header.js';
import { parsePasskey, PASSKEY_SIZE } from '../crypto/passkey.js';

/** @typedef {import('./place.js').Place} Place */
/** @typedef {import('../crypto/header.js').Header} Header */

const PASSKEY = 2 * HEADER_SIZE;

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

/** @param {Place} place @returns {Promise<import('../crypto/passkey.js').PasskeyRecord | null>} null where none is set */
export async function readPasskey(place) {
  return parsePasskey(place.read(PASSKEY, PASSKEY_SIZE));
}

/** @param {Place} place @param {Uint8Array} bytes a passkey's record, in place of what is there */
export async function writePasskey(place, bytes) {
  place.write(PASSKEY, bytes);
  await place.flush();
}

/** No passkey opens the vault after this; the words do. @param {Place} place */
export function wipePasskey(place) {
  return writePasskey(place, randomBytes(PASSKEY_SIZE));
}

/** Nothing opens the vault after this. @param {Place} place */
export async function wipeHeader(place) {
  place.write(0, randomBytes(PASSKEY + PASSKEY_SIZE));
  await place.flush();
}
