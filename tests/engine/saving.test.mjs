// Saving: durable first, one envelope for what nobody has seen, the truth about conflicts, erasure.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { base, revisionId } from '../../static/engine/replication/revisions.js';
import { EngineError } from '../../static/engine/errors.js';
import { openContentKey } from '../../static/engine/crypto/sealing.js';
import { openStream } from '../../static/engine/crypto/stream.js';
import { boxKey, open } from '../../static/engine/crypto/box.js';
import { concat, fromBase64, text, utf8 } from '../../static/engine/crypto/wire.js';
import { readLedger } from '../../static/engine/replication/ledger.js';
import { purge, release, sealNotes } from '../../static/engine/replication/departure.js';
import { exportUndelivered } from '../../static/engine/replication/export_file.js';
import { Playback } from '../../static/engine/media/playback.js';
import { Crash } from './fakes.mjs';
import { organisation } from './organisation.mjs';
import { CHANNEL, newTablet, restart } from './tablet.mjs';

const noChunk = () => { throw new Error('no network'); };
const read = (tablet, id, fetchChunk = noChunk) => new Playback(tablet.session, tablet.opened.recordings, fetchChunk).read(CHANNEL, id);
const remote = async (tablet, doc, parent = null, ancestors = []) => {
  const rev = await revisionId(parent, doc);
  await tablet.session.commit([{ t: 'doc', c: CHANNEL, l: { rev, ancestors, deleted: false, doc } }]);
  return rev;
};

test('a saved note has its header, is sealed in the same write and survives a crash', async () => {
  const tablet = await newTablet(await organisation());
  const before = tablet.storage.database.writes;
  const { doc, rev } = await tablet.save(CHANNEL, { type: 'note', text: 'сырость', theme: null });
  assert.equal(tablet.storage.database.writes, before + 1);
  assert.deepEqual([doc.schema, doc.class, doc.device, doc.created_by], [1, 'group', '01HDEVICE00000000000000001', '01HACCVNT00000000000000001']);
  assert.match(doc.created_at, /^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/);
  assert.equal(rev, await revisionId(null, doc));
  const again = await restart(tablet);
  assert.deepEqual((await again.get(CHANNEL, doc._id)).doc, doc);
  assert.equal((await again.storage.database.all('outbox')).length, 1);
});

test('a crash at any write leaves every acknowledged save, sealed', async () => {
  for (let crashAfter = 0; crashAfter < 8; crashAfter += 1) {
    const tablet = await newTablet(await organisation());
    tablet.storage.database.crashAfter = crashAfter;
    const acknowledged = [];
    try {
      for (let i = 0; i < 10; i += 1) acknowledged.push((await tablet.save(CHANNEL, { type: 'note', text: `n${i}` })).doc._id);
    } catch (error) {
      assert.ok(error instanceof Crash);
    }
    const again = await restart(tablet);
    assert.deepEqual((await again.session.readings.list(CHANNEL, 'note')).map(({ doc }) => doc._id), acknowledged);
    await again.deliver();
    assert.equal(again.office.opened.length, acknowledged.length);
  }
});

test('what was erased here is not written again where the server still sends it', async () => {
  const tablet = await newTablet(await organisation());
  const doc = { _id: 'finding:01HX', type: 'finding', title: 'SECRETWORD', created_at: '2026-03-01T08:00:00.000Z' };
  const rev = await revisionId(null, doc);
  await tablet.session.ingest(CHANNEL, [{ id: doc._id, rev, ancestors: [], deleted: false, doc }]);
  await tablet.opened.erasure.withdraw(CHANNEL, { interview: null, use: 'interview', erases: [doc._id], reason: '' });
  const later = { ...doc, title: 'SECRETWORD again' };
  await tablet.session.ingest(CHANNEL, [{ id: doc._id, rev: await revisionId(rev, later), ancestors: [rev], deleted: false, doc: later }]);
  const { log } = tablet.session;
  for (const block of (await log.read(await tablet.storage.database.keys('blocks'))).values()) {
    for (const [slot, entry] of block.entries.entries()) assert.ok(entry.t !== 'doc' || !JSON.stringify(block.doc(slot)).includes('SECRETWORD'));
  }
});

