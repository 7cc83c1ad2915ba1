// First sync by packs: taken whole, cut anywhere, changed on the way, and beside a recording.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';

import { frameNonce } from '../../static/engine/crypto/stream.js';
import { randomBytes, sha256, toBase64, toHex, utf8 } from '../../static/engine/crypto/wire.js';
import { Unreachable } from '../../static/engine/replication/gateway.js';
import { revisionId } from '../../static/engine/replication/revisions.js';
import { json, organisation } from './organisation.mjs';
import { newTablet, restart } from './tablet.mjs';

const REFERENCE = 'reference';
const BLOCK = 256;

async function rowsOf(count, from = 0) {
  return Promise.all(Array.from({ length: count }, async (_, i) => {
    const doc = { _id: `facility:${String(from + i).padStart(5, '0')}`, type: 'facility', name: { ru: `№ ${i}` }, created_at: '2026-01-01' };
    return { id: doc._id, rev: await revisionId(null, doc), ancestors: [], deleted: false, doc };
  }));
}

/** A pack as the server makes it: `perRange` blocks of 256 rows in each range. */
async function packOf(rows, perRange, channel = REFERENCE) {
  const raw = randomBytes(32);
  const key = await crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt']);
  const blocks = [];
  for (let at = 0; at < rows.length; at += BLOCK) blocks.push(`${JSON.stringify(rows.slice(at, at + BLOCK))}\n`);
  const plains = [];
  for (let at = 0; at < blocks.length; at += perRange) plains.push(blocks.slice(at, at + perRange).join(''));
  const files = new Map();
  const ranges = [];
  for (const [number, plain] of plains.entries()) {
    const params = { name: 'AES-GCM', iv: frameNonce(number, number === plains.length - 1), additionalData: utf8(`aigaq/pack/1\n${channel}`) };
    const sealed = new Uint8Array(await crypto.subtle.encrypt(params, key, gzipSync(plain)));
    const hash = toHex(await sha256(sealed));
    files.set(hash, sealed);
    ranges.push({ sha256: hash, size: sealed.length });
  }
  return { files, line: { pack: { key: toBase64(raw), documents: rows.length, ranges, since: 'e~0~99' } } };
}

