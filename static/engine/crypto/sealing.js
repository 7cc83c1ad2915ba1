// HPKE (RFC 9180, base mode): sealing to the office.
//
// Owns: the suite (X25519, HKDF-SHA256, AES-256-GCM), the wire form `enc ‖ ct`, and the three uses:
// envelopes to the transport key, content keys to the custody key, and their opening by a key holder.
// The item's id is bound through `info`, because the server's library takes no associated data.
// protocol.md, sections 4 and 6.

import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '../../vendor/hpke.js';
import { concat, fromBase64, toBase64, utf8 } from './wire.js';

/** @typedef {import('./wire.js').Bytes} Bytes */
/** @typedef {import('../types.js').NamedKey} NamedKey */

const ENC = 32;
const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/**
 * @param {Bytes} plain
 * @param {NamedKey} transport
 * @param {string} envelope its id
 * @returns {Promise<Bytes>}
 */
export function sealEnvelope(plain, transport, envelope) {
  return sealTo(fromBase64(transport.public), plain, `aigaq/envelope/1\n${envelope}`);
}

/**
 * @param {Bytes} contentKey 32 bytes
 * @param {NamedKey} custody
 * @param {string} document its id
 * @returns {Promise<string>} b64
 */
export async function sealContentKey(contentKey, custody, document) {
  return toBase64(await sealTo(fromBase64(custody.public), contentKey, `aigaq/content-key/1\n${document}`));
}

/**
 * For a key holder's browser.
 * @param {string} stanza b64
 * @param {Bytes} privateKey 32 bytes, X25519
 * @param {string} document its id
 * @returns {Promise<Bytes>} 32 bytes
 */
export function openContentKey(stanza, privateKey, document) {
  return openWith(privateKey, fromBase64(stanza), `aigaq/content-key/1\n${document}`);
}

/**
 * @param {Bytes} publicKey 32 bytes
 * @param {Bytes} plain
 * @param {string} info
 * @returns {Promise<Bytes>}
 */
export async function sealTo(publicKey, plain, info) {
  const recipientPublicKey = await suite.kem.deserializePublicKey(publicKey.slice().buffer);
  const { enc, ct } = await suite.seal({ recipientPublicKey, info: utf8(info) }, plain.slice().buffer);
  return concat(new Uint8Array(enc), new Uint8Array(ct));
}

/**
 * @param {Bytes} privateKey 32 bytes
 * @param {Bytes} sealed `enc ‖ ct`
 * @param {string} info
 * @returns {Promise<Bytes>}
 */
export async function openWith(privateKey, sealed, info) {
  const recipientKey = await suite.kem.deserializePrivateKey(privateKey.slice().buffer);
  const enc = sealed.slice(0, ENC).buffer;
  const plain = await suite.open({ recipientKey, enc, info: utf8(info) }, sealed.slice(ENC).buffer);
  return new Uint8Array(plain);
}
