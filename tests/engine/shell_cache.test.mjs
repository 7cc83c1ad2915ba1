// The shell's copy: what the signature does not cover does not come in with what it does.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { sha256, toHex, utf8 } from '../../static/engine/crypto/wire.js';
import { serveShell } from '../../service_worker/shell_cache.js';

const PATH = '/app/static/app/main.js';
const BODY = 'export {};';
const POLICY = "default-src 'none'";

/** A service worker's surroundings: a cache that holds the listing and has lost a file, and a network. */
async function worker(/** @type {string} */ served, headers = {}) {
  const listing = { version: 'v', files: { [PATH]: toHex(await sha256(utf8(BODY))) } };
  const cache = { match: async (/** @type {string} */ path) => (path === '/app/shell.json' ? new Response(JSON.stringify(listing)) : undefined) };
  Object.assign(globalThis, {
    caches: { open: async () => cache },
    fetch: async () => new Response(served, { headers: { 'Content-Type': 'text/javascript', 'Content-Security-Policy': POLICY, ...headers } }),
  });
  return serveShell('v', new Request(`https://office.example${PATH}`));
}

test('of a file’s headers only its type and the policies are kept', async () => {
  const hostile = {
    Link: '<https://elsewhere.example/x.css>; rel=stylesheet', Refresh: '0; url=https://elsewhere.example/',
    SourceMap: 'https://elsewhere.example/x.map', 'Clear-Site-Data': '"*"', 'Report-To': '{}', 'Content-Encoding': 'identity',
  };
  const response = await worker(BODY, hostile);
  assert.equal(await response.text(), BODY);
  assert.deepEqual([...response.headers.keys()], ['content-security-policy', 'content-type']);
  assert.equal(response.headers.get('content-security-policy'), POLICY);
});

test('a file that the cache has lost comes from the network only as it was listed', async () => {
  await assert.rejects(worker(`${BODY} `), /not what was listed/);
});