/** An office that answers the pull with `pack` from the start, and with `tail` after it. */
async function officeWith(pack, tail = []) {
  const office = await organisation();
  const asked = { changes: [], ranges: [] };
  let served = pack;
  office.interfere = (path, init) => {
    if (path === '/sync/session/challenge') return json({ nonce: 'n', server_time: '2026-03-01T08:00:05.000Z' });
    if (path === '/sync/session') return json({ token: 't', server_time: '2026-03-01T08:00:05.000Z' });
    if (path === '/sync/changes') {
      const body = JSON.parse(init.body);
      asked.changes.push(body);
      const since = body.channels[REFERENCE];
      const lines = [{ channel: REFERENCE, epoch: 'e' }];
      if (since === 'e~0~99') lines.push(...tail, { since: 'e~0~99' });
      else lines.push(served.line);
      lines.push({ end: true, server_time: '2026-03-01T08:00:05.000Z' });
      return new Response(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    }
    if (path.startsWith('/sync/packs/')) {
      const hash = path.slice(-64);
      asked.ranges.push(hash);
      const bytes = served.files.get(hash);
      return bytes ? new Response(bytes) : json({ error: 'not-found' }, 404);
    }
    return undefined;
  };
  return { office, asked, serve: (other) => { served = other; } };
}

const count = async (tablet) => (await tablet.session.readings.list(REFERENCE, 'facility')).length;

test('a pack is taken whole, durable with its checkpoint, and the stream goes on behind it', async () => {
  const [late] = await rowsOf(1, 90_000);
  const { office, asked } = await officeWith(await packOf(await rowsOf(1500), 2), [{ ...late, seq: 'e~0~99' }]);
  const tablet = await newTablet(office);
  await tablet.opened.pull.round();
  assert.equal(await count(tablet), 1501);
  assert.deepEqual(asked.changes.map((body) => [body.packs, body.channels[REFERENCE]]), [[true, null], [true, 'e~0~99']]);
  assert.equal(asked.ranges.length, 3);
  assert.equal(new Set(tablet.changed.flatMap(({ ids }) => ids)).size, 1501);
  const again = await restart(tablet);
  assert.equal(await count(again), 1501);
  await again.opened.pull.round();
  assert.equal(asked.ranges.length, 3);
});

test('a pack that is cut at any range goes on at the next one, also in another process', async () => {
  for (let cut = 0; cut < 4; cut += 1) {
    const pack = await packOf(await rowsOf(1024), 1);
    const { office, asked } = await officeWith(pack);
    const tablet = await newTablet(office);
    const whole = office.interfere;
    office.interfere = (path, init) => {
      if (path === `/sync/packs/${pack.line.pack.ranges[cut].sha256}`) throw new Error('cut');
      return whole(path, init);
    };
    await assert.rejects(tablet.opened.pull.round(), Unreachable);
    const again = await restart(tablet);
    assert.equal(await count(again), cut * BLOCK);
    office.interfere = whole;
    const before = asked.ranges.length;
    await again.opened.pull.round();
    assert.equal(await count(again), 1024);
    assert.equal(asked.ranges.length - before, 4 - cut);
    assert.equal(again.session.records.checkpoints.get(REFERENCE).since, 'e~0~99');
  }
});

test('a crash at any write of a first sync leaves whole blocks and a checkpoint that fits them', async () => {
  for (let crashAfter = 0; crashAfter < 7; crashAfter += 1) {
    const { office } = await officeWith(await packOf(await rowsOf(1024), 1));
    const tablet = await newTablet(office);
    tablet.storage.database.crashAfter = crashAfter;
    await tablet.opened.pull.round().catch(() => {});
    const again = await restart(tablet);
    assert.equal(await count(again) % BLOCK, 0);
    await again.opened.pull.round();
    assert.equal(await count(again), 1024);
  }
});

test('a pack that was renewed in between is taken from its start, and nothing is there twice', async () => {
  const rows = await rowsOf(768);
  const old = await packOf(rows, 1);
  const { office, serve } = await officeWith(old);
  const tablet = await newTablet(office);
  old.files.delete(old.line.pack.ranges[2].sha256);
  await assert.rejects(tablet.opened.pull.round());
  serve(await packOf([...rows, ...await rowsOf(100, 800)], 1));
  await tablet.opened.pull.round();
  assert.equal(await count(tablet), 868);
  assert.ok((await tablet.session.readings.list(REFERENCE, 'facility')).every(({ conflicts }) => conflicts.length === 0));
});

test('a range with another hash, in another place or of another channel is not taken', async () => {
  const rows = await rowsOf(600);
  const changed = await packOf(rows, 1);
  const [first, second] = changed.line.pack.ranges;
  const forged = changed.files.get(second.sha256).slice();
  forged[40] ^= 1;
  changed.files.set(second.sha256, forged);
  const swapped = await packOf(rows, 1);
  swapped.line.pack.ranges.splice(0, 2, swapped.line.pack.ranges[1], swapped.line.pack.ranges[0]);
  const dropped = await packOf(rows, 1);
  dropped.line.pack.ranges.pop();
  for (const [pack, kept] of [[changed, 256], [swapped, 0], [dropped, 256], [await packOf(rows, 1, 'visit-x'), 0]]) {
    const { office } = await officeWith(pack);
    const tablet = await newTablet(office);
    await assert.rejects(tablet.opened.pull.round(), Unreachable);
    assert.equal(await count(tablet), kept);
    assert.notEqual(tablet.session.records.checkpoints.get(REFERENCE)?.since, 'e~0~99');
  }
  assert.notEqual(first, second);
});

test('what is no row is left out, and the rest is taken', async () => {
  const rows = await rowsOf(4);
  const bad = [null, 5, { id: 'facility:x' }, { ...rows[0], id: 'facility:y', rev: 'not-a-revision' }, { ...rows[1], id: 'facility:z', doc: null }];
  const { office } = await officeWith(await packOf([...rows, ...bad], 1));
  const tablet = await newTablet(office);
  await tablet.opened.pull.round();
  assert.equal(await count(tablet), 4);
});

test('what was erased here stays erased when a pack brings it again', async () => {
  const rows = await rowsOf(300);
  const { office } = await officeWith(await packOf(rows, 1));
  const tablet = await newTablet(office);
  await tablet.session.commit([{ t: 'erased', c: REFERENCE, ids: [rows[0].id] }]);
  await tablet.opened.pull.round();
  assert.equal((await tablet.get(REFERENCE, rows[0].id)).erased, true);
  assert.equal((await tablet.get(REFERENCE, rows[0].id)).doc.name, undefined);
});

test('a recording beside a first sync gets its turn after every block', async () => {
  const blocks = 40;
  const { office } = await officeWith(await packOf(await rowsOf(blocks * BLOCK), 10));
  const tablet = await newTablet(office);
  const { id } = await tablet.opened.recordings.start('visit-01jn0000000000000000000000', { kind: 'photo', mime: 'image/jpeg' });
  let running = true;
  let frames = 0;
  const recording = (async () => {
    // A frame is asked for whenever the thread is free, as a page's messages come.
    while (running) {
      await tablet.opened.recordings.append(id, new Uint8Array(2000).fill(7).buffer);
      frames += 1;
      await new Promise((resolve) => { setImmediate(resolve); });
    }
  })();
  const before = frames;
  await tablet.opened.pull.round();
  running = false;
  await recording;
  assert.equal(await count(tablet), blocks * BLOCK);
  // Were a range, or the whole pack, one step, frames could not come in between so often.
  assert.ok(frames - before >= blocks / 2, `${frames} frames`);
  const { doc } = await tablet.opened.recordings.finish(id, {});
  // The last frame is the one that says so.
  assert.equal(doc.frames, frames + 1);
});
