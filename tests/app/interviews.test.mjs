// Handles, consent, and the warning before a name is kept.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { allAsked, consentState, erasedBy } from '../../static/app/interviews/consents.js';
import { nextHandle, numberOf } from '../../static/app/interviews/handles.js';
import { seemsToName, tellingWords } from '../../static/app/interviews/names.js';

const me = { id: 'ME', initial: 'Б' };
const interview = (handle, created_by = 'ME') => ({ doc: { handle, created_by } });

test('handles count on, whatever was erased or taken by a colleague', () => {
  assert.equal(nextHandle([], me), 'Б-1');
  assert.equal(nextHandle([interview('Б-1'), interview('Б-2'), interview('А-9', 'ASEL')], me), 'Б-3');
  assert.equal(nextHandle([interview('Б-4'), interview('Б-2')], me), 'Б-5');
  assert.equal(nextHandle([interview(undefined), interview(undefined)], me), 'Б-3');
  assert.equal(nextHandle([interview('Б-1'), interview('Б-2', 'BOLAT')], me), 'Б-3');
  assert.equal(numberOf('Б-12'), 12);
});

const answer = (use, given, at) => ({ type: 'consent', interview: 'i1', use, given, at });

test('each use is asked by itself and the latest answer stands', () => {
  const records = [answer('recording', true, '2026-01-01T10:00Z'), answer('interview', true, '2026-01-01T09:00Z'), answer('recording', false, '2026-01-01T11:00Z')];
  assert.deepEqual(consentState(records, 'i1'), { interview: true, recording: false, sharing: null, publication: null });
  assert.deepEqual(consentState(records, 'other'), { interview: null, recording: null, sharing: null, publication: null });
  assert.equal(allAsked(consentState(records, 'i1')), false);
});

test('a withdrawal outlasts earlier answers, and withdrawing the talk withdraws all', () => {
  const given = ['interview', 'recording', 'sharing', 'publication'].map((use) => answer(use, true, '2026-01-01T10:00Z'));
  const one = consentState([...given, { type: 'withdrawal', interview: 'i1', use: 'recording', at: '2026-01-01T11:00Z' }], 'i1');
  assert.deepEqual(one, { interview: true, recording: false, sharing: true, publication: true });
  const all = consentState([...given, { type: 'withdrawal', interview: 'i1', use: 'interview', at: '2026-01-01T11:00Z' }], 'i1');
  assert.deepEqual(all, { interview: false, recording: false, sharing: false, publication: false });
  const again = consentState([...given, { type: 'withdrawal', interview: 'i1', use: 'recording', at: '2026-01-01T11:00Z' }, answer('recording', true, '2026-01-01T12:00Z')], 'i1');
  assert.equal(again.recording, true);
});

test('a withdrawal destroys what it names and nothing else', () => {
  const docs = [
    { _id: 'i1', type: 'interview' }, { _id: 'i2', type: 'interview' },
    { _id: 'a1', type: 'medium', kind: 'audio', interview: 'i1' }, { _id: 'p1', type: 'medium', kind: 'photo', interview: 'i1' },
    { _id: 'a2', type: 'medium', kind: 'audio', interview: 'i2' }, { _id: 't1', type: 'testimony', interview: 'i1' }, { _id: 'n1', type: 'note' },
  ];
  const notes = [{ _id: 'n1', type: 'note', about: 'i1' }, { _id: 'n2', type: 'note', about: 'i2' }, { _id: 'n3', type: 'note', about: null }];
  assert.deepEqual(erasedBy('interview', 'i1', notes), ['n1']);
  assert.deepEqual(erasedBy('recording', 'i1', notes), []);
  assert.deepEqual(erasedBy('recording', 'i1', docs), ['a1']);
  assert.deepEqual(erasedBy('interview', 'i1', docs).sort(), ['a1', 'i1', 'p1', 't1']);
  assert.deepEqual(erasedBy('sharing', 'i1', docs), []);
  assert.deepEqual(erasedBy('publication', 'i1', docs), []);
});

test('a summary that seems to name somebody is noticed', () => {
  for (const text of ['Говорил, что Ахметова Серика били', 'Рассказал Иванов А. Б. о карцере', 'А.Б. Иванов жаловался', 'со слов Марата Сериковича',
    'Серікбек Қуанышұлы айтты', 'ИИН 850101300123', 'звонить +7 701 123 45 67', 'He said that John Smith was there']) {
    assert.notEqual(seemsToName(text), null, text);
  }
});

test('an ordinary summary passes', () => {
  for (const text of ['Жалобы на холод в камере и на отказ в звонках родным.', 'Света нет с 22:00 до 07:00. Прогулка 20 минут.',
    'Камерада суық, дәрігер келмейді.', 'No doctor at night. Cold cells, 14 people for 8 beds.', 'Просит перевод в колонию в Караганде']) {
    assert.equal(seemsToName(text), null, text);
  }
});

test('words of the open identity record are found whatever their case', () => {
  const known = tellingWords({ name: 'Ерлан Тестов', contact: 'адвокат Омарова', born: '1985' });
  assert.equal(seemsToName('рассказал, что тестов из 14-й', known), 'Тестов');
  assert.deepEqual(tellingWords(null), []);
});
