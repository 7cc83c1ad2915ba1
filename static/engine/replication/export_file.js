// The file of the undelivered: what one tablet could not deliver, carried by hand.
//
// Owns: its form, writing it without holding it in memory, and reading it a piece at a time, also where it was cut or
// damaged on its way. Form: `AIGAQ-EXPORT-1\n`, one line of JSON `{device, envelopes, chunks: [{sha256, size}]}`, the
// chunks' bytes. An envelope is `{id, key, device, sealed, signature, sha256}`, the last over the sealed bytes.
//
// The head can be long, so it is not parsed as one value: the elements of both lists are flat objects whose strings
// hold no braces, hence each lies between two braces. That finds the whole ones also beside a damaged one.

import { fromBase64, sha256, toBase64, toHex } from '../crypto/wire.js';
import { EngineError } from '../errors.js';
import { isKnownRow } from './delivery.js';

/**
 * @typedef {import('../crypto/wire.js').Bytes} Bytes
 * @typedef {{id: string, key: string, device: string, sealed: Bytes, signature: string, sha256: string}} CarriedEnvelope
 * @typedef {{sha256: string, size: number, offset: number}} ChunkPlace `offset` in the file
 */

const MAGIC = 'AIGAQ-EXPORT-1\n';
const ID = /^[0-9A-Z]{26}$/;
const HASH = /^[0-9a-f]{64}$/;
const CODED = /^[A-Za-z0-9_-]+$/;
const CHUNK = 1 << 20;
/** Of the file, read at once. */
const PIECE = 1 << 20;
/** An envelope is smaller: the gateway takes no larger request. */
const LONGEST_ELEMENT = 8 << 20;
/** What stands before the first element: the device's id. */
const LONGEST_PREFIX = 4096;
const ROWS = 100;
const [OPEN, CLOSE, BRACKET, END] = [123, 125, 93, 10];

/**
 * Needs no key. The file's parts lie on the disk already, or go to the browser's own store of blobs one by one.
 * @param {import('../store/storage.js').Storage} storage
 * @param {number} now
 * @returns {Promise<{name: string, file: Blob}>}
 */
export async function exportUndelivered({ database, files }, now) {
  const device = await database.get('public', 'device');
  /** @type {BlobPart[]} */
  const envelopes = [];
  const keys = await database.keys('outbox');
  for (let at = 0; at < keys.length; at += ROWS) {
    const rows = (await database.many('outbox', keys.slice(at, at + ROWS))).filter((row) => row?.sealed && isKnownRow(row));
    if (rows.length === 0) continue;
    const coded = rows.map(({ id, key, device: author, sealed, signature, sha256: hash }) => (
      JSON.stringify({ id, key, device: author, sealed: toBase64(sealed), signature, sha256: hash })));
    envelopes.push(new Blob([envelopes.length > 0 ? ',' : '', coded.join(',')]));
  }
  const listed = [];
  /** @type {BlobPart[]} */
  const bytes = [];
  for (const { sha256: hash, size, file, offset, sent } of await database.all('chunks')) {
    if (sent) continue;
    const part = await files.slice(file, offset, size).catch(() => null);
    if (!part) continue; // Erased since the rows were read.
    bytes.push(part);
    listed.push({ sha256: hash, size });
  }
  const [before, after] = [`${MAGIC}{"device":${JSON.stringify(device?.id ?? null)},"envelopes":[`, `],"chunks":${JSON.stringify(listed)}}\n`];
  const day = new Date(now).toISOString().slice(0, 10);
  return { name: `aigaq-${day}.sealed`, file: new Blob([before, ...envelopes, after, ...bytes]) };
}

/** Reads a file from its beginning to its end, a piece at a time. */
export class ExportFile {
  /** Whose it is; null where that is not to be read. @type {string | null} */ device = null;
  /** Of the head, what could not be read. */ damaged = 0;
  /** The head has no end: how much is lost nobody knows. */ cut = false;
  /** Known when the envelopes have been read. @type {ChunkPlace[]} */ chunks = [];

  /** @param {Blob} blob */
  constructor(blob) {
    this.blob = blob;
  }

