// What the log says, in memory: an index of documents by channel and type, envelopes and their receipts,
// drafts, settings, files. Bodies of documents stay on the disk; a leaf says in which block and slot.
//
// Owns: the entries' meaning (`apply`), and which entries of which block still count (`isLive`), for sweeping.
// Knows nothing of merging: a document here is its leaves. Pure apart from its own maps; what is applied is
// durable already.

import { headOf, isUndoing, keysOf } from './entries.js';

/**
 * @typedef {import('./entries.js').Entry} Entry
 * @typedef {import('./entries.js').Head} Head
 * @typedef {import('./entries.js').Envelope} Envelope
 * @typedef {import('./entries.js').WrittenLeaf} WrittenLeaf
 * @typedef {{id: string, rev: string, ancestors: string[], deleted: boolean, local: boolean, age: string,
 *   block: number, slot: number, size: number}} HeldLeaf
 * @typedef {{id: string, channel: string, type: string, leaves: HeldLeaf[], erased: boolean}} Held
 * @typedef {{id: string, channel: string, file: string, freed: boolean}} MediumFile
 */

export class Records {
  /** @type {any} account, device, signing key, key set */ self = null;
  /** @type {Map<string, Map<string, Held>>} channel → id → document */ channels = new Map();
  /** @type {Map<string, Map<string, Held[]>>} channel → type → documents, oldest first; made when asked */ #byType = new Map();
  /** @type {Map<string, Envelope>} */ envelopes = new Map();
  /** @type {Map<string, Envelope[]>} document → its envelopes, oldest first */ #envelopesOf = new Map();
  /** @type {Map<string, any>} `<channel>/<kind>/<document or what it is about>` */ drafts = new Map();
  /** @type {Map<string, any>} */ meta = new Map();
  /** @type {Map<string, {epoch: string | null, since: string | null}>} */ checkpoints = new Map();
  /** @type {Map<string, MediumFile>} */ files = new Map();
  /** @type {Map<string, {key_id: string, stanza: string}>} */ stanzas = new Map();
  /** @type {Map<string, string>} erased document → channel */ erased = new Map();
  /** @type {Map<string, number>} what an entry says (`keysOf`) → the block that said it last */ where = new Map();
  /** @type {Map<number, number>} block → what in it still counts */ live = new Map();
  /** Something was erased or left since the log was last rewritten. */
  unswept = false;
  /** Envelopes sealed so far. */
  count = 0;

  /** As if nothing had been applied. */
  clear() {
    this.self = null;
    this.count = 0;
    this.unswept = false;
    const maps = [this.channels, this.#byType, this.envelopes, this.#envelopesOf, this.drafts, this.meta, this.checkpoints,
      this.files, this.stanzas, this.erased, this.where, this.live];
    for (const map of maps) map.clear();
  }

  /**
   * @param {Entry} entry
   * @param {number} block where it is written
   * @param {number} slot its place there
   */
  apply(entry, block, slot) {
    switch (entry.t) {
      case 'self': this.self = entry.self; break;
      case 'doc': this.#addLeaf(entry.c, headOf(entry), block, slot); break;
      case 'envelope': this.#addEnvelope(entry.e); break;
      case 'superseded': this.#supersede(entry.d, entry.ids); break;
      case 'receipt':
        if (!this.envelopes.has(entry.id)) return;
        this.#claim(`receipt/${entry.id}`, block);
        this.#addReceipt(entry.id, entry.receipt, entry.q);
        return;
      case 'lost': this.#lost(entry.id, entry.rev); break;
      case 'draft':
        if (entry.v === undefined) {
          this.#dropDraft(entry.k);
          return;
        }
        this.drafts.set(entry.k, entry.v);
        break;
      case 'meta': this.meta.set(entry.k, entry.v); break;
      case 'since': this.checkpoints.set(entry.c, { epoch: entry.epoch, since: entry.since }); break;
      case 'gone':
        this.unswept = true;
        this.#drop(entry.c, new Set(entry.keep));
        break;
      case 'erased':
        if (!entry.swept) this.unswept = true;
        for (const id of entry.ids) this.#erase(entry.c, id);
        break;
      case 'file': this.files.set(entry.id, { id: entry.id, channel: entry.c, file: entry.file, freed: entry.freed }); break;
      case 'stanza': this.stanzas.set(entry.id, { key_id: entry.key_id, stanza: entry.stanza }); break;
      case 'count': this.count = Math.max(this.count, entry.n); break;
      default: // An entry of a newer version is read by that version.
    }
    for (const key of keysOf(entry)) this.#claim(key, block);
  }