test('only envelopes that were never tried are superseded; the successor has the whole ancestry', async () => {
  const tablet = await newTablet(await organisation());
  const first = await tablet.save(CHANNEL, { type: 'note', text: '1' });
  const second = await tablet.save(CHANNEL, { ...first.doc, text: '2' });
  const third = await tablet.save(CHANNEL, { ...second.doc, text: '3' });
  await tablet.deliver();
  assert.equal(tablet.office.opened.length, 1);
  const [sent] = tablet.office.opened;
  assert.deepEqual(sent.ancestors, [second.rev, first.rev]);
  assert.equal(sent.supersedes.length, 2);
  assert.equal(sent.count, 3);
  assert.equal((await tablet.get(CHANNEL, first.doc._id)).delivered, true);
  const fourth = await tablet.save(CHANNEL, { ...third.doc, text: '4' });
  assert.equal(fourth.delivered, false);
  await tablet.deliver();
  assert.deepEqual(tablet.office.opened[1].supersedes, []);
  assert.deepEqual(tablet.office.opened[1].ancestors, [third.rev, second.rev, first.rev]);
});

test('an envelope that was offered but not answered is never superseded', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  const { doc } = await tablet.save(CHANNEL, { type: 'note', text: '1' });
  office.interfere = (path) => { if (path === '/sync/outbox') throw new TypeError('cut'); };
  assert.equal((await tablet.deliver()).receipts, 0);
  await tablet.save(CHANNEL, { ...doc, text: '2' });
  assert.equal((await tablet.storage.database.all('outbox')).length, 2);
  office.interfere = () => undefined;
  await tablet.deliver();
  assert.deepEqual(office.opened.map(({ supersedes }) => supersedes), [[], []]);
});

test('a base holds prior values as of the last revision that may have left this tablet', async () => {
  const tablet = await newTablet(await organisation());
  const doc = { type: 'finding', _id: 'finding:01JN0000000000000000000001', title: 'a', text: 'b', place: 'c', schema: 1, created_at: '2026-01-01T00:00:00.000Z' };
  await remote(tablet, doc);
  await tablet.save(CHANNEL, { ...doc, title: 'A' });
  const mine = await tablet.save(CHANNEL, { ...doc, title: 'A', text: 'B' });
  assert.deepEqual(mine.doc.base, { class: null, created_by: null, text: 'b', title: 'a' });
  // A colleague who changed the place meanwhile does not conflict with it.
  const first = await revisionId(null, doc);
  const theirs = { ...doc, place: 'C', updated_by: 'x' };
  await remote(tablet, { ...theirs, base: base(doc, theirs) }, first, [first]);
  const merged = await tablet.get(CHANNEL, doc._id);
  assert.deepEqual([merged.doc.title, merged.doc.text, merged.doc.place], ['A', 'B', 'C']);
  assert.deepEqual(merged.conflicts, []);
});

test('two at once are one after the other, not a conflict with oneself', async () => {
  const tablet = await newTablet(await organisation());
  const { doc } = await tablet.save(CHANNEL, { type: 'note', text: '0' });
  await Promise.all([1, 2, 3].map((i) => tablet.save(CHANNEL, { ...doc, text: String(i) })));
  const reading = await tablet.get(CHANNEL, doc._id);
  assert.equal(reading.doc.text, '3');
  assert.equal(reading.rev.split('-')[0], '4');
  assert.deepEqual(reading.conflicts, []);
});

test('saving the same again makes no revision', async () => {
  const tablet = await newTablet(await organisation());
  const { doc, rev } = await tablet.save(CHANNEL, { type: 'note', text: '0', tags: ['a'] });
  assert.equal((await tablet.save(CHANNEL, doc)).rev, rev);
});

