// What is asked where a document has several versions, and what the answers come to.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { choicesOf, combinedText, differingAnswers, maySettle, questionsOf } from '../../static/app/wrapup/version_choice.js';

const version = (rev, doc) => ({ rev, doc: { updated_by: `by-${rev}`, updated_at: '2026-11-22T05:00:00.000Z', ...doc } });
const asked = (doc, fields, versions) => questionsOf({ doc, conflicts: fields.map((field) => ({ field, versions: [] })) }, versions);

test('each field is a question of its own, each content once', () => {
  const versions = [version('3-a', { title: 'А', place: 'x' }), version('2-b', { title: 'Б', place: 'y' }), version('2-c', { title: 'А', place: null })];
  const questions = asked({ type: 'finding' }, ['title', 'place'], versions);
  assert.deepEqual(questions.map(({ key, kind, options }) => [key, kind, options.map(({ rev }) => rev)]), [
    ['title', 'text', ['3-a', '2-b']], ['place', 'text', ['3-a', '2-b', '2-c']],
  ]);
  assert.equal(choicesOf(questions, { title: { rev: '2-b' } }), null);
  assert.deepEqual(choicesOf(questions, { title: { text: ' А и Б ' }, place: { rev: '2-c' } }), { title: 'А и Б', place: null });
  assert.equal(choicesOf(questions, { title: { text: ' ' }, place: { rev: '2-c' } }), null);
  assert.equal(choicesOf(questions, { title: { rev: 'gone' }, place: { rev: '2-c' } }), null);
  assert.equal(combinedText(questions[0]), 'А; Б');
});

test('a form is taken whole from one side, with what would have merged by itself', () => {
  const one = { xml: '<a/>', answers: { '/data/x': 1, '/data/y': 2 }, progress: { answered: 2, total: 9 }, complete: false, theme: 'a' };
  const two = { xml: '<b/>', answers: { '/data/y': 2, '/data/x': 3 }, progress: { total: 9, answered: 2 }, aside: {}, complete: true, theme: 'b' };
  const questions = asked({ type: 'submission' }, ['answers', 'theme', 'xml'], [version('3-a', one), version('3-b', two)]);
  assert.deepEqual(questions.map(({ key, fields }) => [key, fields]), [['whole', ['xml', 'answers', 'aside', 'complete']], ['theme', ['theme']]]);
  assert.deepEqual(differingAnswers(questions[0].options), ['/data/x']);
  const choices = choicesOf(questions, { whole: { rev: '3-a' }, theme: { rev: '3-b' } });
  assert.deepEqual(choices, { xml: '<a/>', answers: one.answers, aside: undefined, complete: false, theme: 'b' });
});

test('only who may go on writing a document settles it on a tablet', () => {
  const me = { id: 'ME', role: 'monitor' };
  assert.equal(maySettle({ type: 'finding', created_by: 'YOU' }, me, null), true);
  assert.equal(maySettle({ type: 'note', created_by: 'YOU' }, me, null), false);
  assert.equal(maySettle({ type: 'note', created_by: 'ME' }, me, null), true);
  assert.equal(maySettle({ type: 'visit' }, me, { leader: 'ME' }), false);
  assert.equal(maySettle({ type: 'visit' }, { ...me, role: 'leader' }, null), true);
  assert.equal(maySettle({ type: 'report' }, me, { leader: 'ME' }), true);
  assert.equal(maySettle({ type: 'brief' }, { ...me, role: 'leader' }, null), false);
  assert.equal(maySettle({ type: 'finding' }, null, null), false);
});
