// Carrying for a colleague: what another tablet could not deliver, brought by file, and the receipts back.
//
// Owns: taking in, and the receipts' file: `AIGAQ-RECEIPTS-1\n`, then JSON `{receipts: [{receipt, signature,
// quarantined?}]}`; the other file's form is export_file.js's. Nothing of it needs the vault: the carrier opens none
// of what it carries, and delivers it with its own upload key; the author believes a receipt only where the
// organisation's signature fits the author's own sealed bytes.
//
// Carried rows lie in the outbox with `carried` and a negative number: no envelope of this tablet's log has one.
// Their chunks lie in files that no medium of this tablet knows; each goes when all of it has arrived. A file may be
// larger than the memory and may be damaged: it is read once, piece by piece, and what is whole is kept as it comes.

import { verifyReceipt } from '../crypto/signing.js';
import { text } from '../crypto/wire.js';
import { EngineError } from '../errors.js';
import { acknowledged } from './delivery.js';
import { ExportFile, exportUndelivered } from './export_file.js';

/**
 * @typedef {import('../store/storage.js').Storage} Storage
 * @typedef {import('../store/database.js').Write} Write
 * @typedef {{device: string, envelopes: number, received: number, bytes: number}} Carried
 * @typedef {object} Taken what of a file is new here, and what of it was lost on its way
 * @property {number} envelopes
 * @property {number} chunks
 * @property {number} bytes of the chunks
 * @property {{envelopes: number, chunks: number, unknown: boolean}} lost `unknown`: the list itself is cut
 */

const RECEIPTS_MAGIC = 'AIGAQ-RECEIPTS-1\n';
const NEWER = /^AIGAQ-(EXPORT|RECEIPTS)-([2-9]|[1-9]\d+)\n/;
/** Receipts of what was carried are kept for their authors for so long. */
const KEPT_MS = 90 * 86_400_000;
const NEWER_LENGTH = 40;
/** A hundred thousand receipts fit; what is longer is some other file. */
const MOST_RECEIPTS = 128 << 20;
/** Carried chunks in one file: so much is taken in once more after a power cut. */
const CHUNKS_PER_FILE = 64;
const ROWS = 100;

/** What the worker takes for this part. */
export const COURIER_METHODS = ['exportUndelivered', 'importCarried', 'carried', 'exportReceipts', 'importReceipts'];

export class Courier {
  /** One file after another. @type {Promise<unknown>} */ #turn = Promise.resolve();

  /**
   * @param {Storage} storage
   * @param {{now: () => number, require: () => void, taken: () => Promise<void>}} world `require` throws where this tab
   *   does not own the vault; `taken`: something new waits, or receipts have come
   */
  constructor(storage, world) {
    this.storage = storage;
    this.world = world;
  }

  /** @returns {Promise<{name: string, file: Blob}>} what waits here, carried or one's own */
  exportUndelivered() { return exportUndelivered(this.storage, this.world.now()); }

  /**
   * Takes over what another tablet exported: all of it that is whole. Twice is once, and a second, better copy of the
   * file brings what the first one lacked.
   * @param {Blob} blob
   * @returns {Promise<Taken>}
   * @throws {EngineError} `no-vault`; `newer-version`; `refused` with `not an export` or `own export`; `storage-full`:
   *   what was taken until then is kept
   */
  importCarried(blob) {
    const turn = this.#turn.then(() => this.#take(blob));
    this.#turn = turn.catch(() => {});
    return turn;
  }