test('what cannot be a document is refused before anything is written', async () => {
  const tablet = await newTablet(await organisation());
  const { writes } = tablet.storage.database;
  for (const fields of [{}, { type: 'Note' }, { type: 'note', _id: 'finding:1' }, { type: 'note', n: Infinity }, { type: 'note', d: new Map() }]) {
    await assert.rejects(tablet.save(CHANNEL, fields), { code: 'bad-document' });
  }
  await assert.rejects(tablet.save('reference', { type: 'note' }), { code: 'refused' });
  assert.equal(tablet.storage.database.writes, writes);
});

test('a sealed document opens in its session and with the key holders, and nowhere else', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  const { doc } = await tablet.opened.writing.saveSealed(CHANNEL, { type: 'testimony', interview: 'interview:1' }, { text: 'били' });
  assert.equal(doc.class, 'custody');
  assert.deepEqual(await tablet.opened.writing.openSealed(CHANNEL, doc._id), { text: 'били' });
  const changed = await tablet.opened.writing.saveSealed(CHANNEL, { type: 'testimony', _id: doc._id, interview: 'interview:1' }, { text: 'били 2' });
  await tablet.deliver();
  const [sent] = office.opened;
  const key = await openContentKey(sent.keys[0].stanza, office.keys.custody.private, doc._id);
  const body = await open(await boxKey(key), fromBase64(sent.document.sealed), doc._id);
  assert.deepEqual(JSON.parse(text(body)), { text: 'били 2' });
  const later = await restart(tablet);
  assert.equal((await later.get(CHANNEL, doc._id)).rev, changed.rev);
  await assert.rejects(later.opened.writing.openSealed(CHANNEL, doc._id), { code: 'sealed' });
  await assert.rejects(later.opened.writing.saveSealed(CHANNEL, { type: 'testimony', _id: doc._id }, {}), { code: 'sealed' });
});

async function record(tablet, frames, size = 400_000) {
  const { id } = await tablet.opened.recordings.start(CHANNEL, { kind: 'audio', mime: 'audio/webm', interview: 'interview:1' });
  const plain = Array.from({ length: frames }, (_, i) => new Uint8Array(size).fill(i + 1));
  for (const frame of plain) await tablet.opened.recordings.append(id, frame.slice().buffer);
  return { id, plain: concat(...plain) };
}

test('a recording is playable in its session, delivered in chunks, opened by the key holders', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  const { id, plain } = await record(tablet, 7);
  assert.deepEqual(new Uint8Array((await read(tablet, id)).bytes), plain);
  const { doc } = await tablet.opened.recordings.finish(id, { duration_ms: 7000 });
  assert.deepEqual([doc.state, doc.frames, doc.plain_bytes, doc.chunks.length, doc.class], ['complete', 8, 2_800_000, 3, 'custody']);
  await tablet.deliver();
  const { items, totals } = await readLedger(tablet.session, CHANNEL);
  assert.deepEqual([items[0].parts, items[0].verified, totals.waitingBytes], [[3, 3], true, 0]);
  const last = office.opened.filter(({ document }) => document._id === id).at(-1);
  const key = await boxKey(await openContentKey(last.keys[0].stanza, office.keys.custody.private, id));
  const file = concat(...last.document.chunks.map(({ sha256 }) => office.chunks.get(sha256)));
  assert.deepEqual(await openStream(key, id, file, null), plain);
});

test('a crash while recording keeps every acknowledged frame and cuts a torn one off', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  const { id, plain } = await record(tablet, 5);
  const [name] = tablet.storage.contents.keys();
  tablet.storage.contents.set(name, concat(tablet.storage.contents.get(name), new Uint8Array([0, 0, 4, 0, 9, 9, 9])));
  const later = await restart(tablet);
  const { doc } = await later.get(CHANNEL, id);
  assert.deepEqual([doc.state, doc.frames, doc.plain_bytes], ['interrupted', 5, plain.length]);
  assert.equal(doc.bytes, later.storage.contents.get(name).length);
  await assert.rejects(read(later, id), { code: 'sealed' });
  await later.deliver();
  const last = office.opened.filter(({ document }) => document._id === id).at(-1);
  const key = await boxKey(await openContentKey(last.keys[0].stanza, office.keys.custody.private, id));
  const file = concat(...last.document.chunks.map(({ sha256 }) => office.chunks.get(sha256)));
  assert.deepEqual(await openStream(key, id, file, last.document.frames), plain);
});