  /**
   * What stands before the envelopes.
   * @returns {Promise<void>}
   * @throws {EngineError} `refused` with `not an export`
   */
  async open() {
    const start = new TextDecoder('latin1').decode(await this.#read(0, MAGIC.length + LONGEST_PREFIX));
    if (!start.startsWith(`${MAGIC}{"`)) throw new EngineError('refused', 'not an export');
    const named = /^\{"device":"([0-9A-Z]{26})"/.exec(start.slice(MAGIC.length));
    this.device = named ? named[1] : null;
  }

  /** Whole envelopes, some at a time. @returns {AsyncGenerator<CarriedEnvelope[]>} */
  async* envelopes() {
    const elements = new Elements();
    let at = MAGIC.length;
    /** @type {{sha256: string, size: number}[]} */
    const listed = [];
    while (!elements.ended) {
      const piece = await this.#read(at, PIECE);
      if (piece.length === 0) break;
      const found = [];
      for (const element of elements.of(piece)) {
        const value = parse(element);
        if (isChunk(value)) listed.push(value);
        else {
          const envelope = await parseEnvelope(value);
          if (envelope) found.push(envelope);
          else this.damaged += 1;
        }
      }
      if (found.length > 0) yield found;
      at += elements.ended ? elements.used : piece.length;
    }
    this.damaged += elements.lost;
    this.cut = !elements.whole;
    for (const { sha256: hash, size } of listed) {
      this.chunks.push({ sha256: hash, size, offset: at });
      at += size;
    }
  }

  /** @param {ChunkPlace} chunk @returns {Promise<Bytes | null>} null where the file does not hold it whole */
  async chunk({ sha256: hash, size, offset }) {
    const bytes = await this.#read(offset, size);
    return bytes.length === size && toHex(await sha256(bytes)) === hash ? bytes : null;
  }

  /** What can be read: a stick that was pulled out or is worn gives less, or nothing. @param {number} from @param {number} length @returns {Promise<Bytes>} */
  async #read(from, length) {
    try {
      return new Uint8Array(await this.blob.slice(from, from + length).arrayBuffer());
    } catch {
      return new Uint8Array(0);
    }
  }
}

/**
 * The flat objects of the head's line, which ends with `]}` and a line feed; each of the three may be damaged.
 */
class Elements {
  /** The line is over. */ ended = false;
  /** It ended as it should. */ whole = false;
  /** Of the last piece, up to and with the line's end. */ used = 0;
  /** Elements that lost a brace. */ lost = 0;
  /** @type {Uint8Array[]} of the open element, from the pieces before */ #before = [];
  #open = false;
  /** The first brace opens the whole. */ #outer = true;
  /** The byte before closed nothing that was open. */ #stray = false;
  /** The two bytes before. @type {[number, number]} */ #last = [0, 0];

  /** @param {Uint8Array} piece @returns {Generator<string>} */
  * of(piece) {
    let from = 0;
    for (let at = 0; at < piece.length && !this.ended; at += 1) {
      const byte = piece[at];
      const stray = this.#stray;
      this.#stray = false;
      // The line is over one byte after its last brace, whatever that byte has become.
      if (this.whole) this.#end(at, true);
      else if (byte === OPEN) {
        if (this.#open) this.lost += 1;
        this.#open = !this.#outer;
        this.#outer = false;
        this.#before = [];
        from = at;
      } else if (byte === CLOSE && this.#open) {
        yield this.#whole(piece.subarray(from, at + 1));
        this.#open = false;
      } else if (byte === CLOSE) {
        this.whole = this.#last[1] === BRACKET;
        this.#stray = !this.whole;
        if (this.#stray) this.lost += 1;
      } else if (byte === END && stray) {
        this.lost -= 1;
        this.#end(at, true);
      } else if (byte === END && this.#last[0] === BRACKET) this.#end(at, false);
      this.#last = [this.#last[1], byte];
    }
    if (this.#open && !this.ended) this.#keep(piece.slice(from));
  }

  /** @param {number} at @param {boolean} whole */
  #end(at, whole) {
    if (this.#open) this.lost += 1;
    this.ended = true;
    this.whole = whole;
    this.used = at + 1;
  }

  /** @param {Uint8Array} last @returns {string} */
  #whole(last) {
    const parts = [...this.#before, last];
    this.#before = [];
    const decoder = new TextDecoder();
    return parts.map((part, i) => decoder.decode(part, { stream: i < parts.length - 1 })).join('');
  }

  /** @param {Uint8Array} part */
  #keep(part) {
    this.#before.push(part);
    const length = this.#before.reduce((sum, { length: one }) => sum + one, 0);
    if (length <= LONGEST_ELEMENT) return;
    this.lost += 1;
    this.#open = false;
    this.#before = [];
  }
}

/** @param {string} json @returns {any} */
function parse(json) {
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

/** @param {string} coded @returns {Bytes | null} */
function decode(coded) {
  try {
    return fromBase64(coded);
  } catch {
    return null;
  }
}

/** @param {any} value @returns {Promise<CarriedEnvelope | null>} */
async function parseEnvelope(value) {
  const coded = value && ID.test(value.id) && typeof value.key === 'string' && ID.test(value.device)
    && CODED.test(value.sealed) && CODED.test(value.signature);
  if (!coded) return null;
  const sealed = decode(value.sealed);
  if (!sealed) return null;
  const hash = toHex(await sha256(sealed));
  // Files of earlier versions name no hash: what is damaged in them, the gateway finds.
  if (value.sha256 !== undefined && value.sha256 !== hash) return null;
  return { id: value.id, key: value.key, device: value.device, sealed, signature: value.signature, sha256: hash };
}

/** @param {any} value */
function isChunk(value) {
  return value !== null && typeof value === 'object' && HASH.test(value.sha256) && !('sealed' in value)
    && Number.isInteger(value.size) && value.size > 0 && value.size <= CHUNK;
}
