// The twin of tests/sync/test_revisions.py: the same vectors.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { canonical } from '../../static/engine/crypto/wire.js';
import { base, content, contentSha256, merge, revisionId, winnerOrder } from '../../static/engine/replication/revisions.js';

const read = (name) => JSON.parse(readFileSync(new URL(`../vectors/${name}`, import.meta.url), 'utf8'));

for (const one of read('revisions.json').cases) {
  test(`a revision id is the hash of parent and content: ${one.name}`, async () => {
    assert.equal(canonical(content(one.document)), one.canonical);
    assert.equal(await contentSha256(one.document), one.content_sha256);
    assert.equal(await revisionId(one.parent, one.document, one.deleted), one.rev);
  });
}

for (const one of read('revisions.json').bases) {
  test(`a base holds prior values of what changed: ${one.name}`, () => {
    assert.equal(canonical(base(one.previous, one.document)), canonical(one.base));
  });
}

for (const one of read('winners.json').cases) {
  test(`the winner is CouchDB's winner: ${one.name}`, () => {
    assert.deepEqual(winnerOrder(one.leaves).map(({ rev }) => rev), one.order);
  });
}

for (const one of read('merges.json').cases) {
  test(`leaves merge to one reading: ${one.name}`, () => {
    for (const leaves of permutations(one.leaves)) assert.equal(canonical(merge(leaves)), canonical(one.expect));
  });
}

for (const one of read('convergence.json').cases) {
  test(`ten replicas read the same: history ${one.seed}`, () => {
    const orders = [one.leaves, [...one.leaves].reverse(), [...one.leaves.slice(1), one.leaves[0]]];
    for (const leaves of orders) assert.equal(canonical(merge(leaves)), canonical(one.expect));
  });
}

function permutations(items) {
  if (items.length < 2) return [items];
  return items.flatMap((item, i) => permutations([...items.slice(0, i), ...items.slice(i + 1)]).map((rest) => [item, ...rest]));
}