  /** @param {Blob} blob @returns {Promise<Taken>} */
  async #take(blob) {
    this.world.require();
    const own = await this.storage.database.get('public', 'device');
    if (!own) throw new EngineError('no-vault');
    await refuseNewer(blob);
    const file = new ExportFile(blob);
    await file.open();
    if (file.device === own.id) throw new EngineError('refused', 'own export');
    try {
      const { envelopes, foreign, mine } = await this.#takeEnvelopes(file, own.id);
      if (mine > 0 && foreign === 0) throw new EngineError('refused', 'own export');
      const taken = await this.#takeChunks(file);
      return { envelopes, chunks: taken.chunks, bytes: taken.bytes, lost: { envelopes: file.damaged, chunks: taken.lost, unknown: file.cut } };
    } finally {
      await this.world.taken();
    }
  }

  /** @param {ExportFile} file @param {string} own device */
  async #takeEnvelopes(file, own) {
    const { database } = this.storage;
    const known = await this.#known();
    let next = Math.min(0, ...(await database.keys('outbox')).slice(0, 1)) - 1;
    const counts = { envelopes: 0, foreign: 0, mine: 0 };
    for await (const found of file.envelopes()) {
      /** @type {Write[]} */
      const writes = [];
      for (const { id, key, device, sealed, signature, sha256 } of found) {
        counts[device === own ? 'mine' : 'foreign'] += 1;
        if (device === own || known.has(id)) continue;
        known.add(id);
        writes.push({ store: 'outbox', put: {
          n: next, id, key, device, sealed: sealed.buffer, signature, size: sealed.length, sha256,
          tried: true, receipt: null, quarantined: null, error: null, carried: true,
        } });
        next -= 1;
      }
      // As media: the ballast's room is for what was captured here.
      await database.write(writes, { spare: true });
      counts.envelopes += writes.length;
    }
    return counts;
  }

  /** Ids in the outbox; receipts that nobody came for go meanwhile. @returns {Promise<Set<string>>} */
  async #known() {
    const { database } = this.storage;
    const known = new Set();
    const keys = await database.keys('outbox');
    for (let at = 0; at < keys.length; at += ROWS) {
      const rows = (await database.many('outbox', keys.slice(at, at + ROWS))).filter(Boolean);
      for (const row of rows) known.add(row.id);
      const old = rows.filter((row) => row.carried && row.receipt && Date.parse(row.receipt.received_at) < this.world.now() - KEPT_MS);
      await database.write(old.map(({ n }) => /** @type {Write} */ ({ store: 'outbox', remove: n })));
    }
    return known;
  }

  /** @param {ExportFile} file @returns {Promise<{chunks: number, bytes: number, lost: number}>} */
  async #takeChunks(file) {
    const here = new Set((await this.storage.database.all('chunks')).map((row) => row.sha256));
    const fresh = [...new Map(file.chunks.map((place) => [place.sha256, place])).values()].filter(({ sha256 }) => !here.has(sha256));
    const sum = { chunks: 0, bytes: 0, lost: 0 };
    for (let at = 0; at < fresh.length; at += CHUNKS_PER_FILE) {
      const { chunks, bytes, lost } = await this.#takeSome(file, fresh.slice(at, at + CHUNKS_PER_FILE));
      sum.chunks += chunks;
      sum.bytes += bytes;
      sum.lost += lost;
    }
    return sum;
  }

  /** Into one file, whose rows come when it is whole. @param {ExportFile} file @param {import('./export_file.js').ChunkPlace[]} wanted */
  async #takeSome(file, wanted) {
    const { database, files } = this.storage;
    /** @type {Write[]} */
    const writes = [];
    /** @type {import('../store/files.js').OpenFile | null} */
    let into = null;
    let bytes = 0;
    try {
      for (const place of wanted) {
        const chunk = await file.chunk(place);
        if (!chunk) continue;
        into ??= await files.create();
        writes.push({ store: 'chunks', put: { sha256: place.sha256, size: chunk.length, file: into.name, offset: into.size(), sent: 0, carried: true } });
        await into.append(chunk);
        bytes += chunk.length;
      }
      // Before it is closed: an unlock at this moment removes what is neither open nor noted.
      await database.write(writes, { spare: true });
    } catch (error) {
      await into?.close();
      if (into) await files.remove(into.name);
      throw error;
    }
    await into?.close();
    return { chunks: writes.length, bytes, lost: wanted.length - writes.length };
  }

  /** @returns {Promise<Carried[]>} what is carried, by the tablet it is from */
  async carried() {
    /** @type {Map<string, Carried>} */
    const from = new Map();
    for (const row of (await this.storage.database.all('outbox')).filter(({ carried }) => carried)) {
      const sum = from.get(row.device) ?? { device: row.device, envelopes: 0, received: 0, bytes: 0 };
      sum.envelopes += 1;
      sum.received += row.receipt ? 1 : 0;
      sum.bytes += row.size;
      from.set(row.device, sum);
    }
    return [...from.values()];
  }

  /** Receipts of what was carried, for its authors. @returns {Promise<{name: string, file: Blob}>} */
  async exportReceipts() {
    const rows = (await this.storage.database.all('outbox')).filter((row) => row.carried && row.receipt);
    const receipts = rows.map(({ receipt, receiptSignature, quarantined }) => (
      { receipt, signature: receiptSignature, ...quarantined ? { quarantined } : {} }));
    const day = new Date(this.world.now()).toISOString().slice(0, 10);
    return { name: `aigaq-${day}.receipts`, file: new Blob([`${RECEIPTS_MAGIC}${JSON.stringify({ receipts })}\n`]) };
  }

  /**
   * Receipts that a courier or the office brings back. What they are not good for is left as it is. Chunks wait for
   * the next connection: only the server says that it holds them.
   * @param {Blob} blob
   * @returns {Promise<{received: number}>}
   * @throws {EngineError} `refused` with `not receipts`
   */
  async importReceipts(blob) {
    this.world.require();
    const { database } = this.storage;
    await refuseNewer(blob);
    if (blob.size > MOST_RECEIPTS) throw new EngineError('refused', 'not receipts');
    const items = new Map(parseReceipts(text(new Uint8Array(await blob.arrayBuffer()))).map((item) => [item.receipt?.envelope, item]));
    const keyset = await database.get('public', 'keyset');
    let received = 0;
    for (const row of (await database.all('outbox')).filter(({ sealed, receipt }) => sealed && !receipt)) {
      const item = items.get(row.id);
      if (!item || !(await verifyReceipt(item, row, keyset.signed.set))) continue;
      await database.write([{ store: 'outbox', key: row.n, change: (now) => (now?.id === row.id ? acknowledged(now, item) : undefined) }]);
      received += 1;
    }
    await this.world.taken();
    return { received };
  }
}

