// The lists of passphrase words, and the choice from them.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';

import { normaliseWords } from '../../static/engine/crypto/passphrase.js';
import { isOneSlip, randomBelow, strayWords, suggestPassphrase } from '../../static/engine/crypto/words.js';

const ALPHABETS = { ru: /^[а-я]{3,8}$/, kk: /^[а-яәғқңөұүһі]{3,8}$/, en: /^[a-z]{3,8}$/ };

for (const [language, alphabet] of Object.entries(ALPHABETS)) {
  test(`the ${language} list has 2,048 words, without repeats, of its own alphabet`, async () => {
    const { default: words } = await import(`../../static/engine/crypto/words/${language}.js`);
    assert.equal(words.length, 2048);
    assert.equal(new Set(words).size, words.length);
    for (const word of words) {
      assert.match(word, alphabet);
      assert.equal(normaliseWords(word), word);
    }
  });

  test(`no word of the ${language} list is one slip away from another, and none is on the deny list`, async () => {
    const { default: words } = await import(`../../static/engine/crypto/words/${language}.js`);
    const denied = new Set(JSON.parse(readFileSync(new URL('../vectors/denied_words.json', import.meta.url), 'utf8'))[language]);
    assert.ok(denied.size > 200);
    for (const [i, word] of words.entries()) {
      assert.ok(!denied.has(hash(word)), word);
      for (let j = 0; j < i; j += 1) assert.ok(!isOneSlip(word, words[j]), `${word} ${words[j]}`);
    }
  });

  test(`a suggested ${language} passphrase is worth at least 64 bits in six words`, async () => {
    const { default: words } = await import(`../../static/engine/crypto/words/${language}.js`);
    const suggested = await suggestPassphrase(language);
    assert.ok(suggested.length * Math.log2(words.length) >= 64);
    assert.equal(suggested.length, 6);
    assert.ok(suggested.every((word) => words.includes(word)));
    assert.notDeepEqual(await suggestPassphrase(language), suggested);
  });
}

test('a language without a list gets English words', async () => {
  const { default: words } = await import('../../static/engine/crypto/words/en.js');
  assert.ok((await suggestPassphrase('xx')).every((word) => words.includes(word)));
});

test('the choice favours nothing', () => {
  const counts = new Array(10).fill(0);
  for (let i = 0; i < 20_000; i += 1) counts[randomBelow(10)] += 1;
  for (const count of counts) assert.ok(Math.abs(count - 2000) < 300, String(counts));
});

test('the deny list finds what it denies', () => {
  const denied = JSON.parse(readFileSync(new URL('../vectors/denied_words.json', import.meta.url), 'utf8'));
  assert.ok(denied.en.includes(hash('prison')));
  assert.ok(denied.ru.includes(hash('тюрьма')));
  assert.ok(denied.kk.includes(hash('түрме')));
});

test('a slip is one letter wrong, missing, too many, or two swapped', () => {
  for (const [a, b] of [['lamp', 'lamb'], ['lamp', 'lap'], ['lap', 'lamp'], ['lamp', 'lmap'], ['amp', 'lamp']]) assert.ok(isOneSlip(a, b), a + b);
  for (const [a, b] of [['lamp', 'lamp'], ['lamp', 'plum'], ['lamp', 'lampoo'], ['lamp', 'malp']]) assert.ok(!isOneSlip(a, b), a + b);
});

test('a mistyped word is told with the nearest of the list, a right one is not told at all', async () => {
  assert.deepEqual(await strayWords('Walnut  velvet'), []);
  assert.deepEqual(await strayWords('walnut velvte'), [{ word: 'velvte', near: ['velvet'] }]);
  assert.deepEqual(await strayWords(['walnut', 'qqqqqq']), [{ word: 'qqqqqq', near: [] }]);
  const { default: words } = await import('../../static/engine/crypto/words/kk.js');
  const long = words.find((word) => word.length === 8);
  const [stray] = await strayWords([...words.slice(0, 4), long.slice(1)]);
  assert.ok(stray.near.includes(long));
});

/** @param {string} word */
function hash(word) {
  return createHash('sha256').update(`aigaq/denied-word/1\n${word}`).digest('hex').slice(0, 16);
}
