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
/** What sealed bytes are longer than their plaintext: the ephemeral key and the tag. */
export const SEAL_OVERHEAD = ENC + 16;
const suite = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() });

/**
 * What of sealing an envelope does not depend on what is in it, and takes most of the time: the ephemeral key and
 * what is agreed with it.
 * @param {NamedKey} transport
 * @param {string} envelope its id
 * @returns {Promise<(plain: Bytes) => Promise<Bytes>>} seals, once
 */
export function prepareEnvelope(transport, envelope) {
  return prepare(fromBase64(transport.public), `aigaq/envelope/1\n${envelope}`);
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
  return (await prepare(publicKey, info))(plain);
}

/** @param {Bytes} publicKey 32 bytes @param {string} info @returns {Promise<(plain: Bytes) => Promise<Bytes>>} seals, once */
async function prepare(publicKey, info) {
  const recipientPublicKey = await suite.kem.deserializePublicKey(publicKey.slice().buffer);
  const sender = await suite.createSenderContext({ recipientPublicKey, info: utf8(info) });
  let used = false;
  return async (plain) => {
    // A second message would have the next sequence number, which no opening expects.
    if (used) throw new TypeError('sealed already');
    used = true;
    return concat(new Uint8Array(sender.enc), new Uint8Array(await sender.seal(plain.slice().buffer)));
  };
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
