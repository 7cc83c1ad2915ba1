// Saving: a revision, its place in the log, and its sealed envelope, in one strict transaction.
//
// Owns: the header's fields, `base`, the choice of the parent, coalescing of envelopes that were never
// tried, and sealed bodies of custody documents. One save after another: two saves of one document
// must not become a conflict with oneself. docs/documents.md; protocol.md, section 4.

import { boxKey, open, seal } from './crypto/box.js';
import { prepareEnvelope, sealContentKey, SEAL_OVERHEAD } from './crypto/sealing.js';
import { signEnvelope } from './crypto/signing.js';
import { randomId, ulid } from './crypto/ulid.js';
import { fromBase64, mend, randomBytes, sha256, text, toBase64, toHex, utf8 } from './crypto/wire.js';
import { EngineError } from './errors.js';
import { base, baseBeside, content, merge, resolved, revisionId, standing } from './replication/revisions.js';
import { paddedSize } from './store/blocks.js';

/**
 * @typedef {import('./crypto/wire.js').Bytes} Bytes
 * @typedef {import('./session.js').Session} Session
 * @typedef {import('./types.js').Reading} Reading
 * @typedef {import('./types.js').ContentKey} ContentKey
 * @typedef {import('./store/entries.js').Entry} Entry
 * @typedef {import('./store/entries.js').WrittenLeaf} WrittenLeaf
 * @typedef {import('./store/database.js').Write} Write
 */

/** What belongs to the same moment as a save: entries and rows of its transaction; `spare`: it may not take the ballast's room. @typedef {{entries?: Entry[], writes?: Write[], spare?: boolean}} Together */

/** An envelope to come: its id, and sealing prepared for it. @typedef {{id: string, key: string, seal: Promise<(plain: Bytes) => Promise<Bytes>>}} Ahead */

/** The newest schema that this app writes; a document of a newer one is only read. */
const SCHEMA = 1;
const CUSTODY_TYPES = new Set(['identity', 'testimony']);
const CUSTODY_KINDS = new Set(['audio', 'video', 'appeal', 'original']);
const VISIT_CHANNEL = /^visit-[0-9a-z]{26}$/;
const DOCUMENT_ID = /^[a-z][a-z_]*:[^\s]{1,100}$/;
/** What the office's own documents name as their device. */
const OFFICE_DEVICE = 'office';
const MOST_ANCESTORS = 1000;

export class Writing {
  /** @type {Promise<unknown>} */ #turn = Promise.resolve();
  /** @type {Promise<unknown>} of sealed bodies */ #sealing = Promise.resolve();
  /** @type {Ahead | null} the next envelope */ #ahead = null;

  /**
   * @param {Session} session
   * @param {{now: () => number, clockOffset: () => number | null, saved: (channel: string, id: string, more: {documents: number, bytes: number}) => void}} world
   *   `more`: what waits for delivery now and did not before
   */
  constructor(session, world) {
    this.session = session;
    this.world = world;
  }

