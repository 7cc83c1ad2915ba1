import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HIDDEN_MS, IDLE_MS, isDue } from '../../static/app/autolock.js';
import { isWholeCode, readInvitation, writeCode } from '../../static/app/vault/invitation.js';
import { isSameWord, isWeakPin, mixesAlphabets, readWords, twoPlaces } from '../../static/app/vault/words.js';

test('an invitation is read from the fragment', () => {
  assert.deepEqual(readInvitation('#code=ABCD-EFGH-JK12&root=0aff'), { code: 'ABCD-EFGH-JK12', root: '0aff' });
  assert.deepEqual(readInvitation('#abcdefghjk12'), { code: 'ABCD-EFGH-JK12', root: undefined });
  assert.equal(readInvitation('#code=ABCD'), null);
  assert.equal(readInvitation(''), null);
});

test('a code is forgiven its case, dashes and look-alikes', () => {
  assert.equal(writeCode('abcd efgh jkio'), 'ABCD-EFGH-JK10');
  assert.equal(writeCode('АВСЕ-НКМР-ТХ12'), 'ABCE-HKMP-TX12');
  assert.equal(isWholeCode('ABCD-EFGH-JK1'), false);
  assert.equal(isWholeCode('ABCD-EFGH-JK1L'), true);
});

test('words are read from a line or a numbered list', () => {
  assert.deepEqual(readWords(' Берег  ЛАМПА\nорешник '), ['берег', 'лампа', 'орешник']);
  assert.deepEqual(readWords('1. берег 2) лампа, 3: орешник'), ['берег', 'лампа', 'орешник']);
});

test('a word typed again may miss its dots and its capital, not its letters', () => {
  assert.ok(isSameWord(' Лед ', 'лёд'));
  assert.ok(!isSameWord('лес', 'лёд'));
  assert.ok(!isSameWord('', 'лёд'));
});

test('two different places are asked for, never the first word', () => {
  for (let a = 0; a < 5; a += 1) {
    for (let b = 0; b < 4; b += 1) {
      const answers = [a, b];
      const [one, two] = twoPlaces(6, (limit) => Math.min(answers.shift(), limit - 1));
      assert.ok(one >= 1 && one < two && two <= 5, `${one} ${two}`);
    }
  }
});

test('a word of two alphabets betrays the keyboard', () => {
  assert.ok(mixesAlphabets('бepег'));
  assert.ok(!mixesAlphabets('берег lamp'));
});

test('PINs that are guessed first are refused', () => {
  for (const pin of ['111111', '123456', '654321', '121212', '123123']) assert.ok(isWeakPin(pin), pin);
  for (const pin of ['483920', '271828', '90210735']) assert.ok(!isWeakPin(pin), pin);
});

test('the tablet locks at its two limits, and never while recording', () => {
  const moment = { now: IDLE_MS, activeAt: 0, hiddenSince: null, recording: false };
  assert.equal(isDue(moment), true);
  assert.equal(isDue({ ...moment, now: IDLE_MS - 1 }), false);
  assert.equal(isDue({ ...moment, now: HIDDEN_MS, hiddenSince: 0 }), true);
  assert.equal(isDue({ ...moment, now: HIDDEN_MS - 1, hiddenSince: 0 }), false);
  assert.equal(isDue({ ...moment, now: IDLE_MS * 9, hiddenSince: 0, recording: true }), false);
});
