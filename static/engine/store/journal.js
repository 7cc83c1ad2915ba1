// The journal: what was just saved, in a file that a sync handle holds, until the database has it too.
//
// Owns: the file's form and its room. A record is whole or not there: length and checksum come before what they
// cover, so the last one, torn by a power cut, is dropped. Two halves: while the database takes over what is in
// one, the other is written. Nothing in it is in the clear that is not so in the database as well: rows come
// sealed. What was taken over lies here until it is written over, or until `scrub`. Knows no database and no keys.
//
//   magic (16) ‖ used u8 ‖ … 4096      then two halves of records
//   record: length u32 ‖ CRC-32 u32 ‖ epoch u32 ‖ number f64 ‖ payload
//   payload: head length u32 ‖ head (JSON, one row each, buffers named by length) ‖ buffers

import { concat, randomBytes, text, utf8 } from '../crypto/wire.js';
import { requireKnown } from './blocks.js';
import { crc32 } from './checksum.js';

/**
 * @typedef {import('../crypto/wire.js').Bytes} Bytes
 * @typedef {import('./database.js').Write} Write
 * @typedef {import('./place.js').Place} Place
 * @typedef {{epoch: number, number: number, writes: Write[], half: number}} JournalRecord
 */

export const JOURNAL_VERSION = 1;
const MAGIC = 'AIGAQ-JOURNAL-';
const HEAD = 4096;
/** One mebibyte in all: Chromium reserves room for an open file in powers of two. */
const HALF = 510 << 10;
const SIZE = HEAD + 2 * HALF;
const USED = 16;
const FRAME = 20;
/** The payload of one record, at most: what is larger costs the disk as much in the database. */
export const LARGEST_RECORD = 128 << 10;

/** What a row's writes may be, for the journal to hold them. @type {Set<string>} */
export const JOURNALED = new Set(['blocks', 'outbox']);

export class Journal {
  #half = 0;
  #at = 0;
  #used = false;
  /** How far something was written since the last scrubbing. */ #reach = [0, 0];
  #buffer = new Uint8Array(FRAME + LARGEST_RECORD);

  /** @param {Place} place */
  constructor(place) {
    this.place = place;
  }

  /**
   * @param {Place} place
   * @returns {Promise<Journal>} with room for all it will ever hold
   * @throws {import('../errors.js').EngineError} `newer-version`; {DOMException} where there is no room
   */
  static async open(place) {
    const journal = new Journal(place);
    const known = versionOf(place.read(0, MAGIC.length + 2));
    if (known === null || place.size() < SIZE) {
      // Nothing is acknowledged before the head stands. Random, because zeros may take no room.
      place.write(HEAD, randomBytes(2 * HALF));
      place.write(0, headOf());
      await place.flush();
    } else if (place.read(USED, 1)[0] !== 0) {
      journal.#used = true;
      journal.#reach = [HALF, HALF];
    }
    return journal;
  }

  /** @returns {JournalRecord[]} in the order of their numbers; also those that were taken over long ago */
  records() {
    return this.#used ? readJournal(this.place.read(0, SIZE)) : [];
  }

