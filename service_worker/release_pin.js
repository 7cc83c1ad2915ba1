// What this tablet knows that can judge a version of the app: the organisation's key sets beside its vaults, and
// the versions that are installed.
//
// Owns the gathering of both; the judgement is engine/crypto/release.js. The version that runs judges the next
// one, before a line of the next one is registered; the next one judges itself once more while it installs.

import { judgeRelease } from '../static/engine/crypto/release.js';
import { vaultNames } from '../static/engine/store/register.js';
import { openOutbox } from '../static/engine/store/storage.js';

export const LISTING = '/app/shell.json';
export const PREFIX = 'shell-';

/** @typedef {import('../static/engine/crypto/release.js').Verdict} Verdict */

/** @param {any} offered a listing @returns {Promise<Verdict>} */
export async function judge(offered) {
  return judgeRelease(offered, { keysets: await heldKeySets(), listings: await keptListings() });
}

async function heldKeySets() {
  const found = [];
  for (const name of await vaultNames()) {
    const { database } = await openOutbox(name);
    try {
      const row = await database.get('public', 'keyset');
      if (row) found.push(row.signed);
    } finally {
      database.close();
    }
  }
  return found;
}

/** Of versions that are whole: the listing is written last. */
async function keptListings() {
  const found = [];
  for (const name of (await caches.keys()).filter((one) => one.startsWith(PREFIX))) {
    const kept = await (await caches.open(name)).match(LISTING);
    if (kept) found.push(await kept.json());
  }
  return found;
}
