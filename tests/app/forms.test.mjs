import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Autosave } from '../../static/app/forms/autosave.js';
import { nameOf } from '../../static/app/forms/attachments.js';
import { findingPrefill } from '../../static/app/forms/prefill.js';
import { previousAnswer } from '../../static/app/forms/previous.js';
import forms from '../../static/app/strings/forms.js';
import { renumber } from '../../static/forms/aside.js';
import { answerText, fromControl, offsetOf, parseNumber, toControl } from '../../static/forms/values.js';

test('a number is read as people type it', () => {
  const decimal = (typed) => parseNumber(typed, 'decimal');
  assert.deepEqual(decimal('1,5'), { ok: true, value: 1.5 });
  assert.deepEqual(decimal('1 234.5'), { ok: true, value: 1234.5 });
  assert.deepEqual(decimal('\u22121'), { ok: true, value: -1 });
  assert.deepEqual(decimal('  '), { ok: true, value: undefined });
  for (const typed of ['1,', 'три', '1.2.3', '--1', '0x10', '1e5']) assert.equal(decimal(typed).ok, false, typed);
  assert.deepEqual(parseNumber('12', 'integer'), { ok: true, value: 12 });
  assert.equal(parseNumber('1,5', 'integer').ok, false);
  assert.equal(parseNumber('99999999999999999999', 'integer').ok, false);
});

test('times go to the form engine with the offset of their own day and come back as they stood', () => {
  const engine = fromControl('2026-11-22T07:05', 'datetime');
  assert.equal(engine, `2026-11-22T07:05:00.000${offsetOf(new Date('2026-11-22T07:05'))}`);
  assert.equal(toControl('2026-11-22T07:05:00.000+05:00', 'datetime'), '2026-11-22T07:05');
  assert.equal(toControl('07:05:00.000-03:00', 'time'), '07:05');
  assert.equal(fromControl('', 'date'), undefined);
  assert.equal(offsetOf({ getTimezoneOffset: () => -330 }), '+05:30');
  assert.equal(offsetOf({ getTimezoneOffset: () => 210 }), '-03:30');
});

test('an answer in words uses the labels of the form', () => {
  const words = { multi: (value) => value.ru, formatNumber: (n) => `${n}!`, formatDate: (d) => `д ${d}`, t: (key) => key };
  const choices = [{ value: 'a', label: { ru: 'А' } }, { value: 'b', label: { ru: 'Б' } }];
  assert.equal(answerText(['a', 'gone'], { type: 'select_multiple', choices }, words), 'А, gone');
  assert.equal(answerText('b', { type: 'select_one', choices }, words), 'Б');
  assert.equal(answerText(0, { type: 'integer' }, words), '0!');
  assert.equal(answerText('2026-11-22T07:05:00.000+05:00', { type: 'datetime' }, words), 'д 2026-11-22, 07:05');
  assert.equal(answerText(undefined, undefined, words), '');
  assert.equal(answerText('<b>', undefined, words), '<b>');
});

test('removing an instance moves those behind it up by one', () => {
  const kept = new Map([['/d/r[1]/a', 1], ['/d/r[2]/a', 2], ['/d/r[3]/a', 3], ['/d/r[10]/s[2]/a', 10], ['/d/rest[2]/a', 'x'], ['/d/a', 'y']]);
  assert.deepEqual(Object.fromEntries(renumber(kept, '/d/r', 1)), {
    '/d/r[1]/a': 1, '/d/r[2]/a': 3, '/d/r[9]/s[2]/a': 10, '/d/rest[2]/a': 'x', '/d/a': 'y',
  });
});

test('a cell is found again by its name, not its place', () => {
  const answers = {
    '/d/r[1]/name': { value: '№ 3', date: 'x' }, '/d/r[1]/beds': { value: 3, date: 'x' },
    '/d/r[2]/name': { value: '№ 14 ', date: 'x' }, '/d/r[2]/beds': { value: 14, date: 'x' }, '/d/total': { value: 1, date: 'x' },
  };
  const named = (value) => () => ({ path: '/d/r[1]/name', value });
  assert.equal(previousAnswer(answers, '/d/r[1]/beds', named('№ 14')).value, 14);
  assert.equal(previousAnswer(answers, '/d/r[1]/beds', named('№ 15')), null);
  assert.equal(previousAnswer(answers, '/d/r[1]/beds', () => null), null);
  assert.equal(previousAnswer(answers, '/d/r[1]/name', named('№ 14')), null);
  assert.equal(previousAnswer(answers, '/d/total', () => null).value, 1);
});

