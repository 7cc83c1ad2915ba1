// Entries of the log: what can be said in it.
//
// Owns: their kinds, and what each of them replaces or takes back, which sweeping goes by. Pure.

/**
 * @typedef {{id: string, type: string, age: string, rev: string, ancestors: string[], deleted: boolean, local: boolean,
 *   size: number}} Head what the index keeps of a leaf; `age`: created_at; `local`: written on this tablet;
 *   `size`: of the body in bytes
 * @typedef {import('../types.js').Leaf & {local?: boolean}} WrittenLeaf
 * @typedef {{id: string, n: number, channel: string, document: string, rev: string, supersedes: string[],
 *   at: string, size: number, receipt: import('../types.js').Receipt | null, quarantined: string | null}} Envelope
 */

/**
 * @typedef {{t: 'self', self: any} |
 *   {t: 'doc', c: string, l: WrittenLeaf} |
 *   {t: 'doc', c: string, h: Head, body?: import('../crypto/wire.js').Bytes} |
 *   {t: 'envelope', e: Envelope} |
 *   {t: 'receipt', id: string, receipt: import('../types.js').Receipt, q: string | null} |
 *   {t: 'lost', id: string, rev: string} |
 *   {t: 'draft', k: string, v?: any} |
 *   {t: 'meta', k: string, v: any} |
 *   {t: 'since', c: string, epoch: string | null, since: string | null} |
 *   {t: 'superseded', d: string, ids: string[]} |
 *   {t: 'gone', c: string, keep: string[]} |
 *   {t: 'erased', c: string, ids: string[], swept?: boolean} |
 *   {t: 'file', id: string, c: string, file: string, freed: boolean} |
 *   {t: 'stanza', id: string, key_id: string, stanza: string} |
 *   {t: 'count', n: number}} Entry
 */

const UNDOING = new Set(['gone', 'superseded', 'lost']);
/** What is left of a document whose content was erased. */
const STUB = ['_id', 'type', 'schema', 'class', 'created_at', 'created_by', 'updated_at', 'updated_by', 'device', 'kind', 'state', 'interview'];

/** What the index keeps of a document's leaf. @param {Extract<Entry, {t: 'doc'}>} entry @returns {Head} */
export function headOf(entry) {
  if ('h' in entry) return entry.h;
  const { rev, ancestors, deleted, local, doc } = entry.l;
  const type = typeof doc.type === 'string' ? doc.type : doc._id.slice(0, doc._id.indexOf(':'));
  return { id: doc._id, type, age: String(doc.created_at ?? ''), rev, ancestors, deleted, local: Boolean(local), size: 0 };
}

/**
 * What an entry says, other than a document: the last one with a key counts.
 * @param {Entry} entry
 * @returns {string[]}
 */
export function keysOf(entry) {
  switch (entry.t) {
    case 'self': case 'count': return [entry.t];
    case 'meta': return [`meta/${entry.k}`];
    case 'draft': return entry.v === undefined ? [] : [`draft/${entry.k}`];
    case 'since': return [`since/${entry.c}`];
    case 'file': case 'stanza': case 'receipt': return [`${entry.t}/${entry.id}`];
    case 'envelope': return [`envelope/${entry.e.id}`];
    case 'erased': return entry.ids.map((id) => `erased/${id}`);
    default: return [];
  }
}

/** How much of a block an entry is, as `live` counts. @param {Entry} entry */
export function weightOf(entry) {
  return entry.t === 'doc' ? 1 : keysOf(entry).length;
}

/**
 * It takes back what came before it, and is nothing once that is gone.
 * @param {Entry} entry
 * @param {import('./records.js').Records} records
 */
export function isUndoing(entry, records) {
  if (entry.t !== 'envelope') return UNDOING.has(entry.t) || (entry.t === 'draft' && entry.v === undefined);
  const { id, document, supersedes } = entry.e;
  if (records.envelopes.has(id) || supersedes.length === 0) return false;
  // Its successor takes back the same and more.
  return !records.envelopesOf(document).some((e) => e.supersedes.includes(id));
}

/** @param {any} doc @returns {any} */
export function stub(doc) {
  return Object.fromEntries(STUB.filter((name) => name in doc).map((name) => [name, doc[name]]));
}
