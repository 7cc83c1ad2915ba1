// Revisions: their ids, who wins, and how several leaves read as one (docs/documents.md, "Revisions").
//
// Pure: no store, no clock. The twin of sync/revisions.py; both pass tests/vectors/revisions.json,
// winners.json and merges.json.

import { canonical, sha256, toHex, utf8 } from '../crypto/wire.js';

/**
 * @typedef {import('../types.js').Leaf} Leaf
 * @typedef {import('../types.js').EngineDocument} EngineDocument
 * @typedef {import('../types.js').FieldConflict} FieldConflict
 */

/** What CouchDB puts on a document and is no part of it. */
const RESERVED_NAMES = ['_rev', '_revisions', '_deleted', '_attachments'];
const RESERVED = new Set(RESERVED_NAMES);
/** Every revision changes these; the winner's stand and nobody is asked. */
const UNCONTESTED = new Set(['updated_at', 'updated_by', 'device', 'base', 'resolves']);

const REVISION = /^[1-9][0-9]{0,8}-[0-9a-f]{32}$/;

/**
 * The document without what CouchDB puts on it.
 * @param {Record<string, any>} document
 * @returns {any}
 */
export function content(document) {
  // Nearly every document has none of them, and a copy as it is takes a tenth of the time.
  if (!RESERVED_NAMES.some((name) => name in document)) return { ...document };
  return Object.fromEntries(Object.entries(document).filter(([key]) => !RESERVED.has(key)));
}

/** @param {Record<string, any>} document @returns {Promise<string>} what a receipt names */
export async function contentSha256(document) {
  return toHex(await sha256(utf8(canonical(content(document)))));
}

/**
 * The id of `document` as a child of `parent`. The same content on the same parent has the same id everywhere.
 * @param {string | null} parent
 * @param {Record<string, any>} document
 * @param {boolean} [deleted]
 * @returns {Promise<string>}
 */
export async function revisionId(parent, document, deleted = false) {
  const digest = toHex(await sha256(utf8(canonical([parent, deleted, content(document)]))));
  return `${(parent ? generation(parent) : 0) + 1}-${digest.slice(0, 32)}`;
}

/** @param {unknown} value */
export function isRevision(value) {
  return typeof value === 'string' && REVISION.test(value);
}

/** @param {string} rev @returns {number} before the dash */
export function generation(rev) {
  return Number(rev.slice(0, rev.indexOf('-')));
}

/**
 * Winner first: not deleted before deleted, then the higher generation, then the higher hex.
 * @template {Leaf} T
 * @param {T[]} leaves
 * @returns {T[]}
 */
export function winnerOrder(leaves) {
  return [...leaves].sort((a, b) => {
    if (a.deleted !== b.deleted) return a.deleted ? 1 : -1;
    const generations = generation(b.rev) - generation(a.rev);
    if (generations !== 0) return generations;
    if (a.rev === b.rev) return 0;
    return a.rev < b.rev ? 1 : -1;
  });
}

/**
 * `{field: prior value}` of the fields that `document` changes; a field that was absent has null.
 * @param {Record<string, any>} previous
 * @param {Record<string, any>} document
 * @returns {Record<string, any>}
 */
export function base(previous, document) {
  const names = new Set([...Object.keys(content(previous)), ...Object.keys(content(document))]);
  /** @type {Record<string, any>} */
  const changed = {};
  for (const name of [...names].sort()) {
    if (UNCONTESTED.has(name) || name === '_id') continue;
    if (!same(previous[name], document[name])) changed[name] = previous[name] ?? null;
  }
  return changed;
}

/**
 * The `base` of a child of one leaf among several: it goes on saying what `previous` changed. The other leaves
 * stand on what was before that; a base that forgot it would make a conflict of nothing.
 * @param {Record<string, any>} previous
 * @param {Record<string, any>} document
 */
export function baseBeside(previous, document) {
  const earlier = previous.base;
  const isObject = earlier !== null && typeof earlier === 'object' && !Array.isArray(earlier);
  return base(isObject ? { ...previous, ...earlier } : previous, document);
}

/**
 * The leaves that take part in the reading, winner first. A deleted leaf does not; nor does one that a leaf
 * before it in winner order names in `resolves`. Only what comes earlier counts: so the winner always stands,
 * and two leaves that name each other cannot both vanish.
 * @template {Leaf} T
 * @param {T[]} leaves
 * @returns {T[]}
 */
export function standing(leaves) {
  const named = new Set();
  return live(leaves).filter((leaf) => {
    const stands = !named.has(leaf.rev);
    for (const rev of resolves(leaf)) named.add(rev);
    return stands;
  });
}

/**
 * What the leaves name in `resolves`, in winner order, nothing twice: a further version carries it on.
 * @param {Leaf[]} leaves
 * @returns {string[]}
 */
