// The vault's words, header and cost, without a browser.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { isWeak, strengthen, STANDARD_COST, TEST_COST } from '../../static/engine/crypto/passphrase.js';
import { MediaMethods } from '../../static/engine/media/methods.js';
import { readHeader } from '../../static/engine/store/header_file.js';
import { Vault } from '../../static/engine/vault.js';
import { organisation } from './organisation.mjs';
import { CHANNEL, newTablet, WORDS } from './tablet.mjs';

/** A locked tablet, and a clock that says that each look at it takes `step` milliseconds. */
async function locked({ least = TEST_COST, step = 0 } = {}) {
  const { storage, vault } = await newTablet(await organisation());
  await vault.drop();
  let time = 0;
  const again = new Vault(storage, { cost: least, now: () => (time += step) });
  await again.find();
  return { storage, vault: again, header: async () => (await readHeader(await storage.place('header'))).header };
}

const code = (promise) => promise.then(() => null, (error) => error.code);

test('wrong words and a damaged header are different errors, and so is no vault', async () => {
  const { storage, vault } = await locked();
  assert.equal(await code(vault.unlock('none of these words fits it')), 'wrong-passphrase');
  const { header } = storage.places;
  for (const offset of [60, 252]) header.write(offset, new Uint8Array([1, 2, 3]));
  assert.equal(await code(vault.unlock(WORDS)), 'vault-damaged');
  vault.exists = false;
  assert.equal(await code(vault.unlock(WORDS)), 'no-vault');
});

test('quick delete overwrites the header before anything that could take time or fail', async () => {
  const { vault, storage, opened } = await newTablet(await organisation());
  await opened.recordings.start(CHANNEL, { kind: 'audio', mime: 'audio/webm' });
  let seen = '';
  await vault.destroy(async () => {
    seen = await code(storage.place('header').then(readHeader));
    throw new Error('the disk is gone');
  });
  assert.equal(seen, 'vault-damaged');
  assert.deepEqual([vault.state, vault.heldSession], ['none', null]);
});

test('behind the PIN only what still records can be erased', async () => {
  const { vault, opened, storage, gateway } = await newTablet(await organisation());
  const media = new MediaMethods({
    open: () => { vault.session; return opened; }, held: () => opened, recordings: () => opened.recordings,
    database: storage.database, gateway, now: () => 0, wake: () => {},
  });
  const { doc } = await media.addMedium(CHANNEL, { kind: 'photo', mime: 'image/jpeg' }, new ArrayBuffer(30));
  const { id } = await media.startMedium(CHANNEL, { kind: 'audio', mime: 'audio/webm' });
  await vault.setPin('2580');
  vault.gate();
  assert.equal(await code((async () => media.eraseMedium(doc._id))()), 'locked');
  assert.equal(await code((async () => media.readMedium(CHANNEL, doc._id))()), 'locked');
  await media.eraseMedium(id);
  assert.equal(opened.recordings.count, 0);
  await vault.unlockWithPin('2580');
  assert.equal((await media.readMedium(CHANNEL, doc._id)).bytes.byteLength, 30);
});

test('case, spaces, dashes and ё make no difference to the words', async () => {
  const { vault } = await locked();
  await vault.changePassphrase(WORDS, 'ёлка берег лампа орех сосна вишня');
  assert.equal(await code(vault.unlock(WORDS)), 'wrong-passphrase');
  await vault.unlock('  Елка—БЕРЕГ  лампа,орех\nсосна вишня ');
  assert.equal(vault.state, 'unlocked');
});

test('a header that opens too quickly is made stronger at the unlock, once, and never weaker', async () => {
  const quick = await locked({ least: { memoryKib: 1024, passes: 1, calibrate: true }, step: 100 });
  await quick.vault.unlock(WORDS);
  const { cost, generation } = await quick.header();
  assert.deepEqual([cost.memoryKib, cost.passes, generation], [1024, 7, 2]);
  await quick.vault.drop();
  await quick.vault.unlock(WORDS);
  assert.equal((await quick.header()).generation, 3, 'the clock says 100 ms for seven passes: stronger again');
  const slow = await locked({ least: { memoryKib: 1024, passes: 1, calibrate: true }, step: 900 });
  await slow.vault.unlock(WORDS);
  assert.equal((await slow.header()).generation, 1);
});

test('the cost only grows: in passes by what was measured, in memory to the least of a vault', () => {
  assert.deepEqual(strengthen(STANDARD_COST, { memoryKib: 65536, passes: 3 }, 330), { memoryKib: 65536, passes: 6 });
  assert.deepEqual(strengthen(STANDARD_COST, { memoryKib: 65536, passes: 3 }, 9000), { memoryKib: 65536, passes: 3 });
  assert.deepEqual(strengthen(STANDARD_COST, { memoryKib: 65536, passes: 9 }, 9000), { memoryKib: 65536, passes: 9 });
  assert.deepEqual(strengthen(STANDARD_COST, { memoryKib: 65536, passes: 3 }, 1), { memoryKib: 65536, passes: 24 });
  assert.deepEqual(strengthen(STANDARD_COST, { memoryKib: 32768, passes: 2 }, 400), { memoryKib: 65536, passes: 3 });
  assert.ok(isWeak(STANDARD_COST, { memoryKib: 32768, passes: 3 }, 9000));
  assert.ok(!isWeak(STANDARD_COST, { memoryKib: 65536, passes: 3 }, 500));
});
