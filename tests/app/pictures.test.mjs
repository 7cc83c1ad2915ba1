import { test } from 'node:test';
import assert from 'node:assert/strict';
import { importObstacle, kindOfFile, MOST, pour } from '../../static/app/capture/files.js';
import { addMark, arrowHead, boxPixels, covers, drawnTo, emptyHistory, onBoard, parseHistory, redo, scaled, stands, undo } from '../../static/app/capture/marks.js';
import { originalsBehind, pointingAnew, replacedPhotos, replacePhoto } from '../../static/app/capture/redaction.js';
import { timelineEntries } from '../../static/app/onsite/entries.js';

const BOARD = { width: 1600, height: 1200 };
/** @param {any} change @returns {any} */
const mark = (change) => ({ kind: 'pen', points: [0, 0], width: 8, color: '#000000', ...change });
/** @param {any} doc @param {any} [more] @returns {any} */
const reading = (doc, more = {}) => ({ doc: { created_by: 'me', ...doc }, erased: false, ...more });

test('what is undone comes back, until something new is drawn', () => {
  const [a, b, c] = ['a', 'b', 'c'].map((text) => mark({ kind: 'text', text }));
  const both = addMark(addMark(emptyHistory(), a), b);
  const back = undo(both);
  assert.deepEqual(back, { done: [a], undone: [b] });
  assert.deepEqual(redo(back), both);
  assert.deepEqual(undo(undo(undo(both))).done, []);
  assert.deepEqual(redo(undo(undo(both))), { done: [a], undone: [b] });
  assert.deepEqual(redo(addMark(back, c)), { done: [a, c], undone: [] });
});

test('only a box covers', () => {
  assert.equal(covers(addMark(emptyHistory(), mark({ kind: 'arrow', points: [0, 0, 9, 9] }))), false);
  assert.equal(covers(addMark(emptyHistory(), mark({ kind: 'box', points: [0, 0, 9, 9] }))), true);
});

test('a place on the screen is a whole pixel on the board, never beside it', () => {
  const shown = { left: 10, top: 20, width: 400, height: 300 };
  assert.deepEqual(onBoard([10, 20], shown, BOARD), [0, 0]);
  assert.deepEqual(onBoard([110.1, 95], shown, BOARD), [400, 300]);
  assert.deepEqual(onBoard([9999, -5], shown, BOARD), [1600, 0]);
});

test('a box covers every pixel that it touches, from whichever corner it was drawn', () => {
  assert.deepEqual(boxPixels([10.4, 20.6, 30.2, 40.1], BOARD), { x: 10, y: 20, width: 21, height: 21 });
  assert.deepEqual(boxPixels([30.2, 40.1, 10.4, 20.6], BOARD), { x: 10, y: 20, width: 21, height: 21 });
  assert.deepEqual(boxPixels([-5, -5, 5000, 5000], BOARD), { x: 0, y: 0, width: 1600, height: 1200 });
});

test('a stroke grows where the pointer moved, a shape moves its second corner', () => {
  const stroke = mark({ points: [0, 0] });
  assert.equal(drawnTo(stroke, [1, 0], BOARD), stroke);
  assert.deepEqual(drawnTo(stroke, [50, 0], BOARD).points, [0, 0, 50, 0]);
  const box = mark({ kind: 'box', points: [5, 5, 5, 5] });
  assert.deepEqual(drawnTo(drawnTo(box, [9, 9], BOARD), [70, 80], BOARD).points, [5, 5, 70, 80]);
});

test('a tap is a dot of the pen, but no box, arrow or empty words', () => {
  assert.equal(stands(mark({}), BOARD), true);
  assert.equal(stands(mark({ kind: 'box', points: [5, 5, 6, 300] }), BOARD), false);
  assert.equal(stands(mark({ kind: 'box', points: [5, 5, 60, 300] }), BOARD), true);
  assert.equal(stands(mark({ kind: 'arrow', points: [5, 5, 6, 6] }), BOARD), false);
  assert.equal(stands(mark({ kind: 'arrow', points: [5, 5, 5, 90] }), BOARD), true);
  assert.equal(stands(mark({ kind: 'text', text: '  ' }), BOARD), false);
});

