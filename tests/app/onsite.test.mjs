// The timeline and where the visit stands: what is shown, and above all what is not.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { dayOf } from '../../static/app/capture/day.js';
import { recentPlaces } from '../../static/app/capture/places.js';
import { byDay, filterEntries, timelineEntries } from '../../static/app/onsite/entries.js';
import { admissions, formProgress, presence, verifications, withoutSummary } from '../../static/app/onsite/standing.js';

const ZONE = 'Asia/Almaty';
const reading = (doc, more = {}) => ({ doc: { created_by: 'ME', ...doc }, erased: false, ...more });
const at = (time, day = '2026-11-22') => `${day}T${time}:00.000Z`;

test('entries stand newest first, days and interviews apart', () => {
  const entries = timelineEntries([
    reading({ _id: 'n1', type: 'note', text: 'a', at: at('05:00') }),
    reading({ _id: 'n2', type: 'note', text: 'b', at: at('06:00') }),
    reading({ _id: 'n0', type: 'note', text: 'c', at: at('06:00', '2026-11-21') }),
    reading({ _id: 'i1', type: 'interview', handle: 'Б-1', day: '2026-11-22', created_at: at('05:30') }),
  ], ZONE);
  assert.deepEqual(entries.map((entry) => entry.id), ['n2', 'n1', 'i1', 'n0']);
  const days = byDay(entries);
  assert.deepEqual(days.map(({ day }) => day), ['2026-11-22', '2026-11-21']);
  assert.deepEqual(days[0].untimed.map((entry) => entry.id), ['i1']);
});

test('the timeline never tells when or where an interview was', () => {
  const talks = (order) => timelineEntries(order, ZONE).filter((entry) => entry.at === null);
  const note = reading({ _id: 'n1', type: 'note', text: 'a', place: 'Корпус 2', at: at('05:00') });
  const first = reading({ _id: 'i1', type: 'interview', handle: 'Б-2', day: '2026-11-22', place: 'Корпус 2', created_at: at('04:00') });
  const second = reading({ _id: 'i2', type: 'interview', handle: 'Б-10', day: '2026-11-22', created_at: at('03:00') });
  const recording = reading({ _id: 'm1', type: 'medium', kind: 'audio', interview: 'i1', place: 'Корпус 2', at: at('04:30') });
  const found = talks([note, second, recording, first]);
  assert.deepEqual(found.map((entry) => entry.id), ['i1', 'm1', 'i2']);
  for (const entry of found) {
    assert.equal(entry.at, null);
    assert.equal(entry.place, null);
  }
  assert.deepEqual(talks([first, recording, note, second]).map((entry) => entry.id), found.map((entry) => entry.id));
});

test('photos of one thing in a row are one entry', () => {
  const photo = (id, time, more = {}) => reading({ _id: id, type: 'medium', kind: 'photo', caption: 'окно', place: 'Корпус 2', at: at(time), ...more });
  const entries = timelineEntries([photo('p1', '05:00'), photo('p2', '05:01'), photo('p3', '05:30'), photo('p4', '05:31', { caption: 'дверь' }), photo('p5', '05:32', { created_by: 'ASEL' })], ZONE);
  assert.deepEqual(entries.map((entry) => entry.ids), [['p5'], ['p4'], ['p3'], ['p2', 'p1']]);
});

test('a flag of a form is an entry of its own, and sign-offs are none', () => {
  const entries = timelineEntries([
    reading({ _id: 's1', type: 'submission', updated_at: at('05:00'), flags: [{ path: '/a', label: { ru: 'x' } }, { path: '/b', label: { ru: 'y' } }] }),
    reading({ _id: 'e1', type: 'event', kind: 'signoff', at: at('06:00') }),
  ], ZONE);
  assert.deepEqual(entries.map((entry) => [entry.kind, entry.flag.path]), [['flag', '/a'], ['flag', '/b']]);
});

