// A disk that fills up: at whatever write that happens, nothing acknowledged is lost, what is under way ends well,
// notes can still be written, and once there is room all goes on as before.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { subkey } from '../../static/engine/crypto/box.js';
import { randomBytes } from '../../static/engine/crypto/wire.js';
import { Playback } from '../../static/engine/media/playback.js';
import { release } from '../../static/engine/replication/departure.js';
import { Ballast } from '../../static/engine/store/ballast.js';
import { KeySlots } from '../../static/engine/store/key_slots.js';
import { MemoryPlace } from './fakes.mjs';
import { organisation } from './organisation.mjs';
import { CHANNEL, newTablet, restart } from './tablet.mjs';

const FULL = new Set(['storage-full', 'nearly-full']);
const full = () => new DOMException('full', 'QuotaExceededError');
const note = (tablet, text) => tablet.save(CHANNEL, { type: 'note', text });
const frame = (tablet, id, byte) => tablet.opened.recordings.append(id, new Uint8Array(500).fill(byte).buffer);
const fields = { kind: 'photo', mime: 'image/jpeg' };

/** A day's work. @returns {Promise<any>} what of it was acknowledged, and the codes of what was refused */
async function work(tablet) {
  const said = { notes: [], frames: 0, medium: null, photo: null, refused: [] };
  const attempt = async (doing) => {
    try {
      await doing();
    } catch (error) {
      said.refused.push(error.code);
    }
  };
  await attempt(async () => said.notes.push((await note(tablet, 'before')).doc._id));
  await attempt(async () => { said.medium = (await tablet.opened.recordings.start(CHANNEL, fields)).id; });
  for (let i = 0; i < 6 && said.medium; i += 1) {
    await attempt(async () => {
      await frame(tablet, said.medium, i);
      said.frames += 1;
    });
    await attempt(async () => said.notes.push((await note(tablet, `during ${i}`)).doc._id));
  }
  if (said.medium && tablet.opened.recordings.running(said.medium)) await attempt(() => tablet.opened.recordings.finish(said.medium, {}));
  await attempt(async () => { said.photo = (await tablet.opened.recordings.add(CHANNEL, fields, new ArrayBuffer(900))).doc._id; });
  return said;
}

async function hasAll(tablet, said, when) {
  const notes = (await tablet.session.readings.list(CHANNEL, 'note')).map(({ doc }) => doc._id);
  for (const id of said.notes) assert.ok(notes.includes(id), `${when}: ${id}`);
  if (!said.medium) return;
  const { doc } = await tablet.get(CHANNEL, said.medium);
  assert.ok(['complete', 'interrupted'].includes(doc.state), `${when}: ${doc.state}`);
  const playback = new Playback(tablet.session, tablet.opened.recordings, () => { throw new Error('no network'); });
  const bytes = new Uint8Array((await playback.read(CHANNEL, said.medium)).bytes);
  assert.ok(bytes.length >= said.frames * 500, `${when}: ${bytes.length}`);
  for (const [at, byte] of bytes.entries()) assert.equal(byte, Math.floor(at / 500));
}

test('wherever the disk fills up, what was acknowledged is there and the recording has ended', async () => {
  for (let room = 0; room < 30; room += 1) {
    const office = await organisation();
    const tablet = await newTablet(office);
    tablet.storage.database.room = room;
    const said = await work(tablet);
    const when = `room for ${room} writes`;
    assert.ok(said.refused.every((code) => FULL.has(code) || code === 'unknown-medium'), `${when}: ${said.refused}`);
    assert.equal(tablet.opened.recordings.count, 0, when);
    assert.ok((await note(tablet, 'afterwards')).doc._id, `${when}: a note finds the ballast's room`);
    await hasAll(tablet, said, when);
    // As it was left, in another process: also where that one finds not a byte more.
    const later = await restart(tablet);
    await hasAll(later, said, `${when}, later`);
    // Room again: everything is delivered, freed, and a new recording runs.
    later.storage.database.room = Infinity;
    await later.storage.ballast.restore();
    await later.deliver();
    await later.deliver();
    assert.ok(office.opened.some(({ document }) => document.text === 'afterwards'), when);
    await release(later.session, later.gateway, CHANNEL);
    const { id } = await later.opened.recordings.start(CHANNEL, fields);
    await frame(later, id, 1);
    assert.equal((await later.opened.recordings.finish(id, {})).doc.state, 'complete', when);
  }
});

