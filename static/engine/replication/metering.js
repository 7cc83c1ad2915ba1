// What may go over this network now: documents always, large media by the person's rule.
//
// Owns: the rule and the reading of the browser's network information. Pure apart from one row that tells
// nothing (`uploads`), so that the service worker keeps to the rule as well. Large is a file of more than
// 4 MiB: photos, sketches and ten minutes of speech go like documents.
//
// | rule        | on a metered network | where the browser does not say | on Wi-Fi or cable |
// |-------------|----------------------|--------------------------------|-------------------|
// | `always`    | go                   | go                             | go                |
// | `unmetered` | wait                 | go                             | go                |
// | `ask`       | wait until allowed   | wait until allowed             | go                |

/**
 * @typedef {import('../types.js').ChunkRow} ChunkRow
 * @typedef {import('../types.js').UploadRule} UploadRule
 * @typedef {'metered' | 'unmetered' | 'unknown'} NetworkKind
 * @typedef {{rule: UploadRule, allowedUntil: number}} UploadChoice `allowedUntil`: milliseconds since 1970, 0 where not allowed
 */

/** @type {UploadRule[]} */
export const UPLOAD_RULES = ['always', 'unmetered', 'ask'];
export const LARGE_BYTES = 4 << 20;
/** How long "send now" holds. */
export const ALLOWED_MS = 3_600_000;
const ROW = 'uploads';

/**
 * Of page, worker or service worker.
 * @param {any} [connection] `navigator.connection`, which Chromium has
 * @returns {NetworkKind}
 */
export function networkKind(connection = /** @type {any} */ (globalThis.navigator)?.connection) {
  if (!connection) return 'unknown';
  if (connection.saveData || connection.type === 'cellular') return 'metered';
  return ['wifi', 'ethernet'].includes(connection.type) ? 'unmetered' : 'unknown';
}

/** @param {import('../store/database.js').Database} database @returns {Promise<UploadChoice>} */
export async function readChoice(database) {
  const row = await database.get('public', ROW);
  return { rule: UPLOAD_RULES.includes(row?.rule) ? row.rule : 'unmetered', allowedUntil: Number(row?.allowedUntil) || 0 };
}

/** @param {import('../store/database.js').Database} database @param {UploadChoice} choice */
export function writeChoice(database, choice) {
  return database.write([{ store: 'public', put: { name: ROW, ...choice } }]);
}

/**
 * @param {UploadChoice} choice
 * @param {NetworkKind} network
 * @param {number} now
 * @returns {boolean} large media may go
 */
export function mayGo({ rule, allowedUntil }, network, now) {
  if (rule === 'always' || network === 'unmetered') return true;
  if (allowedUntil > now && allowedUntil <= now + ALLOWED_MS) return true;
  return rule === 'unmetered' && network === 'unknown';
}

/**
 * Rows of large files. A file that is still recorded is as large as it is so far.
 * @param {ChunkRow[]} rows all that there are
 * @returns {(row: ChunkRow) => boolean}
 */
export function isLarge(rows) {
  /** @type {Map<string, number>} */
  const sizes = new Map();
  for (const { file, size } of rows) sizes.set(file, (sizes.get(file) ?? 0) + size);
  return ({ file }) => (sizes.get(file) ?? 0) > LARGE_BYTES;
}