  /**
   * Whether an entry of a block still says something. What is not known here counts as such.
   * @param {Entry} entry
   * @param {number} block
   * @param {number} slot
   */
  isLive(entry, block, slot) {
    if (entry.t === 'doc') return this.leafAt(entry, block, slot) !== null;
    if (isUndoing(entry, this)) return false;
    const keys = keysOf(entry);
    return keys.length === 0 || keys.some((key) => this.where.get(key) === block);
  }

  /** @param {Extract<Entry, {t: 'doc'}>} entry @param {number} block @param {number} slot @returns {HeldLeaf | null} */
  leafAt(entry, block, slot) {
    const { leaves = [] } = this.get(entry.c, headOf(entry).id) ?? {};
    return leaves.find((leaf) => leaf.block === block && leaf.slot === slot) ?? null;
  }

  /**
   * A block was written anew with what counted of others.
   * @param {number[]} from their ids
   * @param {number} to the new one's id, which may be among them
   * @param {{entry: Entry, leaf: HeldLeaf | null}[]} entries of the new one, in order
   */
  moved(from, to, entries) {
    const old = new Set(from);
    for (const id of from) this.live.delete(id);
    // A receipt that went into its envelope says nothing by itself any more.
    for (const { entry } of entries) {
      if (entry.t !== 'envelope' || !entry.e.receipt) continue;
      const key = `receipt/${entry.e.id}`;
      if (old.has(this.where.get(key) ?? -1)) this.where.delete(key);
      else this.#release(key);
    }
    const said = new Set();
    let live = 0;
    for (const [slot, { entry, leaf }] of entries.entries()) {
      if (leaf) [leaf.block, leaf.slot] = [to, slot];
      live += leaf ? 1 : 0;
      if (entry.t === 'count' && !old.has(this.where.get('count') ?? -1)) {
        this.#release('count');
        said.add('count');
      }
      for (const key of keysOf(entry)) if (old.has(this.where.get(key) ?? -1)) said.add(key);
    }
    for (const key of said) this.where.set(key, to);
    live += said.size;
    if (entries.length > 0) this.live.set(to, live);
  }

  /**
   * A block that did not open holds nothing any more: its leaves go from the index.
   * @param {number} block
   * @returns {{channel: string, ids: string[]}[]} documents that read differently now
   */
  lose(block) {
    const lost = [];
    for (const [channel, documents] of this.channels) {
      const ids = [];
      for (const held of documents.values()) {
        const kept = held.leaves.filter((leaf) => leaf.block !== block);
        if (kept.length === held.leaves.length) continue;
        ids.push(held.id);
        held.leaves = kept;
        if (kept.length === 0) documents.delete(held.id);
      }
      if (ids.length > 0) lost.push({ channel, ids });
      this.#byType.delete(channel);
    }
    this.live.delete(block);
    return lost;
  }

  /**
   * The entry that says what a key stands for now.
   * @param {string} key of `where`, not an envelope's
   * @returns {Entry}
   */
  entryOf(key) {
    const at = key.indexOf('/');
    const [t, k] = at < 0 ? [key, ''] : [key.slice(0, at), key.slice(at + 1)];
    const file = /** @type {MediumFile} */ (this.files.get(k));
    switch (t) {
      case 'self': return { t, self: this.self };
      case 'count': return { t, n: this.count };
      case 'meta': return { t, k, v: this.meta.get(k) };
      case 'draft': return { t, k, v: this.drafts.get(k) };
      case 'since': return { t, c: k, .../** @type {{epoch: string | null, since: string | null}} */ (this.checkpoints.get(k)) };
      case 'file': return { t, id: k, c: file.channel, file: file.file, freed: file.freed };
      case 'stanza': return { t, id: k, .../** @type {{key_id: string, stanza: string}} */ (this.stanzas.get(k)) };
      case 'erased': return { t, c: this.erased.get(k) ?? '', ids: [k], swept: true };
      default: throw new TypeError(key);
    }
  }

