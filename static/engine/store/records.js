// What the log says, in memory: documents by channel and type, envelopes and their receipts, drafts,
// settings, files.
//
// Owns: the entries' meaning (`apply`) and the live ones (`entries`, for compaction). Knows nothing of
// merging: a document here is its leaves. Pure apart from its own maps; what is applied is durable already.

/**
 * @typedef {import('../types.js').Leaf & {local?: boolean}} HeldLeaf `local`: written on this tablet
 * @typedef {{id: string, channel: string, type: string, leaves: HeldLeaf[], local: boolean, erased: boolean}} Held
 * @typedef {{id: string, n: number, channel: string, document: string, rev: string, supersedes: string[],
 *   at: string, size: number, receipt: import('../types.js').Receipt | null, quarantined: string | null}} Envelope
 * @typedef {{id: string, channel: string, file: string, freed: boolean}} MediumFile
 */

/**
 * @typedef {{t: 'self', self: any} |
 *   {t: 'doc', c: string, l: HeldLeaf} |
 *   {t: 'envelope', e: Envelope} |
 *   {t: 'receipt', id: string, receipt: import('../types.js').Receipt, q: string | null} |
 *   {t: 'lost', id: string, rev: string} |
 *   {t: 'draft', k: string, v?: any} |
 *   {t: 'meta', k: string, v: any} |
 *   {t: 'since', c: string, epoch: string | null, since: string | null} |
 *   {t: 'gone', c: string, keep: string[]} |
 *   {t: 'erased', c: string, ids: string[]} |
 *   {t: 'file', id: string, c: string, file: string, freed: boolean} |
 *   {t: 'stanza', id: string, key_id: string, stanza: string} |
 *   {t: 'count', n: number}} Entry
 */

