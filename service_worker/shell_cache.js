// The shell's copy on this tablet: exactly the files of /app/shell.json, each checked by its SHA-256.
//
// Owns: the caches named `shell-<version>`. A version is whole or not there: if the listing is not signed as it
// must be, or one file does not match, installing fails and the version before goes on. What a page asks below
// /app/ comes from the cache alone; without it (the browser has thrown it away) from the network, checked again.
// What the listing does not name is not served.

import { judge, LISTING, PREFIX } from './release_pin.js';

const SCOPE = '/app/';
const WORKERS = '/app/service_worker/';
/** The one address below the scope that no listing names: it differs by language, and holds no code. */
const WEB_MANIFEST = '/app/app.webmanifest';
const AT_ONCE = 8;
/** What of a file's headers is kept: its type and the policies. No signature is over headers, so none that loads, sends or leads elsewhere. */
const KEPT_HEADERS = [
  'content-type', 'content-security-policy', 'x-content-type-options', 'x-frame-options', 'referrer-policy', 'permissions-policy',
  'cross-origin-opener-policy', 'cross-origin-resource-policy', 'service-worker-allowed',
];

/**
 * @param {string} version
 * @returns {Promise<void>} when every file is kept
 */
export async function installShell(version) {
  const listing = await readListing();
  // The server has moved on since the page read it: the page will register the newer one.
  if (listing.version !== version) throw new Error('another version is served');
  const verdict = await judge(listing);
  if (verdict !== 'good' && verdict !== 'first') throw new Error(`this version is refused: ${verdict}`);
  const name = PREFIX + version;
  try {
    const cache = await caches.open(name);
    const addresses = Object.keys(listing.files);
    const take = async () => {
      for (let address = addresses.pop(); address; address = addresses.pop()) {
        await cache.put(address, await fetchFile(address, listing.files[address]));
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, take));
    await cache.put(LISTING, new Response(JSON.stringify(listing), { headers: { 'Content-Type': 'application/json' } }));
  } catch (error) {
    await caches.delete(name);
    throw error;
  }
}

/** @param {string} version the one that stays */
export async function dropOtherShells(version) {
  const names = await caches.keys();
  await Promise.all(names.filter((name) => name.startsWith(PREFIX) && name !== PREFIX + version).map((name) => caches.delete(name)));
}

/**
 * What the shell answers. The listing and the service worker's own script come from the network: they say
 * what is new.
 * @param {Request} request
 */
export function isShellRequest(request) {
  const { origin, pathname } = new URL(request.url);
  return request.method === 'GET' && origin === self.location.origin && pathname.startsWith(SCOPE)
    && pathname !== LISTING && !pathname.startsWith(WORKERS);
}

/**
 * @param {string} version
 * @param {Request} request
 * @returns {Promise<Response>}
 */
export async function serveShell(version, request) {
  const address = new URL(request.url).pathname;
  const cache = await caches.open(PREFIX + version);
  const kept = await cache.match(address);
  if (kept) return kept;
  // The app has one page; any other address to navigate to is that page.
  if (request.mode === 'navigate') return await cache.match(SCOPE) ?? fetch(request);
  const listing = await (await cache.match(LISTING))?.json();
  if (!listing || address === WEB_MANIFEST) return fetch(request);
  const expected = listing.files[address];
  return expected ? fetchFile(address, expected) : new Response(null, { status: 404 });
}

/** @returns {Promise<import('../static/engine/crypto/release.js').Listing>} */
async function readListing() {
  const response = await fetch(LISTING, { cache: 'no-store', credentials: 'omit' });
  if (!response.ok) throw new Error(`no listing: ${response.status}`);
  return response.json();
}

/**
 * @param {string} address
 * @param {string} expected SHA-256, hexadecimal
 * @returns {Promise<Response>} with the headers that are kept: the content policy is among them
 */
async function fetchFile(address, expected) {
  const response = await fetch(address, { cache: 'no-store', credentials: 'omit' });
  if (!response.ok || response.redirected) throw new Error(`${address}: ${response.status}`);
  const body = await response.arrayBuffer();
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', body));
  const found = Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join('');
  if (found !== expected) throw new Error(`${address}: not what was listed`);
  const headers = new Headers();
  for (const name of KEPT_HEADERS) {
    const value = response.headers.get(name);
    if (value !== null) headers.set(name, value);
  }
  return new Response(body, { status: 200, headers });
}
