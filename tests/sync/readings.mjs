// Reads histories of tests/sync/replicas.py from a file, and says the seeds of those that the tablet reads otherwise.
import { readFileSync } from 'node:fs';

import { canonical } from '../../static/engine/crypto/wire.js';
import { merge } from '../../static/engine/replication/revisions.js';

const { cases } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const otherwise = cases.filter(({ leaves, expect }) => {
  const orders = [leaves, [...leaves].reverse(), ...leaves.map((_, i) => [...leaves.slice(i), ...leaves.slice(0, i)])];
  return orders.some((order) => canonical(merge(order)) !== canonical(expect));
});
process.stdout.write(JSON.stringify(otherwise.map(({ seed }) => seed)));
