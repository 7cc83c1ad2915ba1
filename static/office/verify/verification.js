// Verifies an evidence package in the browser: was anything changed, who captured it, when did it arrive?
//
// Trusts nothing in the package but what leads back to the organisation's root key, whose fingerprint the reader
// compares. The twin of sync/evidence/verification.py: both give the same findings (tests/evidence). The codes are
// explained in docs/evidence.md. Asks no server anything.

import { boxKey } from '../../engine/crypto/box.js';
import { verify as verifySignature } from '../../engine/crypto/signing.js';
import { canonical, concat, fromBase64, mend, sha256, text, toBase64, toHex, utf8 } from '../../engine/crypto/wire.js';
import { captureLink } from '../../engine/media/captures.js';
import { chunkReader, Frames } from '../../engine/media/frames.js';
import { contentSha256, generation, isRevision, revisionId } from '../../engine/replication/revisions.js';
import { leafHash, rootOfProof } from './merkle.js';
import { readStamp } from './timestamps.js';

/**
 * @typedef {import('../../engine/crypto/wire.js').Bytes} Bytes
 * @typedef {import('./package_file.js').PackageFile} PackageFile
 * @typedef {{code: string, subject: string, held: boolean | null, detail: string}} Finding
 *   `held` null: it cannot be said from what is there
 * @typedef {{document: string, type: string, kind: string, person: string, device: string, captured_at: string,
 *   received_at: string, shown: string | null}} Item
 * @typedef {{root: string, made_at: string, reason: string, findings: Finding[], items: Item[],
 *   stamps: Map<number, import('./timestamps.js').Stamp>, verdict: 'unchanged' | 'changed'}} Report
 */

/**
 * @param {PackageFile} file
 * @param {{root?: string, authorities?: any[], openings?: Map<string, Bytes>}} known `root`: the fingerprint that
 *   the reader knows from elsewhere; `openings`: content keys that a key holder has given out
 * @returns {Promise<Report>}
 */
export function verifyPackage(file, { root = '', authorities = [], openings = new Map() } = {}) {
  return new Verification(file, authorities, new Map(openings)).run(root);
}

class Verification {
  /** @type {Finding[]} */ #findings = [];
  /** @type {Map<string, string>} */ #receiptKeys = new Map();
  /** @type {Map<number, any>} */ #days = new Map();
  /** @type {Map<number, import('./timestamps.js').Stamp>} */ #stamps = new Map();
  /** @type {Map<string, any>} */ #media = new Map();
  /** @type {Map<string, Item>} */ #items = new Map();
  /** @type {Record<string, any>} */ #devices = {};
  /** @type {Record<string, any>} */ #shown = {};
  #root = '';

  /** @param {PackageFile} file @param {any[]} authorities @param {Map<string, Bytes>} openings */
  constructor(file, authorities, openings) {
    this.file = file;
    this.authorities = authorities;
    this.openings = openings;
  }

  /** @param {string} root @returns {Promise<Report>} */
  async run(root) {
    this.#note('container', '', await this.file.isAsWritten());
    await this.#keyset(root);
    const manifest = await this.#manifest();
    this.#devices = mapping(manifest.devices);
    this.#shown = mapping(manifest.shown);
    await this.#files(mapping(manifest.files));
    await this.#checkDays();
    for (const path of this.file.under('envelopes/')) await this.#envelope(path);
    for (const plain of this.#media.values()) await this.#medium(plain.document);
    await this.#captures();
    const items = [...this.#items.values()].sort((a, b) => (a.received_at + a.document < b.received_at + b.document ? -1 : 1));
    const changed = this.#findings.some(({ held }) => held === false);
    return {
      root: this.#root, made_at: String(manifest.made_at ?? ''), reason: String(manifest.reason ?? ''), findings: this.#findings,
      items, stamps: this.#stamps, verdict: changed ? 'changed' : 'unchanged',
    };
  }

  /** @param {string} code @param {string} subject @param {boolean | null} held @param {string} [detail] whether it holds */
  #note(code, subject, held, detail = '') {
    this.#findings.push({ code, subject, held, detail });
    return held === true;
  }

  // The frame: keys, manifest, files

  /** @param {string} root */
  async #keyset(root) {
    const signed = await this.#object('keyset.json');
    const set = mapping(signed.set);
    if (!this.#note('keyset', 'keyset.json', await verifySignature(signed.root, signed.signature, `aigaq/keyset/1\n${canonical(set)}`))) return;
    this.#root = toHex(await sha256(fromBase64(signed.root)));
    if (root) this.#note('root', 'keyset.json', this.#root === root.replace(/[ :]/g, '').toLowerCase());
    const current = { ...mapping(mapping(set.keys).receipt), purpose: 'receipt' };
    for (const row of [current, ...(Array.isArray(set.retired) ? set.retired : [])]) {
      if (row?.purpose === 'receipt') this.#receiptKeys.set(String(row.id), row.public);
    }
  }

  async #manifest() {
    const whole = await this.#object('manifest.json');
    const manifest = mapping(whole.manifest);
    let held = await this.#byReceiptKey(manifest, whole.signature, 'aigaq/evidence/1');
    if (held) {
      // Nothing is signed over these bytes themselves: so they have one spelling.
      const spelt = utf8(canonical({ manifest, signature: toBase64(fromBase64(whole.signature)) }));
      const found = await this.file.read('manifest.json');
      held = found.length === spelt.length && found.every((byte, i) => byte === spelt[i]);
    }
    this.#note('manifest', 'manifest.json', held);
    return manifest;
  }

