import assert from 'node:assert/strict';
import { test } from 'node:test';
import { allHere, departureWatch } from '../../static/app/departed.js';

const CHANNEL = 'visit-01jn0000000000000000000000';

function appOn(channel, visit) {
  const happened = [];
  return {
    happened,
    router: { current: { params: channel ? { channel } : {} }, reset: () => happened.push('home') },
    engine: { get: async () => visit },
    sealScreens: async () => { happened.push('sealed'); },
    notify: ({ text }) => happened.push(text),
    t: (key) => key,
  };
}
const changed = { detail: { channel: CHANNEL, ids: [] } };

test('the screens of a visit that has left the tablet are sealed first, then left', async () => {
  const app = appOn(CHANNEL, null);
  await departureWatch(app)(changed);
  assert.deepEqual(app.happened, ['sealed', 'home', 'visit.departed']);
});

test('a visit that is still here, another visit, and the first screen stay as they are', async () => {
  for (const app of [appOn(CHANNEL, { doc: {} }), appOn(CHANNEL.replace('01jn', '01jp'), null), appOn(null, null)]) {
    await departureWatch(app)(changed);
    assert.deepEqual(app.happened, []);
  }
});

test('a way is only taken up again where all its visits are still here', async () => {
  const engine = { get: async (channel) => (channel === CHANNEL ? { doc: {} } : null) };
  assert.equal(await allHere(engine, [{ params: {} }, { params: { channel: CHANNEL, step: 'onsite' } }]), true);
  assert.equal(await allHere(engine, [{ params: {} }, { params: { channel: CHANNEL.replace('01jn', '01jp') } }]), false);
  assert.equal(await allHere({ get: async () => { throw new Error('damaged'); } }, [{ params: { channel: CHANNEL } }]), false);
});