  /**
   * @param {string} channel
   * @param {Record<string, any>} fields
   * @param {Together} [together]
   * @returns {Promise<Reading>} durable
   * @throws {EngineError} `bad-document`, `refused`, `erased`, `storage-full`
   */
  save(channel, fields, together = {}) {
    return this.#inTurn(async () => {
      if (!VISIT_CHANNEL.test(channel)) throw new EngineError('refused', `cannot write to ${channel}`);
      const leaf = await this.#revise(channel, parseFields(fields, this.world.now()));
      if (leaf) await this.#write(channel, leaf, together);
      else if (together.entries || together.writes) await this.session.commit(together.entries ?? [], together.writes);
      return /** @type {Reading} */ (await this.session.readings.get(channel, fields._id ?? leaf?.doc._id));
    });
  }

  /**
   * Writes a person's choice between versions on the winner, and names the other leaves: they are settled.
   * @param {string} channel
   * @param {string} id
   * @param {Record<string, any>} choices a value for every conflicting field, and for others that go with
   *   them; undefined takes the field away
   * @param {string[] | null} seen revisions that the person chose between; null: all there are
   * @returns {Promise<Reading>} durable; the reading as it is where there is nothing to settle
   * @throws {EngineError} `not-here`, `erased`, `bad-document` where a field was not chosen, `refused` where a version
   *   stands that the person has not seen
   */
  settle(channel, id, choices, seen = null) {
    return this.#inTurn(async () => {
      const reading = await this.session.readings.get(channel, id);
      if (!reading) throw new EngineError('not-here', id);
      if (reading.erased) throw new EngineError('erased', id);
      const leaves = standing(await this.session.readings.leaves(this.session.records.get(channel, id)));
      if (reading.conflicts.length === 0) return reading;
      if (seen && leaves.some(({ rev }) => !seen.includes(rev))) throw new EngineError('refused', 'unseen version');
      for (const { field } of reading.conflicts) {
        if (!Object.hasOwn(choices, field)) throw new EngineError('bad-document', field);
      }
      const { _id, type } = reading.doc;
      const given = Object.entries({ ...reading.doc, ...choices, _id, type }).filter(([, value]) => value !== undefined);
      const fields = parseFields(Object.fromEntries(given), this.world.now());
      const leaf = await this.#revise(channel, fields, leaves.slice(1).map(({ rev }) => rev));
      if (leaf) await this.#write(channel, leaf, {});
      return /** @type {Reading} */ (await this.session.readings.get(channel, id));
    });
  }

  /** @param {Record<string, any>} fields @returns {Promise<Reading>} in a new channel */
  createVisit(fields) {
    const id = ulid(this.world.now());
    const defaults = { unplanned: true, status: 'open', objectives: '', recording: null };
    return this.save(`visit-${id.toLowerCase()}`, { ...defaults, ...fields, type: 'visit', _id: `visit:${id}` });
  }

  /**
   * A custody document: its body opens in this session and with the key holders.
   * @param {string} channel
   * @param {Record<string, any>} fields
   * @param {any} secret
   * @returns {Promise<Reading>}
   * @throws {EngineError} `sealed` for a further version of an earlier session's document
   */
  async saveSealed(channel, fields, secret) {
    if (!CUSTODY_TYPES.has(fields.type)) throw new EngineError('bad-document', 'type');
    const _id = fields._id ?? `${fields.type}:${ulid(this.world.now())}`;
    const known = this.session.custodyKeys.get(_id);
    if (!known && this.session.records.get(channel, _id)) throw new EngineError('sealed');
    const raw = known ?? randomBytes(32);
    // Before anything is waited for: a second call for the same document must not make a second key.
    this.session.custodyKeys.set(_id, raw);
    const body = utf8(JSON.stringify(mend(secret)));
    // One after the other: what was said last is the version that stands.
    const saved = this.#sealing.then(async () => {
      const sealed = toBase64(await seal(await boxKey(raw), body, _id));
      // By the log, not by the key: where the first version could not be written, its stanza was not either.
      /** @type {Together} */
      const together = this.session.records.stanzas.has(_id) ? {} : { entries: [await this.stanza(_id, raw)] };
      return this.save(channel, { ...fields, _id, sealed, size: body.length }, together);
    });
    this.#sealing = saved.catch(() => {});
    return saved;
  }

  /** @param {string} channel @param {string} id @returns {Promise<any>} @throws {EngineError} `sealed`, `erased`, `not-here` */
  async openSealed(channel, id) {
    const reading = await this.session.readings.get(channel, id);
    if (!reading) throw new EngineError('not-here');
    if (reading.erased) throw new EngineError('erased');
    const raw = this.session.custodyKeys.get(id);
    if (!raw) throw new EngineError('sealed');
    try {
      return JSON.parse(text(await open(await boxKey(raw), fromBase64(reading.doc.sealed), id)));
    } catch {
      throw new EngineError('record-damaged', id);
    }
  }

  /**
   * The log's entry that keeps a custody key for the office alone.
   * @param {string} id
   * @param {import('./crypto/wire.js').Bytes} raw
   * @returns {Promise<Entry>}
   */
  async stanza(id, raw) {
    const custody = this.session.self.keyset.set.keys.custody;
    return { t: 'stanza', id, key_id: custody.id, stanza: await sealContentKey(raw, custody, id) };
  }

  /**
   * Seals what was written here once more: its server was restored from a backup, or a receipt was none. Until the
   * new envelopes have receipts the documents count as undelivered, so nothing of them may leave the tablet.
   * @param {string} channel
   * @param {string} [id] one document; all of the channel where it is left out
   */
  offerAgain(channel, id) {
    return this.#inTurn(async () => {
      for (const held of [...this.session.records.channels.get(channel)?.values() ?? []]) {
        if (held.erased || (id !== undefined && held.id !== id)) continue;
        const own = (await this.session.readings.leaves(held)).filter(({ local }) => local);
        for (const leaf of own) {
          if (!(await this.#waits(leaf))) await this.#write(channel, leaf, { entries: [{ t: 'lost', id: held.id, rev: leaf.rev }] });
        }
        if (own.length === 0) await this.#vouch(held);
      }
    });
  }

  /** Whether an envelope of it lies in the outbox, sealed. @param {WrittenLeaf} leaf */
  async #waits({ doc, rev }) {
    for (const { id, n } of this.session.records.envelopesOf(doc._id).filter((e) => e.rev === rev)) {
      const row = await this.session.storage.database.get('outbox', n);
      if (row?.id === id && row.sealed) return true;
    }
    return false;
  }

  /**
   * What the office wrote on top of this tablet's version may be lost with the office's copy, and with it the
   * version: a further one with the same content is this tablet's to offer.
   * @param {import('./store/records.js').Held} held without a leaf of its own
   */
  async #vouch(held) {
    const { id, channel } = held;
    const [winner] = standing(await this.session.readings.leaves(held));
    if (this.session.records.envelopesOf(id).length === 0 || winner?.doc.device !== OFFICE_DEVICE || (winner.doc.schema ?? 1) > SCHEMA) return;
    const fields = content(/** @type {Reading} */ (await this.session.readings.get(channel, id)).doc);
    delete fields.base;
    delete fields.resolves;
    const leaf = await this.#revise(channel, fields, [], true);
    if (leaf) await this.#write(channel, leaf, {});
  }

  /** Resolves when every save that was asked for is done. */
  settled() {
    return this.#turn;
  }

  /**
   * The next revision, or null where nothing changes.
   * @param {string} channel
   * @param {any} fields parsed
   * @param {string[]} [settles] leaves between which a person has chosen; any other leaf goes on standing
   * @param {boolean} [even] even where nothing changes
   * @returns {Promise<WrittenLeaf | null>}
   */
  async #revise(channel, fields, settles = [], even = false) {
    const held = this.session.records.get(channel, fields._id);
    if (held?.erased || this.session.records.erased.has(fields._id)) throw new EngineError('erased');
    const leaves = await this.session.readings.leaves(held);
    const [parent, ...others] = standing(leaves);
    if (parent && (parent.doc.schema ?? 1) > SCHEMA) throw new EngineError('refused', 'newer schema');
    const at = new Date(this.world.now()).toISOString();
    const { account, device } = this.session.self;
    const doc = {
      ...fields,
      schema: SCHEMA,
      class: classOf(fields),
      created_at: parent?.doc.created_at ?? at,
      created_by: parent?.doc.created_by ?? account.id,
      updated_at: at,
      updated_by: account.id,
      device: device.id,
    };
    const before = merge(leaves);
    if (before && !even && settles.length === 0 && Object.keys(base(before.doc, doc)).length === 0) return null;
    const resolves = [...new Set([...settles, ...resolved(leaves)])];
    if (resolves.length > 0) doc.resolves = resolves;
    if (parent) doc.base = this.#base(parent, doc, others.some(({ rev }) => !resolves.includes(rev)));
    const ancestors = parent ? [parent.rev, ...parent.ancestors].slice(0, MOST_ANCESTORS) : [];
    return { rev: await revisionId(parent?.rev ?? null, doc), ancestors, deleted: false, doc, local: true };
  }

  /**
   * Prior values as of the last revision that may have left this tablet: what lies between was seen by
   * nobody else, so a colleague's revision is compared with the state from before it.
   * @param {WrittenLeaf} parent
   * @param {any} doc
   * @param {boolean} beside other leaves stand
   */
  #base(parent, doc, beside) {
    const seen = !parent.local || this.session.records.envelopesOf(doc._id).some((e) => e.rev === parent.rev && e.receipt);
    return seen && !beside ? base(parent.doc, doc) : baseBeside(parent.doc, doc);
  }

  /**
   * @param {string} channel
   * @param {WrittenLeaf} leaf
   * @param {Together} together
   */
  async #write(channel, leaf, { entries = [], writes = [], spare = false }) {
    const { records } = this.session;
    const ahead = this.#nextEnvelope();
    const previous = await this.#untried(leaf.doc._id);
    const supersedes = previous ? [previous.id, ...previous.supersedes] : [];
    const count = records.count + 1;
    const plain = pad({
      channel,
      document: leaf.doc,
      rev: leaf.rev,
      ancestors: leaf.ancestors,
      deleted: leaf.deleted,
      supersedes,
      clock_offset_ms: this.world.clockOffset(),
      count,
      keys: this.#keys(leaf.doc, entries),
    });
    const size = plain.length + SEAL_OVERHEAD;
    /** @type {Entry} */
    const envelope = { t: 'envelope', e: {
      id: ahead.id, n: count, channel, document: leaf.doc._id, rev: leaf.rev, supersedes,
      at: leaf.doc.updated_at, size, receipt: null, quarantined: null,
    } };
    const rows = this.#sealed(ahead, count, plain).then((row) => {
      /** @type {Write[]} */
      const all = [{ store: 'outbox', put: row }];
      // It may have been tried since we looked: then both are delivered, which harms nobody.
      if (previous) all.push({ store: 'outbox', remove: previous.n, unless: 'tried' });
      return [...all, ...writes];
    });
    rows.catch(() => {}); // It is thrown where the transaction awaits it.
    // While the disk is at work.
    rows.then(() => setTimeout(() => this.#prepare()), () => {});
    await this.session.commit([...entries, { t: 'doc', c: channel, l: leaf }, envelope], rows, { spare });
    this.world.saved(channel, leaf.doc._id, { documents: previous ? 0 : 1, bytes: size - (previous?.size ?? 0) });
  }

  /** @param {Ahead} ahead @param {number} n @param {Bytes} plain @returns {Promise<any>} the outbox row */
  async #sealed({ id, key, seal: close }, n, plain) {
    const sealed = await (await close)(plain);
    const hash = toHex(await sha256(sealed));
    const signature = await signEnvelope(this.session.signingKey, id, hash);
    return {
      n, id, key, device: this.session.self.device.id, sealed: sealed.buffer, signature, size: sealed.length,
      sha256: hash, tried: false, receipt: null, quarantined: null, error: null,
    };
  }

  /** @returns {Ahead} for one envelope */
  #nextEnvelope() {
    const { transport } = this.session.self.keyset.set.keys;
    const ready = this.#ahead;
    this.#ahead = null;
    if (ready && ready.key === transport.id) return ready;
    const id = randomId();
    const ahead = { id, key: transport.id, seal: prepareEnvelope(transport, id) };
    ahead.seal.catch(() => {}); // It is thrown where it is awaited.
    return ahead;
  }

  /** The agreement with the office's key takes longer than all else of a save: it is made before it is asked for. */
  #prepare() {
    if (!this.session.closed) this.#ahead ??= this.#nextEnvelope();
  }

  /** The document's newest envelope, if no server was ever offered it. @param {string} document */
  async #untried(document) {
    const last = this.session.records.envelopesOf(document).at(-1);
    if (!last || last.receipt) return null;
    const row = await this.session.storage.database.get('outbox', last.n);
    return row && row.id === last.id && !row.tried ? last : null;
  }

  /**
   * Every envelope of a document with a content key carries it: an earlier one may have been superseded.
   * @param {any} doc
   * @param {Entry[]} entries a stanza may be among them
   * @returns {ContentKey[]}
   */
  #keys(doc, entries) {
    const made = entries.find((entry) => entry.t === 'stanza' && entry.id === doc._id);
    const stanza = made && made.t === 'stanza' ? made : this.session.records.stanzas.get(doc._id);
    if (stanza) return [{ for: doc._id, class: 'custody', key_id: stanza.key_id, stanza: stanza.stanza }];
    const raw = doc.type === 'medium' ? this.session.slots.get(doc._id) : null;
    return raw ? [{ for: doc._id, class: 'group', key: toBase64(raw) }] : [];
  }

  /**
   * @template T
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  #inTurn(work) {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => {});
    return result;
  }
}

/**
 * Fields of a document as a screen gives them, without what the engine fills in.
 * @param {any} fields
 * @param {number} now
 * @throws {EngineError} `bad-document`
 */
function parseFields(fields, now) {
  if (!fields || typeof fields.type !== 'string' || !/^[a-z][a-z_]*$/.test(fields.type)) throw new EngineError('bad-document', 'type');
  fields._id ??= `${fields.type}:${ulid(now)}`;
  if (typeof fields._id !== 'string' || !DOCUMENT_ID.test(fields._id) || !fields._id.startsWith(`${fields.type}:`)) {
    throw new EngineError('bad-document', '_id');
  }
  try {
    const mended = content(mend(fields));
    delete mended.base;
    delete mended.resolves;
    return mended;
  } catch (error) {
    throw new EngineError('bad-document', error instanceof Error ? error.message : undefined);
  }
}

/** Padded with spaces, which JSON does not mind: a row's size says little. @param {any} plain @returns {Bytes} */
function pad(plain) {
  const json = utf8(JSON.stringify(plain));
  const padded = new Uint8Array(paddedSize(json.length)).fill(0x20);
  padded.set(json);
  return padded;
}

/** @param {any} fields */
export function classOf({ type, kind }) {
  return CUSTODY_TYPES.has(type) || (type === 'medium' && CUSTODY_KINDS.has(kind)) ? 'custody' : 'group';
}