test('nearly full: no recording is begun, notes are written; room brings the ballast back', async () => {
  const tablet = await newTablet(await organisation());
  const { ballast, database } = tablet.storage;
  database.room = 0;
  await note(tablet, 'takes the ballast');
  await database.drain();
  assert.equal(ballast.isNearlyFull(null), true);
  await assert.rejects(tablet.opened.recordings.start(CHANNEL, fields), { code: 'nearly-full' });
  await note(tablet, 'still goes');
  await ballast.restore();
  assert.equal(ballast.gone, true, 'not where it would take the room it has just made');
  database.room = 1000;
  await ballast.restore(false);
  assert.equal(ballast.gone, true, 'not tried at every turn');
  await ballast.restore();
  assert.equal(ballast.isNearlyFull(null), false);
  assert.equal(ballast.isNearlyFull(1 << 20), true);
  await tablet.opened.recordings.start(CHANNEL, fields);
});

test('a recording never begins on the ballast, and one that runs ends as soon as it is gone', async () => {
  const tablet = await newTablet(await organisation());
  const { id } = await tablet.opened.recordings.start(CHANNEL, fields);
  await frame(tablet, id, 0);
  tablet.storage.database.room = 0;
  await note(tablet, 'takes the ballast');
  await assert.rejects(frame(tablet, id, 1), { code: 'storage-full' });
  assert.equal((await tablet.get(CHANNEL, id)).doc.state, 'interrupted');
  const other = await newTablet(await organisation());
  other.storage.database.room = 0;
  await assert.rejects(other.opened.recordings.start(CHANNEL, { ...fields, kind: 'audio' }), { code: 'nearly-full' });
  assert.equal(other.storage.ballast.gone, false);
  assert.deepEqual(await other.storage.files.names(), []);
});

test('an erasure is complete on a full disk, and a snapshot or a tidying does not take the ballast', async () => {
  const tablet = await newTablet(await organisation());
  const { doc } = await note(tablet, 'ERASED-WORDS');
  for (let i = 0; i < 10; i += 1) await note(tablet, `other ${i}`);
  tablet.storage.database.room = 0;
  await assert.rejects(tablet.session.log.snapshot(), { name: 'QuotaExceededError' });
  assert.equal(tablet.storage.ballast.gone, false);
  tablet.storage.database.room = 1;
  await tablet.opened.erasure.withdraw(CHANNEL, { interview: null, use: 'notes', erases: [doc._id], reason: '' });
  assert.deepEqual([tablet.session.slots.get('log/1'), tablet.session.records.unswept], [null, false]);
  const later = await restart(tablet);
  assert.equal((await later.get(CHANNEL, doc._id)).doc.text, undefined);
  assert.equal((await later.session.readings.list(CHANNEL, 'note')).length, 11);
});

test('delivery goes on where the disk is full: what has a receipt is told so', async () => {
  const tablet = await newTablet(await organisation());
  for (let i = 0; i < 3; i += 1) await note(tablet, `n${i}`);
  tablet.storage.database.room = 0;
  await tablet.deliver();
  assert.equal(tablet.office.opened.length, 3);
  assert.equal((await tablet.storage.database.all('outbox')).length, 0);
});

test('two writes that fail at once both find the room that one of them made', async () => {
  let room = 0;
  const ballast = new Ballast({ lay: async () => true, drop: async () => { room = 2; return true; } });
  const write = async () => {
    await Promise.resolve();
    if (room <= 0) throw full();
    room -= 1;
    return 'written';
  };
  assert.deepEqual(await Promise.all([ballast.guard(write), ballast.guard(write)]), ['written', 'written']);
  room = 0;
  ballast.bytes.drop = async () => false;
  await assert.rejects(ballast.guard(write), { code: 'storage-full' });
  await assert.rejects(ballast.guard(async () => { throw new TypeError('other'); }), TypeError);
});

test('a key whose slot found no room is not remembered as kept', async () => {
  let room = 0;
  const place = new MemoryPlace(() => { if (room <= 0) throw full(); });
  const key = await subkey(randomBytes(32), randomBytes(16), 'slots');
  const slots = new KeySlots(place, key);
  await slots.load();
  await assert.rejects(slots.put([{ id: 'medium:1', key: randomBytes(32) }]), { name: 'QuotaExceededError' });
  assert.deepEqual(slots.ids(), []);
  room = 1;
  const flush = place.flush.bind(place);
  place.flush = async () => { throw full(); };
  await assert.rejects(slots.put([{ id: 'medium:1', key: randomBytes(32) }]), { name: 'QuotaExceededError' });
  place.flush = flush;
  const raw = randomBytes(32);
  await slots.put([{ id: 'medium:1', key: raw }]);
  const again = new KeySlots(place, key);
  await again.load();
  assert.deepEqual(again.get('medium:1'), raw);
});