export function resolved(leaves) {
  return [...new Set(live(leaves).flatMap(resolves))];
}

/**
 * One reading of all leaves, whatever their order; null where every leaf is deleted. A field is taken
 * from whoever changed it as long as everybody else still has the value it had before; lists of scalars
 * are merged; all else keeps the winner's value and is a conflict for a person.
 * @param {Leaf[]} leaves
 * @returns {{rev: string, doc: EngineDocument, conflicts: FieldConflict[]} | null}
 */
export function merge(leaves) {
  const taking = standing(leaves);
  if (taking.length === 0) return null;
  const first = taking[0];
  const doc = content(first.doc);
  const named = resolved(leaves);
  if (named.length > 0) doc.resolves = named;
  /** @type {FieldConflict[]} */
  const conflicts = [];
  const names = taking.length > 1 ? new Set(taking.flatMap((leaf) => Object.keys(content(leaf.doc)))) : [];
  for (const name of [...names].sort()) {
    if (UNCONTESTED.has(name)) continue;
    const settled = settle(name, taking);
    if (!settled) conflicts.push({ field: name, versions: versions(name, taking) });
    else if ('absent' in settled) delete doc[name];
    else doc[name] = settled.value;
  }
  return { rev: first.rev, doc, conflicts };
}

/** @template {Leaf} T @param {T[]} leaves @returns {T[]} winner first */
function live(leaves) {
  return winnerOrder(leaves).filter((leaf) => !leaf.deleted);
}

/** @param {Leaf} leaf @returns {string[]} */
function resolves({ doc }) {
  return Array.isArray(doc.resolves) ? doc.resolves.filter((rev) => typeof rev === 'string') : [];
}

/**
 * The value all leaves agree on or merge to.
 * @param {string} name
 * @param {Leaf[]} leaves
 * @returns {{value: any} | {absent: true} | null} null is a conflict
 */
function settle(name, leaves) {
  const values = leaves.map((leaf) => leaf.doc[name]);
  if (values.every((value) => same(value, values[0]))) return valueOf(leaves[0], name);
  const bases = leaves.map((leaf) => leaf.doc.base);
  // A leaf that does not say what it changed may have changed anything.
  if (!bases.every((changes) => changes !== null && typeof changes === 'object' && !Array.isArray(changes))) return null;
  const changed = leaves.map((_, i) => i).filter((i) => Object.hasOwn(bases[i], name));
  if (changed.length === 0) return null;
  const before = bases[changed[0]][name];
  // A leaf knows the prior value only as of its own parent. Where the others do not stand on that value,
  // somebody changed the field earlier, and taking either side would overwrite the other unseen.
  if (changed.some((i) => !same(bases[i][name], before))) return null;
  if (values.some((value, i) => !changed.includes(i) && !same(value, before))) return null;
  if (changed.every((i) => same(values[i], values[changed[0]]))) return valueOf(leaves[changed[0]], name);
  const lists = changed.map((i) => values[i]);
  if (lists.every(isScalars) && (before === null || isScalars(before))) return { value: mergeLists(before ?? [], lists) };
  return null;
}

/** @param {Leaf} leaf @param {string} name @returns {{value: any} | {absent: true}} */
function valueOf(leaf, name) {
  return Object.hasOwn(leaf.doc, name) ? { value: leaf.doc[name] } : { absent: true };
}

/**
 * `before` without what anybody removed, then what anybody added, in winner order, nothing twice.
 * @param {any[]} before
 * @param {any[][]} lists
 */
function mergeLists(before, lists) {
  const removed = new Set();
  for (const items of lists) {
    const kept = new Set(items.map(canonical));
    for (const item of before) if (!kept.has(canonical(item))) removed.add(canonical(item));
  }
  const result = new Map();
  for (const item of [...before, ...lists.flat()]) {
    const key = canonical(item);
    if (!removed.has(key) && !result.has(key)) result.set(key, item);
  }
  return [...result.values()];
}

/** Every distinct value, in winner order. @param {string} name @param {Leaf[]} leaves */
function versions(name, leaves) {
  const found = new Map();
  for (const { rev, doc } of leaves) {
    const value = doc[name] ?? null;
    const key = canonical(value);
    const version = { rev, value, updated_by: doc.updated_by ?? null, updated_at: doc.updated_at ?? null };
    if (!found.has(key)) found.set(key, version);
  }
  return [...found.values()];
}

/** @param {any} value */
function isScalars(value) {
  return Array.isArray(value) && !value.some((item) => item !== null && typeof item === 'object');
}

/** Absent and null are the same. @param {any} left @param {any} right */
function same(left, right) {
  return left === right || canonical(left ?? null) === canonical(right ?? null);
}