test('two attachments of one question have different names', () => {
  const doc = (id, mime, kind) => ({ _id: `medium:${id}`, mime, kind, question: '/data/cells[2]/cell_photo' });
  assert.equal(nameOf(doc('01A', 'image/jpeg', 'photo')), 'cell_photo-01a.jpg');
  assert.notEqual(nameOf(doc('01A', 'image/jpeg', 'photo')), nameOf(doc('01B', 'image/jpeg', 'photo')));
  assert.equal(nameOf(doc('01C', 'audio/webm;codecs=opus', 'audio')), 'cell_photo-01c.webm');
});

test('a flag brings its norm and the theme of its article', async () => {
  const engine = { get: async () => ({ doc: { articles: [{ id: '44', themes: ['solitary', 'discipline'] }] } }) };
  const flag = { submission: 's', path: '/p', title: 'T' };
  assert.deepEqual(await findingPrefill(engine, { ...flag, rule: { norm: 'mandela/44' } }), { rule: { submission: 's', path: '/p' }, norms: ['mandela/44'], title: 'T', theme: 'solitary' });
  assert.deepEqual((await findingPrefill(engine, { ...flag, rule: { norm: 'mandela/999' } })).theme, null);
  assert.deepEqual(await findingPrefill(engine, { ...flag, rule: { norm: null, theme: 'accommodation' } }), { rule: { submission: 's', path: '/p' }, norms: [], title: 'T', theme: 'accommodation' });
});

/** An engine whose writes finish when the test says so. */
function slowEngine() {
  const log = [];
  const open = [];
  const wait = (entry) => new Promise((resolve) => { log.push(entry); open.push(resolve); });
  return {
    log,
    async save(channel, fields) {
      await wait(['save', fields.answers, fields.complete]);
      return { doc: { ...fields, _id: fields._id ?? 'submission:1', created_by: 'me', base: {} } };
    },
    saveDraft: (key, value) => wait([key.split('/')[1], value.n ?? null, value.live ?? null]),
    /** Lets everything finish, one write after the other. */
    async drain() {
      for (let quiet = 0; quiet < 20; quiet += 1) {
        await new Promise((done) => setImmediate(done));
        while (open.length) { open.shift()(); quiet = 0; await new Promise((done) => setImmediate(done)); }
      }
    },
  };
}

function autosave(engine, document = null) {
  const session = { n: 0, form: { _id: 'form:x', version: '1' }, get content() { return { answers: this.n }; }, get filled() { return { n: this.n }; } };
  const saving = new Autosave({ engine, channel: 'visit-x', session, document, place: () => ({ path: '', question: '', instances: {} }), words: () => ({ title: 'T', lang: 'ru' }) });
  return { session, saving, edit: () => { session.n += 1; saving.edited(); } };
}

test('the first edit makes the document; further ones are drafts, the latest of which wins', async () => {
  const engine = slowEngine();
  const { saving, edit } = autosave(engine);
  edit();
  edit();
  await engine.drain();
  assert.equal(saving.id, 'submission:1');
  for (let i = 0; i < 10; i += 1) edit();
  await engine.drain();
  const drafts = engine.log.filter(([kind]) => kind === 'form');
  assert.equal(engine.log.filter(([kind]) => kind === 'save').length <= 2, true);
  assert.equal(drafts.length <= 5, true);
  assert.equal(drafts.at(-1)[1], 12);
  assert.equal(saving.state, 'saved');
  await Promise.all([saving.close(), engine.drain()]);
});

test('an edit during a revision is not taken for saved', async () => {
  const engine = slowEngine();
  const { saving, edit } = autosave(engine, { _id: 'submission:1', created_at: 'x', extra: 'kept' });
  edit();
  const revised = saving.revise();
  await new Promise((done) => setImmediate(done));
  edit();
  await engine.drain();
  await revised;
  const closed = saving.close();
  await engine.drain();
  await closed;
  assert.equal(engine.log.filter(([kind]) => kind === 'save').at(-1)[1], 2);
});

test('closing says that the form is no longer open, and a header never travels back', async () => {
  const engine = slowEngine();
  const seen = [];
  const save = engine.save;
  engine.save = (channel, fields) => { seen.push(fields); return save(channel, fields); };
  const { saving, edit } = autosave(engine, { _id: 'submission:1', type: 'submission', created_at: 'x', base: {}, device: 'd', on_paper: { at: 1 }, unheard_of: 5 });
  edit();
  const closed = saving.close();
  await engine.drain();
  await closed;
  assert.deepEqual(engine.log.at(-1), ['form', 1, false]);
  assert.equal(seen.length, 1);
  assert.deepEqual([seen[0]._id, seen[0].unheard_of, seen[0].on_paper, seen[0].created_at, seen[0].base], ['submission:1', 5, { at: 1 }, undefined, undefined]);
});

test('every string of the room stands in three languages', () => {
  for (const [key, entry] of Object.entries(forms)) assert.deepEqual(Object.keys(entry).sort(), ['en', 'kk', 'ru'], key);
});
