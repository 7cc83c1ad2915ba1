// STREAM: a medium's ciphertext file, frame by frame (protocol.md, section 6).
//
// Owns: frames `length u32 ‖ AES-256-GCM ciphertext with tag`; nonce = frame number (11 bytes) ‖ last
// flag; AAD = medium id. Safety: one random key per medium, and a frame number is used once, so the
// counter nonce never repeats; numbers and flag refuse frames that were swapped, dropped or repeated.

import { concat, utf8 } from './wire.js';

/** @typedef {import('./wire.js').Bytes} Bytes */

export const TAG = 16;
export const PREFIX = 4;
/** A longer frame is no frame of ours. */
export const FRAME_LIMIT = 64 << 20;

/** A medium's ciphertext was changed, cut or reordered. */
export class StreamDamaged extends Error {}

/** @param {number} number @param {boolean} last @returns {Bytes} */
export function frameNonce(number, last) {
  const nonce = new Uint8Array(12);
  const view = new DataView(nonce.buffer);
  view.setUint32(3, Math.floor(number / 2 ** 32));
  view.setUint32(7, number >>> 0);
  nonce[11] = last ? 1 : 0;
  return nonce;
}

/**
 * Length prefix and ciphertext apart: putting them together costs as much as encrypting them.
 * @param {CryptoKey} key
 * @param {string} medium id
 * @param {{number: number, last: boolean, plain: BufferSource}} frame
 * @returns {Promise<[Bytes, Bytes]>}
 */
export async function sealParts(key, medium, { number, last, plain }) {
  const params = { name: 'AES-GCM', iv: frameNonce(number, last), additionalData: utf8(medium) };
  const sealed = new Uint8Array(await crypto.subtle.encrypt(params, key, plain));
  const prefix = new Uint8Array(PREFIX);
  new DataView(prefix.buffer).setUint32(0, sealed.length);
  return [prefix, sealed];
}

/**
 * @param {CryptoKey} key
 * @param {string} medium id
 * @param {{number: number, last: boolean, plain: BufferSource}} frame
 * @returns {Promise<Bytes>} with its length prefix
 */
export async function sealFrame(key, medium, frame) {
  return concat(...await sealParts(key, medium, frame));
}

/**
 * @param {CryptoKey} key
 * @param {string} medium id
 * @param {{number: number, last: boolean, sealed: Bytes}} frame without its prefix
 * @returns {Promise<Bytes>}
 * @throws {StreamDamaged}
 */
export async function openFrame(key, medium, { number, last, sealed }) {
  const params = { name: 'AES-GCM', iv: frameNonce(number, last), additionalData: utf8(medium) };
  try {
    return new Uint8Array(await crypto.subtle.decrypt(params, key, sealed));
  } catch {
    throw new StreamDamaged(`frame ${number}`);
  }
}

/**
 * Whole frames by their length prefixes, without any key.
 * @param {(offset: number, length: number) => Promise<Uint8Array>} read short at the file's end
 * @param {number} size of the file
 * @returns {Promise<{frames: {offset: number, size: number}[], bytes: number}>} ciphertext of each
 *   frame (without prefix), and the bytes up to the end of the last whole one
 */
export async function scanFrames(read, size) {
  const frames = [];
  let at = 0;
  while (at + PREFIX + TAG <= size) {
    const prefix = await read(at, PREFIX);
    const length = new DataView(prefix.buffer, prefix.byteOffset, PREFIX).getUint32(0);
    if (length < TAG || length > FRAME_LIMIT || at + PREFIX + length > size) break;
    frames.push({ offset: at + PREFIX, size: length });
    at += PREFIX + length;
  }
  return { frames, bytes: at };
}

/**
 * The plaintext of a whole ciphertext file.
 * @param {CryptoKey} key
 * @param {string} medium id
 * @param {Bytes} file
 * @param {number | null} interruptedAfter frames of an interrupted medium, null for a complete one
 * @returns {Promise<Bytes>}
 * @throws {StreamDamaged}
 */
export async function openStream(key, medium, file, interruptedAfter) {
  const scan = await scanFrames(async (offset, length) => file.subarray(offset, offset + length), file.length);
  if (scan.bytes !== file.length) throw new StreamDamaged('cut in a frame');
  const count = scan.frames.length;
  if (interruptedAfter === null ? count === 0 : count !== interruptedAfter) throw new StreamDamaged('wrong number of frames');
  const plain = [];
  for (const [number, { offset, size }] of scan.frames.entries()) {
    const last = interruptedAfter === null && number === count - 1;
    plain.push(await openFrame(key, medium, { number, last, sealed: file.slice(offset, offset + size) }));
  }
  return concat(...plain);
}
