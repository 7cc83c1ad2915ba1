// Signed releases: whether a version of the app may take the place of the one that is here.
//
// Owns the judgement; the twin of sync/gateway/release.py. A release counts if the release key of the newest key
// set that is known signs exactly its files, if that set is of the root that is followed here, and if its number
// is not below one that was here before. What is not yet tied to an organisation (nothing enrolled, nothing
// signed ever installed) takes the first one it meets. Pure: what is held is passed in.

import { canonical, sha256, toHex, utf8 } from './wire.js';
import { isSigned } from './keyset.js';
import { verify } from './signing.js';

/**
 * What /app/shell.json says.
 * @typedef {object} Listing
 * @property {string} version
 * @property {Record<string, string>} files address → SHA-256, hexadecimal
 * @property {{number: number, issued_at: string, key: string, signature: string} | null} [signed]
 * @property {import('../types.js').SignedKeySet} [keyset]
 */

/** @typedef {'good' | 'first' | 'unsigned' | 'foreign' | 'older' | 'damaged'} Verdict */

const HASH = /^[0-9a-f]{64}$/;

/** @param {Record<string, string>} files @returns {Promise<string>} */
export async function versionOf(files) {
  const lines = Object.keys(files).sort().map((address) => `${address} ${files[address]}`);
  return toHex(await sha256(utf8(lines.join('\n'))));
}

/**
 * @param {any} offered a listing as the server sent it
 * @param {{keysets: import('../types.js').SignedKeySet[], listings: Listing[]}} held key sets of the vaults here, and
 *   the listings of the versions that are installed
 * @returns {Promise<Verdict>} `good`, or `first` where nothing is known that could judge it; else why not
 */
export async function judgeRelease(offered, held) {
  if (!isListing(offered) || await versionOf(offered.files) !== offered.version) return 'damaged';
  const kept = held.listings.filter(({ signed }) => signed);
  const known = [...held.keysets, ...kept.flatMap(({ keyset }) => keyset ?? [])];
  const { signed, keyset } = offered;
  if (!signed || !keyset) return known.length === 0 ? 'first' : 'unsigned';
  if (!known.every(({ root }) => root === keyset.root) || !(await isSigned(keyset))) return 'foreign';
  const newest = known.reduce((best, one) => (one.set.number > best.set.number ? one : best), keyset);
  const { release } = newest.set.keys;
  const { number, issued_at: issuedAt, key, signature } = signed;
  const content = { version: offered.version, number, issued_at: issuedAt, files: offered.files };
  if (key !== release.id || !(await verify(release.public, signature, `aigaq/release/1\n${canonical(content)}`))) return 'foreign';
  const outdone = kept.some((one) => {
    const before = one.signed?.number ?? 0;
    return before > number || (before === number && one.version !== offered.version);
  });
  return outdone ? 'older' : 'good';
}

/** @param {any} offered @returns {offered is Listing} */
function isListing(offered) {
  if (typeof offered?.version !== 'string' || !offered.files || typeof offered.files !== 'object') return false;
  const { signed, keyset } = offered;
  if (signed && !(Number.isInteger(signed.number) && signed.number > 0 && typeof signed.signature === 'string')) return false;
  if (keyset && !(Number.isInteger(keyset.set?.number) && keyset.set.keys?.release)) return false;
  return Object.values(offered.files).every((hash) => typeof hash === 'string' && HASH.test(hash));
}