test('an arrow has its head at its end, pointing back', () => {
  for (const [x, y] of arrowHead([0, 0, 100, 0], 20)) {
    assert.ok(x < 100 && x > 75);
    assert.ok(Math.abs(y) > 5 && Math.abs(y) < 20);
  }
  assert.equal(scaled(10, BOARD), 16);
});

test('a damaged draft gives the marks that are whole', () => {
  const good = mark({ points: [1, 2, 3, 4] });
  assert.deepEqual(parseHistory([good, null, mark({ points: [Number.NaN, 1] }), mark({ kind: 'blur' }), { kind: 'pen' }]), { done: [good], undone: [] });
  assert.deepEqual(parseHistory('x'), emptyHistory());
});

test('a file is what its first bytes say, not what its name says', () => {
  const bytes = (/** @type {string} */ text) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));
  assert.deepEqual(kindOfFile({ name: 'a.jpg', type: 'image/jpeg' }, bytes('%PDF-1.7')), { kind: 'document', mime: 'application/pdf' });
  assert.equal(kindOfFile({ name: 'a.docx', type: '' }, bytes('MZ\u0090')), null);
  assert.equal(kindOfFile({ name: 'a.docx', type: '' }, bytes('PK\u0003\u0004'))?.kind, 'document');
  assert.equal(kindOfFile({ name: 'a.svg', type: 'image/svg+xml' }, bytes('<svg')), null);
  assert.equal(kindOfFile({ name: 'a.html', type: 'text/html' }, bytes('<html')), null);
  assert.deepEqual(kindOfFile({ name: 'a.txt', type: 'text/plain' }, bytes('abc')), { kind: 'document', mime: 'text/plain' });
  assert.equal(kindOfFile({ name: 'a.txt', type: 'text/plain' }, bytes('a\u0000c')), null);
  assert.equal(kindOfFile({ name: 'a.mp3', type: 'audio/mpeg' }, bytes('ID3'))?.kind, 'audio');
});

test('a file that cannot come in is told why', () => {
  const known = /** @type {const} */ ({ kind: 'photo', mime: 'image/jpeg' });
  assert.equal(importObstacle({ size: 5 }, null, null), 'unknown');
  assert.equal(importObstacle({ size: 0 }, known, null), 'empty');
  assert.equal(importObstacle({ size: MOST.photo + 1 }, known, null), 'large');
  assert.equal(importObstacle({ size: 5000 }, known, 4000), 'room');
  assert.equal(importObstacle({ size: 5000 }, known, null), null);
});

test('half a file is erased, a whole one is finished', async () => {
  /** @type {string[]} */
  const calls = [];
  const engine = /** @type {any} */ ({
    startMedium: async () => ({ id: 'medium:1' }),
    appendFrame: async (/** @type {string} */ _id, /** @type {ArrayBuffer} */ buffer) => {
      calls.push(`frame ${buffer.byteLength}`);
      if (calls.length === 3) throw new Error('full');
    },
    finishMedium: async () => { calls.push('finish'); return reading({ _id: 'medium:1' }); },
    eraseMedium: async () => { calls.push('erase'); },
  });
  await pour(engine, 'visit-x', {}, new Blob([new Uint8Array((1 << 20) + 5)]), () => {});
  assert.deepEqual(calls, [`frame ${1 << 20}`, 'frame 5', 'finish']);
  calls.length = 2;
  await assert.rejects(pour(engine, 'visit-x', {}, new Blob([new Uint8Array(9)]), () => {}), /full/u);
  assert.equal(calls.at(-1), 'erase');
});

