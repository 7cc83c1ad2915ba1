// The forms that bytes take between tablet and server: base64url without padding, hexadecimal, UTF-8,
// and RFC 8785 with well-formed Unicode. The twin of sync/wire.py.
//
// Owns: how bytes are written in JSON and how JSON is written for hashing. Pure; parse errors are
// thrown as TypeError and wrapped by whoever reads foreign data.

/** @typedef {Uint8Array<ArrayBuffer>} Bytes */

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** @param {string} text @returns {Bytes} */
export function utf8(text) {
  return encoder.encode(text);
}

/** @param {BufferSource} bytes @returns {string} */
export function text(bytes) {
  return decoder.decode(bytes);
}

/** @param {ArrayBuffer | Uint8Array} source @returns {string} base64url without padding */
export function toBase64(source) {
  const bytes = source instanceof Uint8Array ? source : new Uint8Array(source);
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  }
  return btoa(binary).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
}

/** @param {string} value base64url or base64 @returns {Bytes} */
export function fromBase64(value) {
  let binary;
  try {
    binary = atob(value.replaceAll('-', '+').replaceAll('_', '/'));
  } catch {
    throw new TypeError('not base64');
  }
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i += 1) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** @param {ArrayBuffer | Uint8Array} source @returns {string} */
export function toHex(source) {
  const bytes = source instanceof Uint8Array ? source : new Uint8Array(source);
  let hex = '';
  for (const byte of bytes) hex += byte.toString(16).padStart(2, '0');
  return hex;
}

/** @param {string} hex @returns {Bytes} */
export function fromHex(hex) {
  if (!/^([0-9a-f]{2})*$/i.test(hex)) throw new TypeError('not hexadecimal');
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = parseInt(hex.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/** @param {Uint8Array[]} parts @returns {Bytes} */
export function concat(...parts) {
  const bytes = new Uint8Array(parts.reduce((size, part) => size + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** @param {BufferSource} bytes @returns {Promise<Bytes>} */
export async function sha256(bytes) {
  return new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));
}

/** @param {number} size @returns {Bytes} */
export function randomBytes(size) {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i += 65536) crypto.getRandomValues(bytes.subarray(i, i + 65536));
  return bytes;
}

/**
 * The same JSON value with every string (and key) well-formed: a lone surrogate becomes U+FFFD.
 * Members that are undefined are left out, dates and the like are no JSON: a TypeError.
 * @param {any} value
 * @returns {any}
 */
export function mend(value) {
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'string') return mendText(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError('a number that JSON cannot carry');
    return value;
  }
  if (Array.isArray(value)) return value.map((item) => mend(item ?? null));
  if (typeof value !== 'object' || ![Object.prototype, null].includes(Object.getPrototypeOf(value))) {
    throw new TypeError(`not JSON: ${typeof value}`);
  }
  /** @type {Record<string, any>} */
  const mended = {};
  for (const [key, inner] of Object.entries(value)) {
    if (inner !== undefined) mended[mendText(key)] = mend(inner);
  }
  return mended;
}

const LONE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

/** @param {string} value @returns {string} */
export function mendText(value) {
  return value.replace(LONE, '\ufffd');
}

/**
 * RFC 8785, mended first.
 * @param {any} value
 * @returns {string}
 */
export function canonical(value) {
  return write(mend(value));
}

/** @param {any} value @returns {string} */
function write(value) {
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(write).join(',')}]`;
  // Array.sort compares UTF-16 code units, which is what RFC 8785 asks for.
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${write(value[key])}`).join(',')}}`;
}