/** What is left of a document whose content was erased. */
const STUB = ['_id', 'type', 'schema', 'class', 'created_at', 'created_by', 'updated_at', 'updated_by', 'device', 'kind', 'state', 'interview'];

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
  /** Envelopes sealed so far. */
  count = 0;

  /** @param {Entry} entry */
  apply(entry) {
    switch (entry.t) {
      case 'self': this.self = entry.self; break;
      case 'doc': this.#addLeaf(entry.c, entry.l); break;
      case 'envelope': this.#addEnvelope(entry.e); break;
      case 'receipt': this.#addReceipt(entry.id, entry.receipt, entry.q); break;
      case 'lost': this.#lose(entry.id, entry.rev); break;
      case 'draft':
        if (entry.v === undefined) this.drafts.delete(entry.k);
        else this.drafts.set(entry.k, entry.v);
        break;
      case 'meta': this.meta.set(entry.k, entry.v); break;
      case 'since': this.checkpoints.set(entry.c, { epoch: entry.epoch, since: entry.since }); break;
      case 'gone': this.#drop(entry.c, new Set(entry.keep)); break;
      case 'erased': for (const id of entry.ids) this.#erase(entry.c, id); break;
      case 'file': this.files.set(entry.id, { id: entry.id, channel: entry.c, file: entry.file, freed: entry.freed }); break;
      case 'stanza': this.stanzas.set(entry.id, { key_id: entry.key_id, stanza: entry.stanza }); break;
      case 'count': this.count = Math.max(this.count, entry.n); break;
      default: // An entry of a newer version is read by that version.
    }
  }

  /** @returns {Generator<Entry>} as few entries as say the same */
  * entries() {
    if (this.self) yield { t: 'self', self: this.self };
    yield { t: 'count', n: this.count };
    for (const [k, v] of this.meta) yield { t: 'meta', k, v };
    for (const [k, v] of this.drafts) yield { t: 'draft', k, v };
    for (const [c, { epoch, since }] of this.checkpoints) yield { t: 'since', c, epoch, since };
    for (const { id, channel, file, freed } of this.files.values()) yield { t: 'file', id, c: channel, file, freed };
    for (const [id, stanza] of this.stanzas) yield { t: 'stanza', id, ...stanza };
    for (const [id, c] of this.erased) yield { t: 'erased', c, ids: [id] };
    for (const [c, held] of this.channels) {
      for (const { leaves } of held.values()) for (const l of leaves) yield { t: 'doc', c, l };
    }
    for (const envelopes of this.#envelopesOf.values()) for (const e of envelopes) yield { t: 'envelope', e };
  }

  /** How many entries `entries` has, about. */
  get size() {
    let documents = 0;
    for (const held of this.channels.values()) documents += held.size;
    return documents + this.envelopes.size + this.meta.size + this.drafts.size + this.files.size + this.stanzas.size
      + this.erased.size + this.checkpoints.size;
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

  /** Every leaf written here has a receipt. @param {Held} held */
  isDelivered(held) {
    const envelopes = this.envelopesOf(held.id);
    return held.leaves.every((leaf) => !leaf.local || envelopes.some((e) => e.rev === leaf.rev && e.receipt));
  }

  /** @param {string} channel @param {HeldLeaf} leaf */
  #addLeaf(channel, leaf) {
    let documents = this.channels.get(channel);
    if (!documents) this.channels.set(channel, documents = new Map());
    const id = leaf.doc._id;
    const held = documents.get(id);
    const erased = this.erased.has(id);
    const added = erased ? { ...leaf, doc: stub(leaf.doc) } : leaf;
    if (!held) {
      const type = typeof leaf.doc.type === 'string' ? leaf.doc.type : id.slice(0, id.indexOf(':'));
      documents.set(id, { id, channel, type, leaves: [added], local: Boolean(leaf.local), erased });
      this.#byType.delete(channel);
      return;
    }
    if (held.leaves.some(({ rev, ancestors }) => rev === leaf.rev || ancestors.includes(leaf.rev))) return;
    held.leaves = [...held.leaves.filter(({ rev }) => !leaf.ancestors.includes(rev)), added];
    held.local ||= Boolean(leaf.local);
  }

  /** @param {Envelope} envelope */
  #addEnvelope(envelope) {
    const kept = this.envelopesOf(envelope.document).filter((e) => e.receipt || !envelope.supersedes.includes(e.id));
    for (const id of envelope.supersedes) if (!this.envelopes.get(id)?.receipt) this.envelopes.delete(id);
    this.#envelopesOf.set(envelope.document, [...kept, envelope]);
    this.envelopes.set(envelope.id, envelope);
    this.count = Math.max(this.count, envelope.n);
  }

  /** @param {string} id @param {import('../types.js').Receipt} receipt @param {string | null} quarantined */
  #addReceipt(id, receipt, quarantined) {
    const envelope = this.envelopes.get(id);
    if (!envelope) return;
    envelope.receipt = receipt;
    envelope.quarantined = quarantined;
    // Of those received, the newest tells all there is to tell; the office's archive has the others.
    const all = this.envelopesOf(envelope.document);
    const kept = all.filter((e) => !e.receipt || e.n >= envelope.n);
    for (const e of all) if (!kept.includes(e)) this.envelopes.delete(e.id);
    this.#envelopesOf.set(envelope.document, kept);
  }

  /**
   * The server that gave its receipts knows them no more: the revision is undelivered again.
   * @param {string} id @param {string} rev
   */
  #lose(id, rev) {
    for (const e of this.envelopesOf(id)) if (e.rev === rev) this.envelopes.delete(e.id);
    this.#envelopesOf.set(id, this.envelopesOf(id).filter((e) => e.rev !== rev));
  }

  /** @param {string} channel @param {string} id */
  #erase(channel, id) {
    this.erased.set(id, channel);
    for (const key of this.draftsOf(channel)) if (key.includes(id)) this.drafts.delete(key);
    this.stanzas.delete(id);
    this.files.delete(id);
    for (const e of this.envelopesOf(id)) if (!e.receipt) this.envelopes.delete(e.id);
    const received = this.envelopesOf(id).filter((e) => e.receipt);
    if (received.length > 0) this.#envelopesOf.set(id, received);
    else this.#envelopesOf.delete(id);
    const held = this.get(channel, id);
    if (!held) return;
    held.erased = true;
    held.leaves = held.leaves.map((leaf) => ({ ...leaf, doc: stub(leaf.doc) }));
  }

  /** A channel that is no longer this account's: only what is undelivered stays. @param {string} channel @param {Set<string>} keep */
  #drop(channel, keep) {
    this.checkpoints.delete(channel);
    for (const key of this.draftsOf(channel)) this.drafts.delete(key);
    this.#byType.delete(channel);
    const documents = this.channels.get(channel);
    for (const held of documents?.values() ?? []) {
      if (keep.has(held.id)) continue;
      documents?.delete(held.id);
      for (const e of this.envelopesOf(held.id)) this.envelopes.delete(e.id);
      this.#envelopesOf.delete(held.id);
      this.stanzas.delete(held.id);
      this.files.delete(held.id);
    }
    if (documents?.size === 0) this.channels.delete(channel);
  }
}

/** @param {any} doc @returns {any} */
function stub(doc) {
  return Object.fromEntries(STUB.filter((name) => name in doc).map((name) => [name, doc[name]]));
}

/** @param {Held} a @param {Held} b */
function byAge(a, b) {
  const [left, right] = [a, b].map(({ leaves }) => String(leaves[0].doc.created_at ?? ''));
  if (left !== right) return left < right ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}
