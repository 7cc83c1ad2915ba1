// The service worker: listeners only. `sw.js?v=<version>` keeps the shell of exactly that version and
// delivers the outbox while no page is open. It holds no key that opens anything.

import { deliverOutbox } from './outbox_upload.js';
import { judge } from './release_pin.js';
import { dropOtherShells, installShell, isShellRequest, serveShell } from './shell_cache.js';

const scope = /** @type {any} */ (self);
/** Of what it does in the background. */
let background = new AbortController();
const version = new URL(scope.location.href).searchParams.get('v') ?? '';

scope.addEventListener('install', (/** @type {any} */ event) => {
  event.waitUntil(installShell(version));
});

scope.addEventListener('activate', (/** @type {any} */ event) => {
  event.waitUntil(dropOtherShells(version).then(() => scope.clients.claim()));
});

scope.addEventListener('fetch', (/** @type {any} */ event) => {
  // Data is never touched here, so that nothing of it can ever be cached.
  if (isShellRequest(event.request)) event.respondWith(serveShell(version, event.request));
});

scope.addEventListener('message', (/** @type {any} */ event) => {
  // A new version waits until the person has agreed and the vault is locked.
  if (event.data?.type === 'activate') scope.skipWaiting();
  // The one that runs would be let finish first, for minutes; what it leaves the new one delivers.
  if (event.data?.type === 'yield') {
    background.abort();
    background = new AbortController();
  }
  // The page asks the version that runs, before it registers another.
  if (event.data?.type === 'judge') {
    const answer = (/** @type {string} */ verdict) => event.ports[0].postMessage(verdict);
    event.waitUntil(judge(event.data.listing).then(answer, () => answer('unknown')));
  }
});

scope.addEventListener('sync', (/** @type {any} */ event) => {
  if (event.tag === 'aigaq-outbox') event.waitUntil(deliverOutbox(version, background.signal));
});