test('a crash between the last frame and its document leaves an interrupted medium that opens', async () => {
  const office = await organisation();
  const tablet = await newTablet(office);
  const { id, plain } = await record(tablet, 2, 1000);
  tablet.storage.database.crashAfter = 0;
  await assert.rejects(tablet.opened.recordings.finish(id, {}), Crash);
  const later = await restart(tablet);
  assert.equal((await later.get(CHANNEL, id)).doc.frames, 2);
  await later.deliver();
  const last = office.opened.at(-1);
  const key = await boxKey(await openContentKey(last.keys[0].stanza, office.keys.custody.private, id));
  assert.deepEqual(await openStream(key, id, concat(...last.document.chunks.map(({ sha256 }) => office.chunks.get(sha256))), 2), plain);
});

test('a full disk ends a recording well: all before is kept, sealed and deliverable', async () => {
  const tablet = await newTablet(await organisation());
  const { id, plain } = await record(tablet, 3, 1000);
  tablet.storage.database.fileFailure = new DOMException('full', 'QuotaExceededError');
  await assert.rejects(tablet.opened.recordings.append(id, new ArrayBuffer(1000)), { code: 'storage-full' });
  assert.equal(tablet.storage.ballast.gone, true);
  const { doc } = await tablet.get(CHANNEL, id);
  assert.deepEqual([doc.state, doc.frames, doc.plain_bytes], ['interrupted', 3, plain.length]);
  await assert.rejects(tablet.opened.recordings.append(id, new ArrayBuffer(1)), { code: 'unknown-medium' });
  assert.deepEqual(new Uint8Array((await read(tablet, id)).bytes), plain);
});

test('a full disk while saving gives up the ballast first', async () => {
  const tablet = await newTablet(await organisation());
  tablet.storage.database.failure = new DOMException('full', 'QuotaExceededError');
  const { doc } = await tablet.save(CHANNEL, { type: 'note', text: 'kept' });
  await tablet.storage.database.drain();
  assert.equal(tablet.storage.ballast.gone, true);
  tablet.storage.database.failure = new DOMException('full', 'QuotaExceededError');
  await assert.rejects(tablet.save(CHANNEL, { type: 'note', text: 'lost, and said so' }), { code: 'storage-full' });
  assert.equal((await (await restart(tablet)).get(CHANNEL, doc._id)).doc.text, 'kept');
});

test('a photo opens after a restart; a withdrawn one opens nowhere on the tablet', async () => {
  const tablet = await newTablet(await organisation());
  const photo = new Uint8Array(1_500_000).fill(5);
  const { doc } = await tablet.opened.recordings.add(CHANNEL, { kind: 'photo', mime: 'image/jpeg', caption: 'окно' }, photo.slice().buffer);
  const later = await restart(tablet);
  assert.deepEqual(new Uint8Array((await read(later, doc._id)).bytes), photo);
  const withdrawal = await later.opened.erasure.withdraw(CHANNEL, { interview: null, use: 'sharing', erases: [doc._id], reason: 'asked' });
  assert.deepEqual(withdrawal.doc.erases, [doc._id]);
  for (const tabletNow of [later, await restart(later)]) {
    await assert.rejects(read(tabletNow, doc._id), { code: 'erased' });
    const reading = await tabletNow.get(CHANNEL, doc._id);
    assert.equal(reading.erased, true);
    assert.equal(reading.doc.caption, undefined);
    assert.equal(tabletNow.session.slots.get(doc._id), null);
    assert.equal(tabletNow.storage.contents.size, 0);
    assert.equal((await tabletNow.storage.database.all('chunks')).length, 0);
    await assert.rejects(tabletNow.save(CHANNEL, { ...doc, caption: 'again' }), { code: 'erased' });
  }
  await later.deliver();
  assert.deepEqual(later.office.opened.map(({ document }) => document.type), ['withdrawal']);
});

