// Runs seeds: node tests/simulation/run.mjs HOME STORE SEED… ; one line of JSON for each.
//
// Owns: what a browser would give the engine (locks among tabs, which a tablet of its own has for itself), the order
// of steps, and the report of a seed that failed.

import { inspect } from 'node:util';

import { Crash } from '../engine/fakes.mjs';
import { broken, heal } from './invariants.mjs';
import { OfficeProcess } from './office.mjs';
import { STEPS } from './steps.mjs';
import { World } from './world.mjs';

/** pouchdb-server has no `_purge`, so what erases cannot be held against it. */
const ERASING = new Set(['withdraw']);
const STEPS_PER_SEED = Number(process.env.SIMULATION_STEPS ?? 60);

globalThis.BroadcastChannel = /** @type {any} */ (class { addEventListener() {} postMessage() {} });
Object.defineProperty(globalThis, 'navigator', {
  configurable: true,
  value: { userAgent: 'simulation', onLine: true, locks: { request: async (/** @type {string} */ _name, /** @type {any} */ options, /** @type {any} */ work) => (work ?? options)({}) } },
});

const [home, store, ...seeds] = process.argv.slice(2);
/** @type {[number, any][]} */
const possible = STEPS.filter(([, name]) => store !== 'couch' || !ERASING.has(name)).map((row) => [row[0], row]);

/** @type {unknown[]} */
const stray = [];
process.on('unhandledRejection', (error) => { if (!(error instanceof Crash)) stray.push(error); });

/** @param {number} seed @param {OfficeProcess} office */
async function runSeed(seed, office) {
  const began = performance.now();
  const world = new World(seed, office, { erasing: store !== 'couch' });
  /** @type {string[]} */
  let wrong = [];
  stray.length = 0;
  const counts = {};
  try {
    await world.open();
    world.setTrouble(true);
    for (let i = 0; i < STEPS_PER_SEED; i += 1) {
      const [, name, step] = world.chance.weighed(possible);
      counts[name] = (counts[name] ?? 0) + 1;
      world.log(`${i} ${name}`);
      await step(world);
    }
    wrong = await heal(world);
    if (wrong.length === 0) wrong = await broken(world);
  } catch (error) {
    wrong.push(inspect(error)); // with its cause: `fetch failed` says nothing
  }
  wrong.push(...stray.map((error) => `nobody waited for: ${error instanceof Error ? error.stack : error}`));
  await world.close().catch(() => {});
  const facts = { saved: world.saved.length, erased: world.erased.size, receipts: world.receipts.size, restores: world.restores };
  return { seed, seconds: (performance.now() - began) / 1000, facts, wrong, log: wrong.length > 0 || process.env.SIMULATION_LOG ? world.lines : [] };
}

const office = new OfficeProcess(home, store);
await office.ready;
for (const seed of seeds) console.log(JSON.stringify(await runSeed(Number(seed), office)));
office.end();
setTimeout(() => process.exit(0), 50);
