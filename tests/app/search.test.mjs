import assert from 'node:assert/strict';
import { test } from 'node:test';
import { find, foldLook, foldSound, score, searchKeys } from '../../static/app/facilities/search.js';

const facility = (name, codes = [], aliases = []) => ({ name, codes, aliases });
const colony = facility({ ru: 'Учреждение № 66 «Тасты-Көл»', kk: '№ 66 мекеме «Тасты-Көл»', en: 'Facility No 66 Tasty-Kol' }, ['АК-159/7'], ['Шестёрка']);
const other = facility({ ru: 'Учреждение № 166', kk: '№ 166 мекеме', en: 'Facility No 166' }, ['АК-159/71'], []);
const karaganda = facility({ ru: 'СИЗО г. Караганды', kk: 'Қарағанды қ. тергеу изоляторы', en: 'Qaraghandy remand centre' }, ['ЛА-155/8'], []);
const zhambyl = facility({ ru: 'ИВС г. Жамбыл', kk: 'Жамбыл қ. уақытша ұстау изоляторы', en: 'Jambyl temporary detention' }, [], []);
const all = [other, karaganda, zhambyl, colony];
const search = (query) => find(all, searchKeys, query);
const first = (query) => search(query)[0];

test('case and ё do not matter', () => {
  assert.equal(first('шестерка'), colony);
  assert.equal(first('ШЕСТЁРКА'), colony);
});

test('a former code is found with and without its signs', () => {
  for (const query of ['АК-159/7', 'ак 159/7', 'ак1597', 'АК—159/7', '159/7']) assert.equal(first(query), colony, query);
});

test('a code typed with Latin letters that look alike is found', () => {
  assert.equal(first('AK-159/7'), colony);
  assert.equal(first('LA-155/8'), karaganda);
});

test('a number is itself, not a part of a longer one', () => {
  assert.deepEqual(search('66'), [colony]);
  assert.equal(first('№66'), colony);
  assert.equal(first('№ 66'), colony);
});

test('Kazakh letters may be typed as Russian ones, or in Latin', () => {
  for (const query of ['тасты-кол', 'Тасты Көл', 'tasty kol', 'tastykol']) assert.equal(first(query), colony, query);
  for (const query of ['қарағанды', 'караганды', 'Karagandy', 'Qaraghandy', 'qaragandy']) assert.equal(first(query), karaganda, query);
  for (const query of ['жамбыл', 'zhambyl', 'Jambyl']) assert.equal(first(query), zhambyl, query);
});

test('every word has to be found, in any order', () => {
  assert.equal(first('изолятор карағанды'), karaganda);
  assert.deepEqual(search('тасты караганды'), []);
});

test('nothing but signs keeps the whole list', () => {
  assert.deepEqual(search(' № '), all);
  assert.deepEqual(search(''), all);
});

test('the folds are stable', () => {
  assert.equal(foldSound('Қарағанды'), foldSound('Qaraghandy'));
  assert.equal(foldLook('АК-159'), 'ak-159');
  assert.equal(score(searchKeys(colony), 'вентиляция'), 0);
});

test('an article in several languages is shown in the reader’s and found in any', async () => {
  const { ArticleSearch, articlesOf } = await import('../../static/app/library/articles.js');
  const doc = { _id: 'library:mandela', text_lang: 'ru', articles: [
    { id: '44', heading: { ru: 'Одиночное заключение', en: 'Solitary confinement' }, text: { ru: '22 часа', en: '22 hours' }, themes: ['solitary'] },
    { id: '23', heading: 'Прогулка', text: 'Час в день', themes: [] },
  ] };
  const articles = articlesOf([{ doc }], 'en');
  assert.deepEqual(articles.map(({ heading, lang }) => [heading, lang]), [['44. Solitary confinement', 'en'], ['23. Прогулка', 'ru']]);
  const search = new ArticleSearch(articles);
  for (const query of ['solitary', 'одиночное']) assert.deepEqual(search.find(query).map(({ norm }) => norm), ['mandela/44']);
});

test('an article is named by its number and heading, and its number is said once', async () => {
  const { headingOf } = await import('../../static/app/library/articles.js');
  assert.equal(headingOf('44', 'Дисциплина'), '44. Дисциплина');
  assert.equal(headingOf('12-1', 'Статья 12-1. Право на жалобу'), 'Статья 12-1. Право на жалобу');
  assert.equal(headingOf('preparation', 'Подготовка'), 'Подготовка');
  assert.equal(headingOf('7', ''), '7');
});