  /**
   * Durable after `flush`.
   * @param {number} epoch
   * @param {number} number
   * @param {Write[]} writes
   * @param {(half: number) => boolean} busy whether a half holds what the database does not have yet
   * @returns {number} the half it lies in; -1 where it finds no room: then nothing was written
   * @throws {DOMException}
   */
  append(epoch, number, writes, busy) {
    const size = packRecord(this.#buffer, epoch, number, writes);
    if (size === 0) return -1;
    if (!busy(this.#half)) this.#at = 0;
    if (this.#at + size > HALF) {
      if (busy(1 - this.#half)) return -1;
      this.turn(busy);
    }
    if (!this.#used) {
      this.place.write(USED, new Uint8Array([1]));
      this.#used = true;
    }
    this.place.write(HEAD + this.#half * HALF + this.#at, this.#buffer.subarray(0, size));
    this.#at += size;
    this.#reach[this.#half] = Math.max(this.#reach[this.#half], this.#at);
    return this.#half;
  }

  /** @returns {Promise<void>} */
  flush() {
    return this.place.flush();
  }

  /** What comes now goes into the other half, if that is free. @param {(half: number) => boolean} busy */
  turn(busy) {
    if (busy(1 - this.#half)) return;
    this.#half = 1 - this.#half;
    this.#at = 0;
  }

  /** Nothing of what it held is in the file any more. */
  async scrub() {
    if (!this.#used) return;
    for (const half of [0, 1]) this.place.write(HEAD + half * HALF, randomBytes(this.#reach[half]));
    this.place.write(USED, new Uint8Array([0]));
    await this.place.flush();
    this.#used = false;
    this.#reach = [0, 0];
    this.#at = 0;
  }
}

/**
 * @param {Bytes} file
 * @returns {JournalRecord[]} in the order of their numbers
 * @throws {import('../errors.js').EngineError} `newer-version`
 */
export function readJournal(file) {
  if (versionOf(file) === null) return [];
  return [0, 1].flatMap((half) => readHalf(file.subarray(HEAD + half * HALF, HEAD + (half + 1) * HALF), half))
    .sort((a, b) => a.number - b.number);
}

/** Up to the first that is torn, or older than the one before it. @param {Bytes} bytes @param {number} half @returns {JournalRecord[]} */
function readHalf(bytes, half) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found = [];
  let last = -1;
  for (let at = 0; at + FRAME <= bytes.length;) {
    const length = view.getUint32(at);
    const end = at + FRAME + length;
    if (length > LARGEST_RECORD || end > bytes.length || view.getUint32(at + 4) !== sumOf(bytes.subarray(at, end))) break;
    const number = view.getFloat64(at + 12);
    if (number <= last) break;
    found.push({ epoch: view.getUint32(at + 8), number, writes: readPayload(bytes.subarray(at + FRAME, end)), half });
    last = number;
    at = end;
  }
  return found;
}

/** @param {Uint8Array} buffer @param {number} epoch @param {number} number @param {Write[]} writes @returns {number} its size; 0 where it is too large */
function packRecord(buffer, epoch, number, writes) {
  /** @type {ArrayBuffer[]} */
  const parts = [];
  const rows = writes.map((write) => {
    if (!('put' in write)) return write;
    /** @type {Record<string, any>} */ const row = {};
    /** @type {Record<string, number>} */ const buffers = {};
    for (const [field, value] of Object.entries(write.put)) {
      if (value instanceof ArrayBuffer) {
        buffers[field] = value.byteLength;
        parts.push(value);
      } else row[field] = value;
    }
    return { store: write.store, put: row, buffers };
  });
  const head = utf8(JSON.stringify(rows));
  const length = 4 + head.length + parts.reduce((sum, { byteLength }) => sum + byteLength, 0);
  if (length > LARGEST_RECORD) return 0;
  const view = new DataView(buffer.buffer);
  view.setUint32(0, length);
  view.setUint32(8, epoch);
  view.setFloat64(12, number);
  view.setUint32(FRAME, head.length);
  buffer.set(head, FRAME + 4);
  let at = FRAME + 4 + head.length;
  for (const part of parts) {
    buffer.set(new Uint8Array(part), at);
    at += part.byteLength;
  }
  view.setUint32(4, sumOf(buffer.subarray(0, at)));
  return at;
}

/** @param {Bytes} payload @returns {Write[]} */
function readPayload(payload) {
  const length = new DataView(payload.buffer, payload.byteOffset).getUint32(0);
  let at = 4 + length;
  return JSON.parse(text(payload.subarray(4, at))).map((/** @type {any} */ write) => {
    if (!('put' in write)) return write;
    const row = { ...write.put };
    for (const [field, size] of Object.entries(write.buffers)) {
      row[field] = payload.slice(at, at + size).buffer;
      at += size;
    }
    return { store: write.store, put: row };
  });
}

/** Of all but the checksum itself. @param {Uint8Array} record */
function sumOf(record) {
  return crc32(record.subarray(8), crc32(record.subarray(0, 4)));
}

function headOf() {
  const head = concat(utf8(`${MAGIC}${JOURNAL_VERSION}\n`), new Uint8Array(HEAD - MAGIC.length - 2));
  return head;
}

/** @param {Bytes} file @returns {number | null} null: there is none @throws {import('../errors.js').EngineError} `newer-version` */
function versionOf(file) {
  const first = String.fromCharCode(...file.subarray(0, MAGIC.length + 1));
  if (!first.startsWith(MAGIC)) return null;
  const version = first.charCodeAt(MAGIC.length) - '0'.charCodeAt(0);
  requireKnown('journal', version, JOURNAL_VERSION);
  return version;
}
