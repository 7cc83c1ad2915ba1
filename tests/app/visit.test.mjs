import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stepOf } from '../../static/app/home/step.js';
import { briefId, daysBetween, visitDay, visitId, visitState } from '../../static/app/visit/days.js';
import { formsFor, readiness } from '../../static/app/visit/readiness.js';

const NOW = new Date(2026, 10, 22, 9, 40);
const visit = { from: '2026-11-22', to: '2026-11-23', status: 'planned' };

test('a visit knows its day and its state', () => {
  assert.deepEqual(visitDay(visit, NOW), { day: 1, days: 2 });
  assert.deepEqual(visitDay({ from: '2026-11-20', to: '2026-11-21' }, NOW), { day: 0, days: 2 });
  assert.equal(visitState(visit, NOW), 'now');
  assert.equal(visitState({ ...visit, from: '2026-11-23' }, NOW), 'coming');
  assert.equal(visitState({ ...visit, from: '2026-11-19', to: '2026-11-21' }, NOW), 'unfinished');
  assert.equal(visitState({ ...visit, status: 'closed' }, NOW), 'closed');
  assert.equal(daysBetween('2026-10-24', '2026-10-26'), 2);
});

test('the ids of a channel are its ULID in upper case', () => {
  assert.equal(visitId('visit-01ktoday'), 'visit:01KTODAY');
  assert.equal(briefId('visit-01ktoday'), 'brief:01KTODAY');
});

test('a visit opens at the step where the work stands', () => {
  const kinds = (...names) => new Set(names);
  assert.equal(stepOf({ state: 'coming', kinds: kinds() }), 'prepare');
  assert.equal(stepOf({ state: 'now', kinds: kinds() }), 'onsite');
  assert.equal(stepOf({ state: 'now', kinds: kinds('arrival', 'departure') }), 'wrapup');
  assert.equal(stepOf({ state: 'unfinished', kinds: kinds('arrival') }), 'wrapup');
  assert.equal(stepOf({ state: 'unfinished', kinds: kinds('signoff') }), 'deliver');
});

const good = {
  brief: true, forms: 3, offline: 'ready', wordsTypedAt: '2026-11-22T05:00:00.000Z', now: Date.parse('2026-11-22T06:00:00.000Z'),
  needs: { camera: true, microphone: true }, devices: 'ok', battery: 0.8, checks: { storage: 'ok', secret: false, installed: true, browser: 'ios' },
};
const open = (facts) => readiness(facts).filter((point) => point.blocks).map(({ name }) => name);

test('a tablet is ready only when every point is known to be true', () => {
  assert.deepEqual(open(good), []);
  assert.deepEqual(open({ ...good, brief: false }), ['pack']);
  assert.deepEqual(open({ ...good, forms: 0 }), ['pack']);
  assert.deepEqual(open({ ...good, offline: 'unknown' }), ['offline']);
  assert.deepEqual(open({ ...good, wordsTypedAt: null }), ['words']);
  assert.deepEqual(open({ ...good, wordsTypedAt: '2026-11-21T05:59:59.000Z' }), ['words']);
  assert.deepEqual(open({ ...good, wordsTypedAt: '2026-11-23T06:00:00.000Z' }), ['words'], 'under a wrong clock');
  assert.deepEqual(open({ ...good, wordsTypedAt: 'never' }), ['words']);
  assert.deepEqual(open({ ...good, devices: 'untried' }), ['devices']);
  assert.deepEqual(open({ ...good, devices: 'bad' }), ['devices']);
  assert.deepEqual(open({ ...good, battery: 0.3 }), ['battery']);
  assert.deepEqual(open({ ...good, checks: { ...good.checks, storage: 'bad' } }), ['storage']);
  assert.deepEqual(open({ ...good, checks: { ...good.checks, secret: true } }), ['storage']);
  assert.deepEqual(open({ ...good, checks: { ...good.checks, installed: false } }), ['install']);
});

test('what may not be used and what is not told is no obstacle', () => {
  assert.deepEqual(open({ ...good, needs: { camera: false, microphone: false }, devices: 'untried' }), []);
  assert.deepEqual(open({ ...good, checks: null }), []);
  assert.deepEqual(open({ ...good, checks: { ...good.checks, installed: false, browser: 'android' } }), []);
  assert.deepEqual(readiness({ ...good, battery: null }).map(({ name }) => name), ['pack', 'offline', 'words', 'devices']);
});

test('forms are those of the type, and those for all types', () => {
  const forms = [{ doc: { _id: 'a', facility_types: [] } }, { doc: { _id: 'b', facility_types: ['colony'] } }, { doc: { _id: 'c', facility_types: ['hospital'] } }];
  assert.deepEqual(formsFor(forms, 'colony').map(({ doc }) => doc._id), ['a', 'b']);
});
