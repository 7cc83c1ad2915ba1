// The ZIP file around a package's files, in the one spelling that packages are written in. The twin of
// sync/evidence/container.py, which says why.

import { concat, utf8 } from '../../engine/crypto/wire.js';

/** @typedef {import('../../engine/crypto/wire.js').Bytes} Bytes */
/** A file as the ZIP file's own list names it. @typedef {{name: string, crc: number, size: number}} Entry */

const VERSION = 20;
const VERSION_64 = 45;
const UNIX = 3;
/** Written as a stream: size and hash stand behind each file. */
const FLAGS = 8;
/** The first day that ZIP knows: 1 January 1980. */
const DATE = 33;
const MODE = 0o600 * 65536;
/** Beyond it offsets go into the 64-bit field. */
const LIMIT = 2 ** 31 - 1;
const MOST = 2 ** 16 - 1;
const LARGEST = 2 ** 32 - 1;

/**
 * Whether `file` is these entries, in this order, stored, and not one byte else or otherwise.
 * @param {Blob} file
 * @param {Entry[]} entries
 * @returns {Promise<boolean>}
 */
export async function isAsWritten(file, entries) {
  /** @type {Bytes[]} */
  const directory = [];
  let at = 0;
  for (const entry of entries) {
    const [head, tail] = [local(entry), descriptor(entry)];
    const behind = at + head.length + entry.size;
    if (!(await stands(file, at, head)) || !(await stands(file, behind, tail))) return false;
    directory.push(central(entry, at));
    at = behind + tail.length;
  }
  const list = concat(...directory);
  const rest = concat(list, end(entries.length, list.length, at));
  return file.size === at + rest.length && stands(file, at, rest);
}

/** @param {Blob} file @param {number} offset @param {Bytes} expected */
async function stands(file, offset, expected) {
  const found = new Uint8Array(await file.slice(offset, offset + expected.length).arrayBuffer());
  return found.length === expected.length && found.every((byte, i) => byte === expected[i]);
}

/** @param {Entry} entry */
function local({ name }) {
  return concat(pack('PK\x03\x04', [2, VERSION, FLAGS, 0, 0, DATE], [4, 0, 0, 0], [2, name.length, 0]), utf8(name));
}

/** @param {Entry} entry */
function descriptor({ crc, size }) {
  return pack('PK\x07\x08', [4, crc, size, size]);
}

/** @param {Entry} entry @param {number} offset */
function central({ name, crc, size }, offset) {
  const far = offset > LIMIT;
  const version = far ? VERSION_64 : VERSION;
  const extra = far ? pack('', [2, 1, 8], [8, offset]) : new Uint8Array(0);
  const head = pack(
    'PK\x01\x02', [1, version, UNIX, version, 0], [2, FLAGS, 0, 0, DATE], [4, crc, size, size],
    [2, name.length, extra.length, 0, 0, 0], [4, MODE, far ? LARGEST : offset]);
  return concat(head, utf8(name), extra);
}

/** @param {number} count @param {number} size of the list @param {number} offset where it begins */
function end(count, size, offset) {
  if (count <= MOST && size <= LIMIT && offset <= LIMIT) return pack('PK\x05\x06', [2, 0, 0, count, count], [4, size, offset], [2, 0]);
  const long = pack('PK\x06\x06', [8, 44], [2, VERSION_64, VERSION_64], [4, 0, 0], [8, count, count, size, offset]);
  const locator = pack('PK\x06\x07', [4, 0], [8, offset + size], [4, 1]);
  const [few, short, near] = [Math.min(count, MOST), Math.min(size, LARGEST), Math.min(offset, LARGEST)];
  return concat(long, locator, pack('PK\x05\x06', [2, 0, 0, few, few], [4, short, near], [2, 0]));
}

/**
 * Little-endian numbers, one size a group.
 * @param {string} sign
 * @param {...number[]} groups bytes of each number, then the numbers
 * @returns {Bytes}
 */
function pack(sign, ...groups) {
  const bytes = [...utf8(sign)];
  for (const [width, ...numbers] of groups) {
    for (const number of numbers) {
      for (let i = 0, rest = number; i < width; i += 1, rest = Math.floor(rest / 256)) bytes.push(rest % 256);
    }
  }
  return new Uint8Array(bytes);
}
