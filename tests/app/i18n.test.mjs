import assert from 'node:assert/strict';
import { test } from 'node:test';
import { formatBytes, formatDate, formatDuration, LANGUAGES, multi, pickLanguage, translate } from '../../static/app/i18n.js';
import { strings } from '../../static/app/strings/index.js';

const sample = {
  forms: { ru: { one: '{n} форма', few: '{n} формы', many: '{n} форм', other: '{n} формы' }, kk: { other: '{n} нысан' }, en: { one: '{n} form', other: '{n} forms' } },
  hello: { ru: 'Здравствуйте, {name}', kk: 'Сәлеметсіз бе, {name}', en: 'Hello, {name}' },
  onlyRussian: { ru: 'слово' },
};

test('Russian takes the form that the number asks for', () => {
  const say = (n) => translate(sample, 'ru', 'forms', { n });
  assert.deepEqual([1, 2, 5, 11, 21, 22, 112, 0].map(say), ['1 форма', '2 формы', '5 форм', '11 форм', '21 форма', '22 формы', '112 форм', '0 форм']);
});

test('Kazakh has one form after a number, English two', () => {
  assert.equal(translate(sample, 'kk', 'forms', { n: 1 }), '1 нысан');
  assert.equal(translate(sample, 'kk', 'forms', { n: 34 }), '34 нысан');
  assert.equal(translate(sample, 'en', 'forms', { n: 1 }), '1 form');
  assert.equal(translate(sample, 'en', 'forms', { n: 0 }), '0 forms');
});

test('a missing language falls back to Russian and a missing key shows itself', () => {
  assert.equal(translate(sample, 'en', 'onlyRussian'), 'слово');
  assert.equal(translate(sample, 'en', 'no.such.key'), 'no.such.key');
});

test('what is put into a text is not read as a template again', () => {
  assert.equal(translate(sample, 'en', 'hello', { name: '{name} $& <b>' }), 'Hello, {name} $& <b>');
});

test('large numbers are grouped as the language groups them', () => {
  assert.match(translate(sample, 'ru', 'forms', { n: 3012 }), /^3\s012 форм$/u);
  assert.equal(translate(sample, 'en', 'forms', { n: 3012 }), '3,012 forms');
});

test('the first of the wished languages that the app speaks is taken', () => {
  assert.equal(pickLanguage(['de-DE', 'kk-KZ', 'ru']), 'kk');
  assert.equal(pickLanguage(['fr']), 'ru');
});

test('multi falls back: asked, Russian, first present', () => {
  assert.equal(multi({ ru: 'а', kk: 'ә' }, 'kk'), 'ә');
  assert.equal(multi({ ru: 'а' }, 'en'), 'а');
  assert.equal(multi({ fr: 'é' }, 'en'), 'é');
  assert.equal(multi(null, 'en'), '');
});

test('a calendar date does not move with the time zone', () => {
  assert.equal(formatDate('2026-11-22', 'en', { day: 'numeric', month: 'long' }), 'November 22');
  assert.equal(formatDate('2026-11-22', 'ru', { day: 'numeric', month: 'long' }), '22 ноября');
  assert.equal(formatDate('not a date', 'ru'), 'not a date');
});

test('Kazakh dates do not lean on the browser, which may have no Kazakh', () => {
  assert.equal(formatDate('2026-11-22', 'kk'), '2026 ж. 22 қараша');
  assert.equal(formatDate('2026-11-22', 'kk', { day: 'numeric', month: 'long' }), '22 қараша');
  assert.equal(formatDate('2027-01-01', 'kk', { day: 'numeric', month: 'short', year: 'numeric' }), '2027 ж. 1 қаң.');
  assert.equal(formatDate('2026-11-22', 'kk', { month: 'long', year: 'numeric' }), '2026 ж. қараша');
  assert.equal(formatDate('2026-11-22', 'kk', { weekday: 'long', day: 'numeric', month: 'long' }), '22 қараша, жексенбі');
});

test('lengths and sizes are written for people', () => {
  assert.equal(formatDuration(257_000), '04:17');
  assert.equal(formatDuration(3_725_000), '1:02:05');
  assert.match(formatBytes(2.1 * 1024 ** 3, 'ru'), /^2,1 ГБ$/u);
  assert.equal(formatBytes(0, 'en'), '0 B');
});

test('every string of the app stands in all languages, with the same places to fill', () => {
  const faults = [];
  for (const [key, entry] of Object.entries(strings)) {
    const fills = new Set();
    for (const language of LANGUAGES) {
      const form = entry[language];
      if (form === undefined) faults.push(`${key}: no ${language}`);
      const texts = typeof form === 'string' ? [form] : Object.values(form ?? {});
      if (texts.some((text) => !text.trim())) faults.push(`${key}: empty ${language}`);
      if (form && typeof form !== 'string' && form.other === undefined) faults.push(`${key}: ${language} has no "other"`);
      fills.add(JSON.stringify([...new Set(texts.flatMap((text) => text.match(/\{\w+\}/g) ?? []))].filter((name) => name !== '{n}').sort()));
    }
    if (fills.size > 1) faults.push(`${key}: places differ ${[...fills].join(' ')}`);
  }
  assert.deepEqual(faults, []);
});

test('one word for one thing: what is sealed is called so everywhere, and a form has one name', () => {
  const texts = (language) => Object.entries(strings).flatMap(([key, entry]) => {
    const form = entry[language];
    return (typeof form === 'string' ? [form] : Object.values(form)).map((text) => [key, text]);
  });
  for (const key of ['deliver.sealed', 'deliver.step.sealed', 'onsite.step.sealed']) {
    assert.match(strings[key].ru, /^запечатано$/i, key);
    assert.match(strings[key].kk, /^мөрленді$/i, key);
  }
  assert.deepEqual(texts('kk').filter(([, text]) => /форма/i.test(text)), []);
});