/**
 * Files of carried chunks that have all arrived are removed with their rows.
 * @param {Storage['database']} database @param {Storage['files']} files
 */
export async function dropCarried(database, files) {
  const rows = (await database.all('chunks')).filter((row) => row.carried);
  const waiting = new Set(rows.filter((row) => !row.sent).map((row) => row.file));
  const done = rows.filter((row) => !waiting.has(row.file));
  if (done.length === 0) return;
  // The rows first: a file without rows is removed at the next unlock, rows without a file would wait for ever.
  await database.write(done.map(({ n }) => ({ store: 'chunks', remove: n })));
  for (const name of new Set(done.map((row) => row.file))) await files.remove(name);
}

/** @param {Blob} blob @throws {EngineError} `newer-version` */
async function refuseNewer(blob) {
  const newer = NEWER.exec(await blob.slice(0, NEWER_LENGTH).text().catch(() => ''));
  if (newer) throw new EngineError('newer-version', { what: newer[1].toLowerCase(), version: Number(newer[2]) });
}

/** @param {string} content @returns {any[]} */
function parseReceipts(content) {
  const value = content.startsWith(RECEIPTS_MAGIC) ? parse(content.slice(RECEIPTS_MAGIC.length), 'not receipts') : null;
  if (!Array.isArray(value?.receipts)) throw new EngineError('refused', 'not receipts');
  return value.receipts.filter((/** @type {any} */ item) => item && typeof item.receipt === 'object' && typeof item.signature === 'string');
}

/** @param {string} json @param {string} otherwise */
function parse(json, otherwise) {
  try {
    return JSON.parse(json);
  } catch {
    throw new EngineError('refused', otherwise);
  }
}
