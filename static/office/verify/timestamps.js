// RFC 3161 timestamps, read and checked in the browser. The twin of sync/evidence/timestamps.py; the
// cryptography is pkijs's.

import { sha256, toHex } from '../../engine/crypto/wire.js';
import { Certificate, SignedData, TimeStampResp, TSTInfo } from '../../vendor/pkijs.js';

/** @typedef {import('../../engine/crypto/wire.js').Bytes} Bytes */
/** @typedef {{at: string, authority: string, trusted: boolean | null}} Stamp */

const SHA256 = '2.16.840.1.101.3.4.2.1';
const EXTENDED_KEY_USAGE = '2.5.29.37';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';
const COMMON_NAME = '2.5.4.3';

/** It is no timestamp, or one of something else. */
export class TimestampRefused extends Error {}

/**
 * @param {Bytes} token DER of an authority's answer
 * @param {Bytes} data what it should be over
 * @param {any[]} trusted certificates of authorities
 * @returns {Promise<Stamp>} `trusted` null where no certificate was given
 * @throws {TimestampRefused}
 */
export async function readStamp(token, data, trusted) {
  let answer, signed, info;
  try {
    answer = TimeStampResp.fromBER(buffer(token));
    signed = new SignedData({ schema: /** @type {any} */ (answer.timeStampToken).content });
    info = TSTInfo.fromBER(/** @type {any} */ (signed.encapContentInfo.eContent).getValue());
  } catch {
    throw new TimestampRefused('this is no RFC 3161 timestamp');
  }
  const imprint = info.messageImprint;
  const same = imprint.hashAlgorithm.algorithmId === SHA256
    && toHex(new Uint8Array(imprint.hashedMessage.valueBlock.valueHexView)) === toHex(await sha256(data));
  if (!same) throw new TimestampRefused('it is a timestamp of something else');
  const signer = signerOf(signed);
  const name = signer?.subject.typesAndValues.find((/** @type {any} */ { type }) => type === COMMON_NAME)?.value.valueBlock.value ?? '';
  return { at: info.genTime.toISOString(), authority: name, trusted: await isTrusted(signed, signer, data, trusted) };
}

/** @param {Bytes} pem @returns {any[]} its certificates @throws {TimestampRefused} */
export function certificates(pem) {
  const blocks = new TextDecoder().decode(pem).matchAll(/-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/g);
  const found = [];
  for (const [, base64] of blocks) {
    try {
      found.push(Certificate.fromBER(buffer(Uint8Array.from(atob(base64.replace(/\s/g, '')), (letter) => letter.charCodeAt(0)))));
    } catch {
      throw new TimestampRefused('no certificate in PEM form');
    }
  }
  if (found.length === 0) throw new TimestampRefused('no certificate in PEM form');
  return found;
}

/** @param {any} signed @returns {any} the certificate that signed */
function signerOf(signed) {
  const serial = signed.signerInfos[0]?.sid?.serialNumber;
  return (signed.certificates ?? []).find((/** @type {any} */ each) => serial && each.serialNumber?.isEqual(serial));
}

/** @param {any} signed @param {any} signer @param {Bytes} data @param {any[]} trusted */
async function isTrusted(signed, signer, data, trusted) {
  if (trusted.length === 0) return null;
  const usage = signer?.extensions?.find((/** @type {any} */ each) => each.extnID === EXTENDED_KEY_USAGE);
  if (!usage?.critical || !usage.parsedValue.keyPurposes.includes(TIME_STAMPING)) return false;
  try {
    return await signed.verify({ signer: 0, data: buffer(data), trustedCerts: trusted, checkChain: true });
  } catch {
    return false;
  }
}

/** @param {Bytes} bytes @returns {ArrayBuffer} */
function buffer(bytes) {
  return bytes.slice().buffer;
}
