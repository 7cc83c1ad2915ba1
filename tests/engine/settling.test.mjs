// Two versions of one field: kept until a person chooses, then settled for everybody, by a version like any other.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { organisation } from './organisation.mjs';
import { CHANNEL, newTablet } from './tablet.mjs';

const FINDING = { type: 'finding', title: 'Нет света', text: 'корпус 2', place: 'к2', themes: ['light'] };

/** Takes over what another tablet holds, as a pull would. */
async function exchange(...tablets) {
  for (const from of tablets) {
    for (const to of tablets) {
      if (from === to) continue;
      for (const held of [...from.session.records.channels.get(CHANNEL)?.values() ?? []]) {
        for (const { rev, ancestors, deleted, doc } of await from.session.readings.leaves(held)) await to.session.commit([{ t: 'doc', c: CHANNEL, l: { rev, ancestors, deleted, doc } }]);
      }
    }
  }
}

/** Two tablets that changed one title each in their own way, and each read both. */
async function twoTablets() {
  const [one, two] = [await newTablet(await organisation()), await newTablet(await organisation())];
  const { doc } = await one.save(CHANNEL, { ...FINDING });
  await one.deliver();
  await exchange(one, two);
  await one.save(CHANNEL, { ...doc, title: 'Ночью нет света' });
  await two.save(CHANNEL, { ...doc, title: 'Света нет', place: 'корпус 2' });
  await exchange(one, two);
  return { one, two, id: doc._id };
}

const read = (tablet, id) => tablet.get(CHANNEL, id);
const revs = async (tablet, id) => (await tablet.session.readings.versions(CHANNEL, id)).map(({ rev }) => rev);

test('settled on one tablet, a conflict reads the same on both', async () => {
  const { one, two, id } = await twoTablets();
  assert.deepEqual((await read(one, id)).conflicts.map(({ field }) => field), ['title']);
  const [winner, other] = await revs(one, id);
  const settled = await one.opened.writing.settle(CHANNEL, id, { title: 'Ночью света нет' }, [winner, other]);
  assert.deepEqual(settled.conflicts, []);
  assert.deepEqual([settled.doc.title, settled.doc.place, settled.doc.resolves], ['Ночью света нет', 'корпус 2', [other]]);
  assert.deepEqual(one.session.records.get(CHANNEL, id).leaves.find(({ rev }) => rev === settled.rev).ancestors[0], winner);
  await exchange(one, two);
  for (const tablet of [one, two]) {
    assert.deepEqual((await read(tablet, id)).doc, settled.doc);
    assert.deepEqual((await read(tablet, id)).conflicts, []);
  }
  // A further version carries on what was settled, whatever its fields say of it.
  const next = await two.save(CHANNEL, { ...FINDING, _id: id, text: 'корпус 3', title: 'Ночью света нет', resolves: ['9-' + 'f'.repeat(32)] });
  assert.deepEqual([next.doc.resolves, next.conflicts], [[other], []]);
});

test('an ordinary save settles nothing', async () => {
  const { one, id } = await twoTablets();
  const before = await read(one, id);
  assert.equal((await one.save(CHANNEL, before.doc)).rev, before.rev);
  const after = await one.save(CHANNEL, { ...before.doc, text: 'корпус 3' });
  assert.notEqual(after.rev, before.rev);
  assert.equal(after.doc.resolves, undefined);
  const [{ field, versions }, ...more] = after.conflicts;
  assert.deepEqual([field, more, versions.map(({ value }) => value).sort()], ['title', [], ['Ночью нет света', 'Света нет']]);
});

test('who goes on with the version that was not chosen is asked again', async () => {
  const { one, two, id } = await twoTablets();
  await one.opened.writing.settle(CHANNEL, id, { title: 'Ночью света нет' });
  await two.save(CHANNEL, { ...(await read(two, id)).doc, title: 'Совсем нет света' });
  await exchange(one, two);
  assert.deepEqual((await read(one, id)), { ...(await read(two, id)), origin: (await read(one, id)).origin, delivered: (await read(one, id)).delivered });
  assert.deepEqual((await read(one, id)).conflicts[0].versions.map(({ value }) => value).sort(), ['Ночью света нет', 'Совсем нет света']);
});

test('two who settle the same at once meet in one reading', async () => {
  const { one, two, id } = await twoTablets();
  await one.opened.writing.settle(CHANNEL, id, { title: 'А' });
  await two.opened.writing.settle(CHANNEL, id, { title: 'Б' });
  await exchange(one, two);
  assert.deepEqual((await read(one, id)).doc, (await read(two, id)).doc);
  assert.deepEqual((await read(one, id)).conflicts, (await read(two, id)).conflicts);
  await two.opened.writing.settle(CHANNEL, id, { title: 'АБ' });
  await exchange(one, two);
  for (const tablet of [one, two]) assert.deepEqual([(await read(tablet, id)).doc.title, (await read(tablet, id)).conflicts], ['АБ', []]);
});

test('nothing is settled that was not chosen or not seen', async () => {
  const { one, id } = await twoTablets();
  const [winner] = await revs(one, id);
  await assert.rejects(one.opened.writing.settle(CHANNEL, id, {}), { code: 'bad-document', detail: 'title' });
  await assert.rejects(one.opened.writing.settle(CHANNEL, id, { title: 'x' }, [winner]), { code: 'refused' });
  await assert.rejects(one.opened.writing.settle(CHANNEL, 'finding:none', {}), { code: 'not-here' });
  assert.equal((await read(one, id)).conflicts.length, 1);
  const settled = await one.opened.writing.settle(CHANNEL, id, { title: 'x', type: 'note', _id: 'note:1' });
  assert.deepEqual([settled.doc.type, settled.doc._id], ['finding', id]);
  assert.equal((await one.opened.writing.settle(CHANNEL, id, {})).rev, settled.rev);
});

test('who goes on where others have changed other fields is asked nothing', async () => {
  const [one, two] = [await newTablet(await organisation()), await newTablet(await organisation())];
  const { doc } = await one.save(CHANNEL, { ...FINDING });
  await one.deliver();
  await exchange(one, two);
  await one.save(CHANNEL, { ...doc, title: 'Ночью нет света' });
  await two.save(CHANNEL, { ...doc, text: 'корпус 3' });
  await one.deliver();
  await exchange(one, two);
  assert.deepEqual((await read(one, doc._id)).conflicts, []);
  const further = await one.save(CHANNEL, { ...(await read(one, doc._id)).doc, place: 'корпус 3' });
  assert.deepEqual(further.conflicts, []);
  assert.deepEqual([further.doc.title, further.doc.text, further.doc.place], ['Ночью нет света', 'корпус 3', 'корпус 3']);
  await exchange(one, two);
  assert.deepEqual((await read(two, doc._id)).doc, further.doc);
});
