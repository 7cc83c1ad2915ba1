// Makes the specimens of every format that a tablet ever wrote, from fixed keys:  node tests/engine/specimens/make.mjs
//
// A specimen that is there is left alone: it stands for what tablets out there hold. Whoever changes a format adds
// one here, under the new version's number, and today's code must go on reading the old ones (specimens.test.mjs).
import { existsSync, writeFileSync } from 'node:fs';

import { boxKey, seal, subkey } from '../../../static/engine/crypto/box.js';
import { makeHeader } from '../../../static/engine/crypto/header.js';
import { TEST_COST } from '../../../static/engine/crypto/passphrase.js';
import { sealFrame } from '../../../static/engine/crypto/stream.js';
import { concat, toBase64, utf8 } from '../../../static/engine/crypto/wire.js';
import { Courier } from '../../../static/engine/replication/courier.js';
import { Journal } from '../../../static/engine/store/journal.js';
import { KeySlots } from '../../../static/engine/store/key_slots.js';
import { Log } from '../../../static/engine/store/log.js';
import { Records } from '../../../static/engine/store/records.js';
import { MemoryPlace, memoryStorage } from '../fakes.mjs';
import { organisation } from '../organisation.mjs';
import { CHANNEL, newTablet } from '../tablet.mjs';
import { BLOCK_KEY, DOC, FRAMES, MEDIUM, SLOT_KEYS, VAULT_ID, VAULT_KEY, WORDS } from './keys.mjs';

const rowOf = (row) => ({ ...row, bytes: toBase64(row.bytes) });
const leaf = { rev: `1-${'0'.repeat(32)}`, ancestors: [], deleted: false, local: true, doc: DOC };
const entries = [{ t: 'self', self: { account: 1 } }, { t: 'doc', c: CHANNEL, l: leaf }, { t: 'draft', k: `${CHANNEL}/note/1`, v: { text: 'черновик' } }];

/** A log under the fixed key. */
async function logOf() {
  const storage = memoryStorage();
  const slots = new KeySlots(storage.places.slots, await subkey(VAULT_KEY, VAULT_ID, 'slots'));
  await slots.load();
  await slots.put([{ id: 'log/1', key: BLOCK_KEY }]);
  const log = new Log(storage.database, slots, new Records());
  await log.open();
  return { storage, log };
}

const MAKERS = {
  'header-1': async () => ({ bytes: toBase64(await makeHeader({ vaultKey: VAULT_KEY, vaultId: VAULT_ID, generation: 3, words: WORDS, cost: TEST_COST })) }),

  // Format 1 had no version: `id length u8 ‖ id ‖ key ‖ zeros`.
  'slots-1': async () => {
    const key = await subkey(VAULT_KEY, VAULT_ID, 'slots');
    const slots = await Promise.all([...SLOT_KEYS].map(([id, raw], slot) => (
      seal(key, concat(new Uint8Array([id.length]), utf8(id), raw, new Uint8Array(131 - id.length)), `slot/${slot}`))));
    return { bytes: toBase64(concat(...slots)) };
  },
  'slots-2': async () => {
    const place = new MemoryPlace();
    const slots = new KeySlots(place, await subkey(VAULT_KEY, VAULT_ID, 'slots'));
    await slots.load();
    await slots.put([...SLOT_KEYS].map(([id, key]) => ({ id, key: key.slice() })));
    // The page is mostly random bytes: two slots tell all.
    return { bytes: toBase64(place.read(0, SLOT_KEYS.size * 192)) };
  },

  // Format 1: `length u32 ‖ JSON of the entries, documents whole ‖ zeros`, rows without a version.
  'blocks-1': async () => {
    const json = utf8(JSON.stringify(entries));
    const content = new Uint8Array(1024);
    new DataView(content.buffer).setUint32(0, json.length);
    content.set(json, 4);
    return { rows: [{ id: 1, generation: 1, bytes: toBase64(await seal(await boxKey(BLOCK_KEY), content, 'block/1/1')) }] };
  },
  'blocks-2': async () => {
    const { storage, log } = await logOf();
    await log.append(entries);
    return { rows: (await storage.database.all('blocks')).map(rowOf) };
  },
  'snapshot-1': async () => {
    const { storage, log } = await logOf();
    await log.append(entries);
    await log.snapshot();
    return { rows: (await storage.database.all('blocks')).map(rowOf), snapshot: (await storage.database.all('snapshot')).map(rowOf) };
  },

  // The rest of the file is random bytes.
  'journal-1': async () => {
    const place = new MemoryPlace();
    const journal = await Journal.open(place);
    const bytes = utf8('sealed').slice().buffer;
    const rows = [{ store: 'blocks', row: { id: 1, v: 2, generation: 1 } }, { store: 'outbox', row: { n: 1, id: 'envelope', tried: false, receipt: null } }];
    journal.append(0, 1, rows.map(({ store, row }) => ({ store, put: { ...row, [store === 'blocks' ? 'bytes' : 'sealed']: bytes } })), () => true);
    journal.append(0, 2, [{ store: 'outbox', remove: 7, unless: 'tried' }], () => true);
    await journal.flush();
    return { start: toBase64(place.read(0, 4096 + 512)), size: place.size(), writes: rows.map(({ store, row }) => ({ store, row: { ...row, bytes: toBase64(bytes) } })) };
  },

  'stream-1': async () => {
    const key = await boxKey(BLOCK_KEY);
    const file = await Promise.all(FRAMES.map((plain, number) => sealFrame(key, MEDIUM, { number, last: number === FRAMES.length - 1, plain: utf8(plain) })));
    return { bytes: toBase64(concat(...file)) };
  },

  // What only an organisation's keys can make is made together with them.
  'outbox-1': async () => {
    const office = await organisation();
    const tablet = await newTablet(office);
    await tablet.save(CHANNEL, { ...DOC });
    const [row] = await tablet.storage.database.all('outbox');
    return { row: { ...row, sealed: toBase64(row.sealed) }, transport: toBase64(office.keys.transport.private) };
  },
  'export-1': async () => {
    const office = await organisation();
    const tablet = await newTablet(office);
    await tablet.save(CHANNEL, { ...DOC });
    await tablet.opened.recordings.add(CHANNEL, { kind: 'photo', mime: 'image/jpeg' }, utf8('a picture').slice().buffer);
    const courier = (one) => new Courier(one.storage, { now: () => 0, require: () => {}, taken: async () => {} });
    const file = await courier(tablet).exportUndelivered();
    const colleague = await newTablet(office);
    colleague.storage.database.put('public', { ...await colleague.storage.database.get('public', 'device'), id: '01HDEVICE00000000000000002' });
    await courier(colleague).importCarried(file.file);
    await colleague.deliver();
    const receipts = await courier(colleague).exportReceipts();
    return { bytes: toBase64(await file.file.arrayBuffer()), receipts: toBase64(await receipts.file.arrayBuffer()), keyset: office.keys.signed, outbox: (await tablet.storage.database.all('outbox')).map((row) => ({ ...row, sealed: toBase64(row.sealed) })) };
  },
};

for (const [name, make] of Object.entries(MAKERS)) {
  const path = new URL(`${name}.json`, import.meta.url);
  if (!existsSync(path)) writeFileSync(path, `${JSON.stringify(await make())}\n`);
}