test('what named the photo names its copy; a colleague’s note is left to the colleague', () => {
  const readings = [
    reading({ _id: 'note:1', type: 'note', media: ['p', 'q'] }),
    reading({ _id: 'note:2', type: 'note', media: ['p'], created_by: 'other' }),
    reading({ _id: 'note:3', type: 'note', media: [], on_paper: { happened_at: 't', photo: 'p' } }),
    reading({ _id: 'note:4', type: 'note', media: ['q'] }),
    reading({ _id: 's:1', type: 'submission', files: { 'a.jpg': 'p', 'b.jpg': 'q' } }),
    reading({ _id: 'f:1', type: 'finding', evidence: ['p'], created_by: 'other' }),
    reading({ _id: 'f:2', type: 'finding', evidence: ['p'] }, { erased: true }),
  ];
  const changed = Object.fromEntries(pointingAnew(readings, 'p', 'c', 'me').map((doc) => [doc._id, doc]));
  assert.deepEqual(Object.keys(changed), ['note:1', 'note:3', 's:1', 'f:1']);
  assert.deepEqual(changed['note:1'].media, ['c', 'q']);
  assert.deepEqual(changed['note:3'].on_paper, { happened_at: 't', photo: 'c' });
  assert.deepEqual(changed['s:1'].files, { 'a.jpg': 'c', 'b.jpg': 'q' });
  assert.deepEqual(changed['f:1'].evidence, ['c']);
});

test('the original is durable before the copy, and the photo is erased last', async () => {
  /** @type {any[]} */
  const calls = [];
  const engine = /** @type {any} */ ({
    addMedium: async (/** @type {string} */ _channel, /** @type {any} */ fields) => {
      calls.push(fields);
      return reading({ _id: `medium:${fields.kind}` });
    },
    list: async () => [reading({ _id: 'note:1', type: 'note', media: ['p'] })],
    save: async (/** @type {string} */ _channel, /** @type {any} */ doc) => { calls.push(doc); },
    withdraw: async (/** @type {string} */ _channel, /** @type {any} */ request) => { calls.push(request); },
  });
  const picture = { bytes: new ArrayBuffer(8), mime: 'image/jpeg', width: 4, height: 4 };
  const photo = { _id: 'p', at: 't', place: 'камера 14', caption: 'журнал', interview: null };
  assert.equal(await replacePhoto(engine, 'visit-x', photo, picture, picture, { me: 'me', reason: 'r' }), 'medium:photo');
  const [original, copy, note, withdrawal] = calls;
  assert.deepEqual([original.kind, original.place, original.caption], ['original', undefined, undefined]);
  assert.deepEqual([copy.kind, copy.original, copy.place, copy.caption, copy.at], ['photo', 'medium:original', 'камера 14', 'журнал', 't']);
  assert.deepEqual(note.media, ['medium:photo']);
  assert.deepEqual([withdrawal.use, withdrawal.interview, withdrawal.erases], ['redaction', null, ['p']]);
  calls.length = 0;
  await replacePhoto(engine, 'visit-x', { ...photo, original: 'medium:o' }, picture, picture, { me: 'me', reason: 'r' });
  assert.deepEqual(calls.map(({ kind }) => kind).filter(Boolean), ['photo'], 'a copy of a copy seals nothing again');
});

test('a copy and its original are one entry; the photo before them says what became of it', () => {
  const at = '2026-11-22T05:00:00.000Z';
  const readings = [
    reading({ _id: 'o', type: 'medium', kind: 'original', at }),
    reading({ _id: 'c', type: 'medium', kind: 'photo', original: 'o', at }),
    reading({ _id: 'p', type: 'medium', kind: 'photo', at }, { erased: true }),
    reading({ _id: 'w', type: 'withdrawal', use: 'redaction', erases: ['p'] }),
    reading({ _id: 'd', type: 'medium', kind: 'document', at }),
    reading({ _id: 's', type: 'medium', kind: 'sketch', at }),
    reading({ _id: 'alone', type: 'medium', kind: 'original', at }),
  ];
  assert.deepEqual([...originalsBehind(readings)], ['o']);
  assert.deepEqual([...replacedPhotos(readings)], ['p']);
  const entries = timelineEntries(readings, 'Asia/Almaty');
  assert.deepEqual(entries.map(({ id, kind, replaced }) => [id, kind, replaced]).sort(), [
    ['alone', 'photo', false], ['c', 'photo', false], ['d', 'document', false], ['p', 'photo', true], ['s', 'photo', false],
  ]);
});
