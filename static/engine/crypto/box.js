// AES-256-GCM boxes: `nonce (12) ‖ ciphertext with tag`.
//
// Owns: sealing and opening of one byte string under one key, and the subkeys of the vault key.
// Safety: nonces are random; a vault seals far fewer than 2^32 boxes under one subkey. The associated
// data names the place of a box, so that a box moved elsewhere does not open.

import { concat, randomBytes, utf8 } from './wire.js';

/** @typedef {import('./wire.js').Bytes} Bytes */

const NONCE = 12;
/** What a box is longer than its content. */
export const BOX_OVERHEAD = NONCE + 16;

/** A box did not open: wrong key, wrong place, or changed bytes. Never tells which. */
export class BoxDamaged extends Error {}

/** @param {Bytes} raw 32 bytes @returns {Promise<CryptoKey>} */
export function boxKey(raw) {
  return crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);
}

/**
 * A key of its own for each purpose: HKDF-SHA256 over the vault key.
 * @param {Bytes} vaultKey 32 bytes
 * @param {Bytes} vaultId salt
 * @param {string} purpose
 * @returns {Promise<CryptoKey>} not extractable
 */
export async function subkey(vaultKey, vaultId, purpose) {
  const material = await crypto.subtle.importKey('raw', vaultKey, 'HKDF', false, ['deriveKey']);
  const params = { name: 'HKDF', hash: 'SHA-256', salt: vaultId, info: utf8(`aigaq/vault/1/${purpose}`) };
  return crypto.subtle.deriveKey(params, material, { name: 'AES-GCM', length: 256 }, false, ['encrypt', 'decrypt']);
}

/**
 * @param {CryptoKey} key
 * @param {Bytes} plain
 * @param {string} place associated data
 * @returns {Promise<Bytes>}
 */
export async function seal(key, plain, place) {
  const nonce = randomBytes(NONCE);
  const params = { name: 'AES-GCM', iv: nonce, additionalData: utf8(place) };
  return concat(nonce, new Uint8Array(await crypto.subtle.encrypt(params, key, plain)));
}

/**
 * @param {CryptoKey} key
 * @param {Bytes} box
 * @param {string} place associated data
 * @returns {Promise<Bytes>}
 * @throws {BoxDamaged}
 */
export async function open(key, box, place) {
  if (box.length < BOX_OVERHEAD) throw new BoxDamaged('too short');
  const params = { name: 'AES-GCM', iv: box.subarray(0, NONCE), additionalData: utf8(place) };
  try {
    return new Uint8Array(await crypto.subtle.decrypt(params, key, box.subarray(NONCE)));
  } catch {
    throw new BoxDamaged('does not open');
  }
}
