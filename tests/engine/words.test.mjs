// The lists of passphrase words, and the choice from them.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { normaliseWords } from '../../static/engine/crypto/passphrase.js';
import { randomBelow, suggestPassphrase } from '../../static/engine/crypto/words.js';

const ALPHABETS = { ru: /^[а-я]{3,8}$/, kk: /^[а-яәғқңөұүһі]{3,8}$/, en: /^[a-z]{3,8}$/ };

for (const [language, alphabet] of Object.entries(ALPHABETS)) {
  test(`the ${language} list is long enough, without repeats, of its own alphabet`, async () => {
    const { default: words } = await import(`../../static/engine/crypto/words/${language}.js`);
    assert.ok(words.length >= 900, String(words.length));
    assert.equal(new Set(words).size, words.length);
    for (const word of words) {
      assert.match(word, alphabet);
      assert.equal(normaliseWords(word), word);
    }
  });

  test(`a suggested ${language} passphrase is worth at least 64 bits in at most seven words`, async () => {
    const { default: words } = await import(`../../static/engine/crypto/words/${language}.js`);
    const suggested = await suggestPassphrase(language);
    assert.ok(suggested.length * Math.log2(words.length) >= 64);
    assert.ok(suggested.length <= 7);
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
