// ECDSA P-256 with SHA-256, raw r‖s: authorship, upload requests, receipts, key sets.
//
// Owns: making, keeping and using signature keys. The device signing key leaves only wrapped by the
// vault (exported once, into the encrypted log); the upload key never leaves the browser's key store.

import { canonical, fromBase64, fromHex, sha256, toBase64, toHex, utf8 } from './wire.js';

/** @typedef {import('./wire.js').Bytes} Bytes */
/** @typedef {import('../types.js').Receipt} Receipt */
/**
 * @typedef {object} SignedRequest
 * @property {string} method
 * @property {string} path
 * @property {Bytes | {sha256: string}} body or its hash, hex, where that is known: the server takes no other bytes for it
 * @property {string} nonce of the server, with its counter
 * @property {number} created in seconds, as this tablet believes
 */

const CURVE = { name: 'ECDSA', namedCurve: 'P-256' };
const SCHEME = { name: 'ECDSA', hash: 'SHA-256' };

/**
 * @param {boolean} extractable
 * @returns {Promise<{key: CryptoKey, pair: CryptoKeyPair, public: string}>}
 */
export async function makeSigningKey(extractable) {
  const pair = await crypto.subtle.generateKey(CURVE, extractable, ['sign', 'verify']);
  return { key: pair.privateKey, pair, public: toBase64(await crypto.subtle.exportKey('raw', pair.publicKey)) };
}

/** @param {CryptoKey} key @returns {Promise<string>} b64 of PKCS #8 */
export async function exportSigningKey(key) {
  return toBase64(await crypto.subtle.exportKey('pkcs8', key));
}

/** @param {string} exported @returns {Promise<CryptoKey>} not extractable */
export function importSigningKey(exported) {
  return crypto.subtle.importKey('pkcs8', fromBase64(exported), CURVE, false, ['sign']);
}

/** @param {CryptoKey} key @param {string} message @returns {Promise<string>} b64 */
export async function sign(key, message) {
  return toBase64(await crypto.subtle.sign(SCHEME, key, utf8(message)));
}

/**
 * @param {string} publicKey b64 of the uncompressed point
 * @param {string} signature b64
 * @param {string} message
 * @returns {Promise<boolean>} false also where key or signature are no such thing
 */
export async function verify(publicKey, signature, message) {
  try {
    const key = await crypto.subtle.importKey('raw', fromBase64(publicKey), CURVE, false, ['verify']);
    return await crypto.subtle.verify(SCHEME, key, fromBase64(signature), utf8(message));
  } catch {
    return false;
  }
}

/**
 * @param {CryptoKey} key the device signing key
 * @param {string} envelope its id
 * @param {string} sealedSha256 hex
 */
export function signEnvelope(key, envelope, sealedSha256) {
  return sign(key, `aigaq/envelope/1\n${envelope}\n${sealedSha256}`);
}

/**
 * Headers of a delivering request, in the form of RFC 9421 (protocol.md, section 3).
 * @param {CryptoKey} uploadKey
 * @param {string} device
 * @param {SignedRequest} request
 * @returns {Promise<Record<string, string>>}
 */
export async function signUpload(uploadKey, device, request) {
  const { digest, parameters, base } = await uploadBase(device, request);
  const signature = new Uint8Array(await crypto.subtle.sign(SCHEME, uploadKey, utf8(base)));
  return {
    'Aigaq-Device': device,
    'Content-Digest': digest,
    'Signature-Input': `aigaq=${parameters}`,
    Signature: `aigaq=:${plainBase64(signature)}:`,
  };
}

/**
 * What is signed, and the headers that say so.
 * @param {string} device
 * @param {SignedRequest} request
 */
export async function uploadBase(device, { method, path, body, nonce, created }) {
  const digest = `sha-256=:${plainBase64('sha256' in body ? fromHex(body.sha256) : await sha256(body))}:`;
  const covered = '("@method" "@path" "content-digest" "aigaq-device")';
  const parameters = `${covered};created=${Math.max(0, created)};nonce="${nonce}";keyid="${device}";alg="ecdsa-p256-sha256"`;
  const base = [
    `"@method": ${method}`, `"@path": ${path}`, `"content-digest": ${digest}`, `"aigaq-device": ${device}`,
    `"@signature-params": ${parameters}`,
  ].join('\n');
  return { digest, parameters, base };
}

/** Base64 with its padding, as structured fields have it. @param {Uint8Array} bytes */
function plainBase64(bytes) {
  return btoa(String.fromCharCode(...bytes));
}

/**
 * The answer to a session's challenge.
 * @param {CryptoKey} key the device signing key
 * @param {string} device
 * @param {string} nonce
 * @param {any} report how the tablet says it stands
 */
export async function signSession(key, device, nonce, report) {
  return sign(key, `aigaq/session/2\n${device}\n${nonce}\n${toHex(await sha256(utf8(canonical(report))))}`);
}

/**
 * A receipt counts only if the organisation's receipt key signed it, for this envelope, over these bytes.
 * @param {{receipt: Receipt, signature: string}} answer
 * @param {{id: string, sealed: ArrayBuffer, device: string}} envelope
 * @param {import('../types.js').KeySet} set
 * @returns {Promise<boolean>}
 */
export async function verifyReceipt(answer, envelope, set) {
  const { receipt, signature } = answer;
  const known = [{ ...set.keys.receipt, purpose: 'receipt' }, ...set.retired];
  const key = known.find((candidate) => candidate.purpose === 'receipt' && candidate.id === receipt.key);
  if (!key || receipt.envelope !== envelope.id || receipt.device !== envelope.device) return false;
  if (receipt.sealed_sha256 !== toHex(await sha256(envelope.sealed))) return false;
  return verify(key.public, signature, `aigaq/receipt/1\n${canonical(receipt)}`);
}