  /** @param {Record<string, any>} listed */
  async #files(listed) {
    for (const path of this.file.names()) {
      if (path !== 'manifest.json' && !Object.hasOwn(listed, path)) this.#note('unlisted', path, false);
    }
    for (const path of Object.keys(listed).sort()) {
      if (!this.file.has(path)) this.#note('missing', path, false);
      else this.#note('file', path, await this.file.sha256(path) === mapping(listed[path]).sha256);
    }
  }

  // Days

  async #checkDays() {
    for (const path of this.file.under('days/').filter((name) => name.endsWith('.json'))) {
      const row = await this.#object(path);
      const day = mapping(row.day);
      if (!this.#note('day', path, await this.#byReceiptKey(day, row.signature, 'aigaq/day/1'))) continue;
      this.#days.set(day.number, day);
      await this.#stamp(day);
    }
    const ordered = [...this.#days.values()].sort((a, b) => a.number - b.number);
    for (const [i, later] of ordered.entries()) {
      if (i === 0) continue;
      const earlier = ordered[i - 1];
      const held = later.number === earlier.number + 1 && later.prev === await hashOf(earlier);
      this.#note('day-chain', `days/${later.number}.json`, held);
    }
  }

  /** @param {any} day */
  async #stamp(day) {
    const path = `days/${day.number}.tsr`;
    if (!this.file.has(path)) {
      this.#note('timestamp', path, null, 'none');
      return;
    }
    try {
      const stamp = await readStamp(await this.file.read(path), utf8(canonical(day)), this.authorities);
      this.#stamps.set(day.number, stamp);
      this.#note('timestamp', path, stamp.trusted, stamp.trusted ? '' : 'authority');
    } catch (error) {
      this.#note('timestamp', path, false, error instanceof Error ? error.message : '');
    }
  }

  // Envelopes

  /** @param {string} path */
  async #envelope(path) {
    const entry = await this.#object(path);
    const [envelope, receipt] = [mapping(entry.envelope), mapping(entry.receipt)];
    const id = typeof envelope.id === 'string' ? envelope.id : '';
    const device = mapping(this.#devices[String(envelope.device)]);
    const receipted = await this.#byReceiptKey(receipt, entry.receipt_signature, 'aigaq/receipt/1')
      && receipt.envelope === id && receipt.device === envelope.device;
    if (!this.#note('receipt', id, receipted)) return;
    await this.#place(id, receipt, entry.place);
    if (envelope.erased) {
      this.#note('erased', id, null);
      return;
    }
    const sealed = bytes(envelope.sealed);
    const hash = toHex(await sha256(sealed));
    if (!this.#note('sealed', id, hash === receipt.sealed_sha256)) return;
    if (!this.#note('author', id, await verifySignature(device.signing, envelope.signature, `aigaq/envelope/1\n${id}\n${hash}`))) return;
    const plain = await this.#open(id, sealed, entry.opening);
    if (plain) await this.#document(id, plain, receipt, device);
  }

  /** @param {string} id @param {any} receipt @param {any} place */
  async #place(id, receipt, place) {
    if (!place || typeof place !== 'object') {
      this.#note('in-day', id, null, 'open');
      return;
    }
    const day = this.#days.get(place.day);
    const steps = Array.isArray(place.path) ? place.path.map(fromHex) : [null];
    if (!day || steps.includes(null)) {
      this.#note('in-day', id, false);
      return;
    }
    const reached = await rootOfProof(await leafHash(utf8(canonical(receipt))), place.index, place.size, steps);
    this.#note('in-day', id, place.size === day.receipts && reached !== null && toHex(reached) === day.root);
  }

  /** @param {string} id @param {Bytes} sealed @param {any} opening @returns {Promise<any>} null where it stays closed */
  async #open(id, sealed, opening) {
    if (!opening || typeof opening !== 'object') {
      this.#note('opens', id, null);
      return null;
    }
    try {
      const params = { name: 'AES-GCM', iv: fromBase64(opening.nonce) };
      const plain = await crypto.subtle.decrypt(params, await boxKey(fromBase64(opening.key)), sealed.slice(32));
      const value = mend(JSON.parse(text(plain)));
      this.#note('opens', id, true);
      return value;
    } catch {
      this.#note('opens', id, false);
      return null;
    }
  }

  /** @param {string} id @param {any} plain @param {any} receipt @param {any} device */
  async #document(id, plain, receipt, device) {
    const doc = mapping(plain.document);
    const parent = plain.ancestors?.[0] ?? null;
    const held = await contentSha256(doc) === receipt.content_sha256 && plain.rev === receipt.revision
      && (parent === null || isRevision(parent)) && await revisionId(parent, doc, Boolean(plain.deleted)) === plain.rev;
    if (!this.#note('content', id, held)) return;
    const name = String(doc._id);
    const item = {
      document: name, type: String(doc.type ?? ''), kind: String(doc.kind ?? ''), person: String(device.person ?? ''),
      device: String(receipt.device), captured_at: String(doc.at ?? doc.created_at ?? ''), received_at: String(receipt.received_at),
      shown: this.#shown[name] ?? null,
    };
    const known = this.#items.get(name);
    // The first receipt says when it arrived; later versions do not make it younger.
    if (!known || item.received_at < known.received_at) this.#items.set(name, item);
    for (const row of Array.isArray(plain.keys) ? plain.keys : []) {
      if (row?.class === 'group' && typeof row.key === 'string' && !this.openings.has(row.for)) this.openings.set(row.for, fromBase64(row.key));
    }
    const medium = this.#media.get(name);
    if (doc.type === 'medium' && (!medium || generation(plain.rev) >= generation(medium.rev))) this.#media.set(name, plain);
  }

  // Media

  /** @param {any} doc */
  async #medium(doc) {
    const chunks = Array.isArray(doc.chunks) ? doc.chunks : [];
    let whole = ['complete', 'interrupted'].includes(doc.state) && chunks.length > 0;
    for (const chunk of chunks) {
      const path = `media/${chunk.sha256}`;
      if (!this.file.has(path)) whole = !this.#note('part', path, null, doc._id) && false;
      else if (!this.#note('part', path, await this.file.sha256(path) === chunk.sha256, doc._id)) whole = false;
    }
    const key = this.openings.get(doc._id);
    if (!key || !whole) {
      this.#note('medium-opens', doc._id, null, key ? 'incomplete' : 'sealed');
      return;
    }
    const path = this.#shown[doc._id];
    /** @type {Bytes[]} */
    const kept = [];
    try {
      const size = chunks.reduce((/** @type {number} */ sum, /** @type {any} */ chunk) => sum + chunk.size, 0);
      const sealed = { id: doc._id, frames: doc.frames, complete: doc.state === 'complete', size, chunks };
      const frames = new Frames(await boxKey(key), sealed, chunkReader(chunks, (hash) => this.file.read(`media/${hash}`)));
      for (let frame = 0; frame < doc.frames; frame += 1) {
        const plain = await frames.read(frame, 1);
        if (path) kept.push(plain);
      }
      this.#note('medium-opens', doc._id, true);
    } catch {
      this.#note('medium-opens', doc._id, false);
      return;
    }
    if (path) {
      const held = this.file.has(path) && await this.file.sha256(path) === toHex(await sha256(concat(...kept)));
      this.#note('picture', path, held, doc._id);
    }
  }

  /** Media of one device, as links of the chain that it kept inside the seal. */
  async #captures() {
    /** @type {Map<string, Map<number, any>>} */
    const links = new Map();
    for (const { document: doc } of this.#media.values()) {
      if (!doc.capture || typeof doc.capture !== 'object') continue;
      const { sha256: hash } = await captureLink(doc, doc.capture);
      if (!this.#note('capture', doc._id, hash === doc.capture.sha256)) continue;
      const chain = links.get(doc.device) ?? new Map();
      links.set(doc.device, chain.set(doc.capture.number, doc));
    }
    for (const [device, chain] of links) {
      for (const number of [...chain.keys()].sort((a, b) => a - b)) {
        const [doc, before] = [chain.get(number), chain.get(number - 1)];
        if (before) this.#note('capture-chain', doc._id, doc.capture.prev === before.capture.sha256, device);
      }
    }
  }

  // Tools

  /** @param {string} path @returns {Promise<Record<string, any>>} */
  async #object(path) {
    try {
      // Mended as they are read: what JSON cannot carry is said here, not where it is hashed.
      const value = mend(JSON.parse(text(await this.file.read(path))));
      if (value && typeof value === 'object' && !Array.isArray(value)) return value;
    } catch {
      // Said below.
    }
    this.#note('missing', path, false);
    return {};
  }

  /** @param {any} body @param {any} signature @param {string} purpose */
  async #byReceiptKey(body, signature, purpose) {
    const key = this.#receiptKeys.get(String(body.key));
    return key !== undefined && verifySignature(key, signature, `${purpose}\n${canonical(body)}`);
  }
}

/** @param {any} value @returns {Record<string, any>} */
function mapping(value) {
  return value && typeof value === 'object' && !Array.isArray(value) ? value : {};
}

/** @param {any} value @returns {Bytes} */
function bytes(value) {
  try {
    return fromBase64(value);
  } catch {
    return new Uint8Array(0);
  }
}

/** @param {any} hex @returns {Bytes | null} */
function fromHex(hex) {
  if (typeof hex !== 'string' || !/^([0-9a-f]{2})*$/.test(hex)) return null;
  return Uint8Array.from(hex.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}

/** @param {any} value */
async function hashOf(value) {
  return toHex(await sha256(utf8(canonical(value))));
}