test('stop and erase in the middle of a recording nobody has heard of leaves no trace to deliver', async () => {
  const tablet = await newTablet(await organisation());
  const { id } = await record(tablet, 3);
  const erased = await tablet.opened.erasure.eraseMedium(id);
  assert.equal(erased.erased, true);
  assert.equal(tablet.opened.recordings.count, 0);
  await assert.rejects(tablet.opened.recordings.append(id, new ArrayBuffer(5)), { code: 'unknown-medium' });
  const round = await tablet.deliver();
  assert.deepEqual([round.receipts, round.chunks, tablet.office.opened.length], [0, 0, 0]);
  assert.equal((await readLedger(tablet.session, null)).items.length, 0);
});

test('stop and erase of a recording whose start was delivered tells the office', async () => {
  const tablet = await newTablet(await organisation());
  const { id } = await record(tablet, 3);
  await tablet.deliver();
  await tablet.opened.erasure.eraseMedium(id);
  await tablet.deliver();
  assert.deepEqual(tablet.office.opened.map(({ document }) => document.type), ['medium', 'withdrawal']);
  assert.deepEqual(tablet.office.opened[1].document.erases, [id]);
});

test('a withdrawal for which there is no room destroys first, and is written into the room that this makes', async () => {
  const tablet = await newTablet(await organisation());
  const { id } = await record(tablet, 3);
  const { erasure, writing } = tablet.opened;
  const save = writing.save.bind(writing);
  writing.save = async (channel, fields) => {
    if (tablet.session.slots.get(id)) throw new EngineError('storage-full');
    return save(channel, fields);
  };
  const reading = await erasure.withdraw(CHANNEL, { use: 'recording', erases: [id] });
  assert.deepEqual([reading.doc.type, reading.doc.erases], ['withdrawal', [id]]);
  assert.equal(tablet.session.slots.get(id), null);
});

test('verified media are freed only when asked, and only if the server says it holds them', async () => {
  const tablet = await newTablet(await organisation());
  const { doc } = await tablet.opened.recordings.add(CHANNEL, { kind: 'photo', mime: 'image/jpeg' }, new ArrayBuffer(3000));
  assert.deepEqual((await release(tablet.session, tablet.gateway, CHANNEL)).items, []);
  await tablet.deliver();
  const [hash] = tablet.office.chunks.keys();
  const bytes = tablet.office.chunks.get(hash);
  tablet.office.chunks.clear();
  assert.deepEqual((await release(tablet.session, tablet.gateway, CHANNEL)).items, []);
  tablet.office.chunks.set(hash, bytes);
  await tablet.deliver();
  assert.deepEqual((await release(tablet.session, tablet.gateway, CHANNEL)).items, [doc._id]);
  assert.equal(tablet.storage.contents.size, 0);
  const fetched = await read(tablet, doc._id, async (_c, name) => tablet.office.chunks.get(name));
  assert.equal(fetched.bytes.byteLength, 3000);
});

test('a channel one has left goes, but nothing undelivered', async () => {
  const tablet = await newTablet(await organisation());
  const gone = await tablet.save(CHANNEL, { type: 'note', text: 'delivered' });
  await tablet.deliver();
  const kept = await tablet.save(CHANNEL, { type: 'note', text: 'not delivered' });
  const leaving = await purge(tablet.session, tablet.gateway, CHANNEL);
  assert.deepEqual(leaving, [gone.doc._id]);
  const later = await restart(tablet);
  assert.equal((await later.get(CHANNEL, gone.doc._id)), null);
  assert.equal((await later.get(CHANNEL, kept.doc._id)).doc.text, 'not delivered');
  await later.deliver();
  assert.equal(later.office.opened.length, 2);
});