  /** @param {string} channel @param {string} id @returns {Held | null} */
  get(channel, id) {
    return this.channels.get(channel)?.get(id) ?? null;
  }

  /** @param {string} channel @param {string} type @returns {Held[]} oldest first */
  ofType(channel, type) {
    let types = this.#byType.get(channel);
    if (!types) {
      types = new Map();
      for (const held of this.channels.get(channel)?.values() ?? []) {
        const list = types.get(held.type);
        if (list) list.push(held);
        else types.set(held.type, [held]);
      }
      for (const list of types.values()) list.sort(byAge);
      this.#byType.set(channel, types);
    }
    return types.get(type) ?? [];
  }

  /** @param {string} document @returns {Envelope[]} oldest first */
  envelopesOf(document) {
    return this.#envelopesOf.get(document) ?? [];
  }

  /** Keys of what is being written in a channel. @param {string} channel @returns {string[]} */
  draftsOf(channel) {
    return [...this.drafts.keys()].filter((key) => key.startsWith(`${channel}/`));
  }

  /** It, or an earlier version of it, was written on this tablet. @param {Held} held */
  isLocal(held) {
    return held.leaves.some(({ local }) => local) || this.envelopesOf(held.id).length > 0;
  }

  /** Every leaf written here has a receipt. @param {Held} held */
  isDelivered(held) {
    const envelopes = this.envelopesOf(held.id);
    return held.leaves.every((leaf) => !leaf.local || envelopes.some((e) => e.rev === leaf.rev && e.receipt));
  }

