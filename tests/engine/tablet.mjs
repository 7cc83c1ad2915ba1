// An enrolled tablet in memory: what the engine is, without a browser.
import { exportSigningKey, makeSigningKey } from '../../static/engine/crypto/signing.js';
import { rootFingerprint } from '../../static/engine/crypto/keyset.js';
import { TEST_COST } from '../../static/engine/crypto/passphrase.js';
import { Opened } from '../../static/engine/opened.js';
import { Delivery } from '../../static/engine/replication/delivery.js';
import { Gateway } from '../../static/engine/replication/gateway.js';
import { Vault } from '../../static/engine/vault.js';
import { clock, memoryStorage } from './fakes.mjs';

export const WORDS = 'ash birch cedar dune ember fern';
export const ACCOUNT = { id: '01HACCVNT00000000000000001', name: 'Bota', initial: 'Б', role: 'leader', group: null, language: 'ru' };

/** A tablet on fresh storage, with a vault; `around` is what its uploads are told of the world. */
export async function newTablet(office, around = {}) {
  const storage = memoryStorage();
  const vault = new Vault(storage, { cost: TEST_COST, now: () => 0 });
  const [signing, upload] = await Promise.all([makeSigningKey(true), makeSigningKey(false)]);
  const keyset = office.keys.signed;
  const self = {
    account: ACCOUNT, device: { id: '01HDEVICE00000000000000001', name: 'T' }, keyset,
    signing: await exportSigningKey(signing.key), root: await rootFingerprint(keyset),
  };
  await vault.create({ words: WORDS, cost: TEST_COST }, self, [
    { store: 'public', put: { name: 'device', id: self.device.id, label: 'T' } },
    { store: 'public', put: { name: 'keyset', signed: keyset } },
    { store: 'public', put: { name: 'upload', key: upload.key } },
  ]);
  return open(office, storage, vault, around);
}

/** Another process on what a killed one left. */
export async function restart(tablet) {
  const storage = tablet.storage.afterCrash();
  const vault = new Vault(storage, { cost: TEST_COST, now: () => 0 });
  await vault.find();
  await vault.unlock(WORDS);
  return open(tablet.office, storage, vault);
}

async function open(office, storage, vault, around = {}) {
  const changed = [];
  const gateway = new Gateway((path, init) => office.network(path, init), () => Date.parse('2026-03-01T08:00:00Z'));
  const opened = new Opened(vault.session, {
    now: clock(), gateway, changed: (channel, ids) => changed.push({ channel, ids }), waiting: () => {}, status: () => {},
  });
  await opened.settle();
  const delivery = new Delivery(storage.database, storage.files.slice, gateway, () => {}, around);
  return {
    office, storage, vault, opened, gateway, changed,
    session: vault.session,
    save: (channel, fields) => opened.writing.save(channel, fields),
    get: (channel, id) => vault.session.readings.get(channel, id),
    async deliver() {
      const round = await delivery.round();
      await opened.absorb();
      return round;
    },
  };
}

export const CHANNEL = 'visit-01jn0000000000000000000000';