test('a recording goes on in a channel one has just left', async () => {
  const tablet = await newTablet(await organisation());
  const { id } = await tablet.opened.recordings.start(CHANNEL, { kind: 'audio', mime: 'audio/webm' });
  await tablet.opened.recordings.append(id, utf8('first second').slice().buffer);
  await tablet.deliver();
  assert.deepEqual(await purge(tablet.session, tablet.gateway, CHANNEL), []);
  await tablet.opened.recordings.append(id, utf8('next second').slice().buffer);
  const { doc } = await tablet.opened.recordings.finish(id, {});
  assert.deepEqual([doc.state, doc.frames], ['complete', 3]); // and the one that ends it
});

test('a note begun in a channel one has left reaches the office; an empty one does not', async () => {
  const tablet = await newTablet(await organisation());
  const draft = (name, v) => tablet.session.commit([{ t: 'draft', k: `${CHANNEL}/note/${name}`, v }]);
  const old = await tablet.save(CHANNEL, { type: 'note', text: 'first', at: '2026-11-22T08:00:00.000Z', media: [] });
  await draft('new', { text: 'begun', place: '', theme: null, source: null, media: [], about: null, on_paper: null, started: '2026-11-22T09:00:00.000Z' });
  await draft(old.doc._id, { text: 'first and more', place: '', theme: null, source: null, media: [], about: null, on_paper: null, started: null });
  await draft('note:empty', { text: ' ', media: [], on_paper: null });
  await sealNotes(tablet.session, tablet.opened.writing, CHANNEL);
  await purge(tablet.session, tablet.gateway, CHANNEL);
  const later = await restart(tablet);
  assert.deepEqual(later.session.records.draftsOf(CHANNEL), []);
  const notes = (await later.session.readings.list(CHANNEL, 'note')).map(({ doc }) => [doc.text, doc.at]);
  assert.deepEqual(notes.sort(), [['begun', '2026-11-22T09:00:00.000Z'], ['first and more', '2026-11-22T08:00:00.000Z']]);
});

test('the export holds what waits, sealed', async () => {
  const tablet = await newTablet(await organisation());
  await tablet.save(CHANNEL, { type: 'note', text: 'МАРКЕР' });
  await tablet.opened.recordings.add(CHANNEL, { kind: 'photo', mime: 'image/jpeg' }, utf8('МАРКЕР').slice().buffer);
  const { file, name } = await exportUndelivered(tablet.storage, 0);
  const bytes = await file.arrayBuffer();
  assert.equal(name, 'aigaq-1970-01-01.sealed');
  const [magic, head] = Buffer.from(bytes).toString('latin1').split('\n');
  assert.equal(magic, 'AIGAQ-EXPORT-1');
  const listed = JSON.parse(head);
  assert.deepEqual([listed.envelopes.length, listed.chunks.length], [2, 1]);
  assert.ok(!Buffer.from(bytes).includes('МАРКЕР'));
});

test('drafts go with their channel and with the document that was erased; others stay', async () => {
  const tablet = await newTablet(await organisation());
  const other = CHANNEL.replace('01jn', '01jp');
  const draft = (k, v) => tablet.session.commit([{ t: 'draft', k, v }]);
  const note = await tablet.save(CHANNEL, { type: 'note', text: 'x' });
  const kept = await tablet.save(CHANNEL, { type: 'note', text: 'y' });
  await draft(`${CHANNEL}/note/${note.doc._id}`, { text: 'ERASED-WORDS' });
  await draft(`${CHANNEL}/note/${kept.doc._id}`, { text: 'y y' });
  await draft(`${CHANNEL}/form-version/form:a/1`, {});
  await draft(`${other}/note/new`, { text: 'elsewhere' });
  await tablet.opened.erasure.withdraw(CHANNEL, { interview: null, use: 'notes', erases: [note.doc._id], reason: '' });
  let later = await restart(tablet);
  assert.deepEqual(later.session.records.draftsOf(CHANNEL), [`${CHANNEL}/note/${kept.doc._id}`, `${CHANNEL}/form-version/form:a/1`]);
  await purge(later.session, later.gateway, CHANNEL);
  later = await restart(later);
  assert.deepEqual([...later.session.records.drafts], [[`${other}/note/new`, { text: 'elsewhere' }]]);
});