  /** @param {string} channel @param {Head} head @param {number} block @param {number} slot */
  #addLeaf(channel, head, block, slot) {
    let documents = this.channels.get(channel);
    if (!documents) this.channels.set(channel, documents = new Map());
    const { id, rev, ancestors, deleted, local, age, size } = head;
    /** @type {HeldLeaf} */
    const leaf = { id, rev, ancestors, deleted, local, age, block, slot, size };
    const held = documents.get(id);
    if (!held) {
      documents.set(id, { id, channel, type: head.type, leaves: [leaf], erased: this.erased.has(id) });
      this.#byType.delete(channel);
      this.#count(block, 1);
      return;
    }
    if (held.leaves.some((other) => other.rev === rev || other.ancestors.includes(rev))) return;
    const kept = held.leaves.filter((other) => !ancestors.includes(other.rev));
    for (const other of held.leaves) if (!kept.includes(other)) this.#count(other.block, -1);
    held.leaves = [...kept, leaf];
    this.#count(block, 1);
  }

  /** @param {Envelope} envelope */
  #addEnvelope(envelope) {
    this.#supersede(envelope.document, envelope.supersedes);
    this.#envelopesOf.set(envelope.document, [...this.envelopesOf(envelope.document).filter((e) => e.id !== envelope.id), envelope]);
    this.envelopes.set(envelope.id, envelope);
    this.count = Math.max(this.count, envelope.n);
    if (envelope.receipt) this.#dropOlder(envelope.document);
  }

  /** What has a receipt stays. @param {string} document @param {string[]} ids envelopes @returns {void} */
  #supersede(document, ids) {
    for (const id of ids) if (!this.envelopes.get(id)?.receipt) this.#dropEnvelope(id);
    const kept = this.envelopesOf(document).filter((e) => e.receipt || !ids.includes(e.id));
    if (kept.length > 0) this.#envelopesOf.set(document, kept);
    else this.#envelopesOf.delete(document);
  }

  /**
   * As a snapshot holds it: with its receipt, and nothing it superseded.
   * @param {Envelope} envelope
   * @param {number} block
   * @param {number | null} receiptBlock
   */
  restoreEnvelope(envelope, block, receiptBlock) {
    this.envelopes.set(envelope.id, envelope);
    this.#envelopesOf.set(envelope.document, [...this.envelopesOf(envelope.document), envelope]);
    this.#claim(`envelope/${envelope.id}`, block);
    if (receiptBlock !== null) this.#claim(`receipt/${envelope.id}`, receiptBlock);
  }

  /** @param {string} id @param {import('../types.js').Receipt} receipt @param {string | null} quarantined */
  #addReceipt(id, receipt, quarantined) {
    const envelope = this.envelopes.get(id);
    if (!envelope) return;
    envelope.receipt = receipt;
    envelope.quarantined = quarantined;
    this.#dropOlder(envelope.document);
  }

  /** Of those received, the newest tells all there is to tell; the office's archive has the others. @param {string} document */
  #dropOlder(document) {
    const all = this.envelopesOf(document);
    const newest = Math.max(...all.filter((e) => e.receipt).map((e) => e.n));
    const kept = all.filter((e) => !e.receipt || e.n === newest);
    for (const e of all) if (!kept.includes(e)) this.#dropEnvelope(e.id);
    this.#envelopesOf.set(document, kept);
  }

  /**
   * The server that gave its receipts knows them no more: the revision is undelivered again.
   * @param {string} id @param {string} rev
   */
  #lost(id, rev) {
    for (const e of this.envelopesOf(id)) if (e.rev === rev) this.#dropEnvelope(e.id);
    this.#envelopesOf.set(id, this.envelopesOf(id).filter((e) => e.rev !== rev));
  }

  /** @param {string} channel @param {string} id */
  #erase(channel, id) {
    this.erased.set(id, channel);
    for (const key of this.draftsOf(channel)) if (key.includes(id)) this.#dropDraft(key);
    this.#dropMedium(id);
    for (const e of this.envelopesOf(id)) if (!e.receipt) this.#dropEnvelope(e.id);
    const received = this.envelopesOf(id).filter((e) => e.receipt);
    if (received.length > 0) this.#envelopesOf.set(id, received);
    else this.#envelopesOf.delete(id);
    const held = this.get(channel, id);
    if (!held) return;
    held.erased = true;
    // New objects: nobody keeps a body for them.
    held.leaves = held.leaves.map((leaf) => ({ ...leaf }));
  }

  /** A channel that is no longer this account's: only what is undelivered stays. @param {string} channel @param {Set<string>} keep */
  #drop(channel, keep) {
    this.checkpoints.delete(channel);
    this.#release(`since/${channel}`);
    for (const key of this.draftsOf(channel)) this.#dropDraft(key);
    this.#byType.delete(channel);
    const documents = this.channels.get(channel);
    for (const held of documents?.values() ?? []) {
      if (keep.has(held.id)) continue;
      documents?.delete(held.id);
      for (const leaf of held.leaves) this.#count(leaf.block, -1);
      this.#dropMedium(held.id);
    }
    // By their own channel: a sweep that was cut short may have taken their documents already.
    for (const e of [...this.envelopes.values()]) {
      if (e.channel !== channel || keep.has(e.document)) continue;
      this.#dropEnvelope(e.id);
      this.#envelopesOf.delete(e.document);
    }
    for (const { id, channel: own } of [...this.files.values()]) if (own === channel && !keep.has(id)) this.#dropMedium(id);
    if (documents?.size === 0) this.channels.delete(channel);
  }

  /** @param {string} key */
  #dropDraft(key) {
    this.drafts.delete(key);
    this.#release(`draft/${key}`);
  }

  /** @param {string} id */
  #dropEnvelope(id) {
    this.envelopes.delete(id);
    this.#release(`envelope/${id}`);
    this.#release(`receipt/${id}`);
  }

  /** @param {string} id */
  #dropMedium(id) {
    this.stanzas.delete(id);
    this.files.delete(id);
    this.#release(`stanza/${id}`);
    this.#release(`file/${id}`);
  }

  /** @param {string} key @param {number} block */
  #claim(key, block) {
    this.#release(key);
    this.where.set(key, block);
    this.#count(block, 1);
  }

  /** @param {string} key */
  #release(key) {
    const block = this.where.get(key);
    if (block === undefined) return;
    this.where.delete(key);
    this.#count(block, -1);
  }

  /** @param {number} block @param {1 | -1} change */
  #count(block, change) {
    this.live.set(block, (this.live.get(block) ?? 0) + change);
  }
}

/** Oldest first. @param {Held} a @param {Held} b */
export function byAge(a, b) {
  const left = a.leaves[0].age;
  const right = b.leaves[0].age;
  if (left !== right) return left < right ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