test('a filter by theme takes its narrower themes along', () => {
  const entries = timelineEntries([
    reading({ _id: 'n1', type: 'note', text: 'a', theme: 'hygiene', at: at('05:00') }),
    reading({ _id: 'n2', type: 'note', text: 'b', theme: 'staff', at: at('06:00'), created_by: 'ASEL' }),
  ], ZONE);
  const parentOf = (id) => (id === 'hygiene' ? 'conditions' : null);
  assert.deepEqual(filterEntries(entries, { theme: 'conditions' }, parentOf).map((entry) => entry.id), ['n1']);
  assert.deepEqual(filterEntries(entries, { author: 'ASEL' }, parentOf).map((entry) => entry.id), ['n2']);
  assert.equal(filterEntries(entries, { kind: 'photo' }, parentOf).length, 0);
});

const event = (kind, time, data = {}, by = 'ME') => reading({ _id: `e${kind}${time}`, type: 'event', kind, at: at(time), data, created_by: by });

test('coming and going is one person’s, access is the group’s', () => {
  const events = [event('arrival', '04:00'), event('access', '04:10', { access: 'full' }, 'ASEL'), event('departure', '05:00'), event('arrival', '06:00')];
  assert.equal(presence(events, 'ME').inside, true);
  assert.equal(presence(events.slice(0, 3), 'ME').inside, false);
  assert.equal(presence(events, 'ASEL').arrival, null);
  assert.equal(presence(events, 'ME').access.data.access, 'full');
});

test('the latest word on a person, a device or a recommendation holds, the others stay', () => {
  const events = [event('admission', '04:00', { subject: 'device', who: 'T', admitted: false }), event('admission', '05:00', { subject: 'device', who: 'T', admitted: true }),
    event('verification', '05:00', { recommendation: 'r1', status: 'not' }), event('verification', '06:00', { recommendation: 'r1', status: 'partly' })];
  assert.equal(admissions(events).get('device/T').data.admitted, true);
  assert.deepEqual(verifications(events).get('r1').map((doc) => doc.data.status), ['not', 'partly']);
});

test('before leaving, only own sealed items without words are named', () => {
  const { interviews, recordings } = withoutSummary([
    reading({ _id: 'i1', type: 'interview', summary: ' ' }), reading({ _id: 'i2', type: 'interview', summary: 'said' }),
    reading({ _id: 'i3', type: 'interview', summary: '', created_by: 'ASEL' }), reading({ _id: 'i4', type: 'interview', summary: '' }, { erased: true }),
    reading({ _id: 'm1', type: 'medium', kind: 'audio', state: 'complete' }), reading({ _id: 'm2', type: 'medium', kind: 'audio', caption: 'yard', state: 'complete' }),
    reading({ _id: 'm3', type: 'medium', kind: 'photo', state: 'complete' }), reading({ _id: 'm4', type: 'medium', kind: 'audio', interview: 'i2', state: 'complete' }),
  ], 'ME');
  assert.deepEqual(interviews.map((doc) => doc._id), ['i1']);
  assert.deepEqual(recordings.map((doc) => doc._id), ['m1']);
});

test('forms of this facility type are listed, and any that somebody has begun', () => {
  const form = (id, types) => reading({ _id: id, type: 'form', facility_types: types });
  const progress = formProgress([form('f1', []), form('f2', ['sizo']), form('f3', ['ivs'])], [
    reading({ _id: 's1', form: 'f1', complete: true }), reading({ _id: 's2', form: 'f1', complete: false }), reading({ _id: 's3', form: 'f3', created_by: 'ASEL' }),
  ], 'colony', 'ME');
  assert.deepEqual(progress.map(({ form: { _id }, own, others }) => [_id, own?._id ?? null, others.length]), [['f1', 's2', 0], ['f3', null, 1]]);
});

test('a day is the day of the place', () => {
  assert.equal(dayOf('2026-11-22T20:30:00.000Z', ZONE), '2026-11-23');
  assert.equal(dayOf('2026-11-22T20:30:00.000Z', 'UTC'), '2026-11-22');
  assert.equal(dayOf('nonsense', ZONE), '');
  assert.match(dayOf('2026-11-22T12:00:00.000Z', 'No/Such_Zone'), /^\d{4}-\d\d-\d\d$/);
});

test('places of the visit come back once each, the latest first', () => {
  const place = (name) => ({ doc: { place: name } });
  assert.deepEqual(recentPlaces([place('A'), place('B'), place(''), place('A '), place(null)]), ['A', 'B']);
});
