import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accessOf, checkVisit, flagsWithoutFinding, uncombined } from '../../static/app/wrapup/checks.js';
import { combine, deadlineAfter, emptyFinding, findingFrom } from '../../static/app/wrapup/finding_fields.js';
import { missing, teamState } from '../../static/app/wrapup/team.js';

const SOUND = {
  brief: { recommendations: [{ id: 'recommendation:old', text: 'Старая рекомендация' }] },
  findings: [{ _id: 'finding:a', status: 'final', sources: ['held', 'observation'], evidence: ['note:a'], norms: ['mandela/13'] }],
  recommendations: [{ _id: 'recommendation:a', text: 'Администрации учреждения установить в камерах корпуса 2 ночное освещение.', findings: ['finding:a'], addressee: 'x', deadline: '2027-02-22' }],
  interviews: [{ _id: 'interview:a', summary: 'Света нет с десяти вечера.' }],
  submissions: [{ _id: 'submission:a', complete: true, flags: [] }],
  events: [
    { kind: 'access', data: { access: 'full' } },
    { kind: 'verification', data: { recommendation: 'recommendation:old', status: 'implemented' } },
  ],
  conflicts: [],
};
const codes = (change) => checkVisit({ ...SOUND, ...change }).map((check) => check.code);

test('a complete visit raises no question', () => {
  assert.deepEqual(codes({}), []);
});

test('an empty visit is asked for everything a report needs', () => {
  const empty = { brief: SOUND.brief, findings: [], recommendations: [], interviews: [], submissions: [], events: [], conflicts: [] };
  assert.deepEqual(checkVisit(empty).map((check) => check.code), ['no-access', 'not-verified', 'no-interviews', 'no-findings']);
});

test('a talk with a child says who agreed and who was there', () => {
  const child = (/** @type {any} */ change) => codes({ interviews: [{ ...SOUND.interviews[0], child: { assent: true, adult_consent: true, why_none: '', present: 'психолог', ...change } }] });
  assert.deepEqual(child({}), []);
  assert.deepEqual(child({ adult_consent: false, why_none: 'опекун в конфликте интересов' }), []);
  assert.deepEqual(child({ adult_consent: false, why_none: ' ' }), ['child-rules']);
  assert.deepEqual(child({ assent: false }), ['child-rules']);
  assert.deepEqual(child({ present: '' }), ['child-rules']);
});

test('each weakness has a check of its own', () => {
  const finding = (change) => ({ findings: [{ ...SOUND.findings[0], ...change }] });
  const recommendation = (change) => ({ recommendations: [{ ...SOUND.recommendations[0], ...change }] });
  assert.deepEqual(codes(finding({ sources: ['held'] })), ['one-source']);
  assert.deepEqual(codes(finding({ sources: [] })), ['no-source']);
  assert.deepEqual(codes(finding({ evidence: [] })), ['no-evidence']);
  assert.deepEqual(codes(finding({ evidence: [], combines: ['finding:b'] })), []);
  assert.deepEqual(codes(finding({ norms: [] })), ['no-norm']);
  assert.deepEqual(codes(finding({ status: 'draft' })), ['no-findings', 'draft-findings']);
  assert.deepEqual(codes({ recommendations: [] }), ['finding-alone', 'no-recommendations']);
  assert.deepEqual(codes(recommendation({ addressee: null, addressee_name: ' ' })), ['no-addressee']);
  assert.deepEqual(codes(recommendation({ addressee: null, addressee_name: 'Акимат' })), []);
  assert.deepEqual(codes(recommendation({ deadline: null })), ['no-deadline']);
  assert.deepEqual(codes(recommendation({ text: 'Улучшить условия' })), ['vague']);
  assert.deepEqual(codes(recommendation({ text: 'старая  РЕКОМЕНДАЦИЯ!' })), ['vague', 'repeated-text']);
  assert.deepEqual(codes(recommendation({ text: 'старая  РЕКОМЕНДАЦИЯ!', repeats: 'recommendation:old' })), ['vague']);
  assert.deepEqual(codes({ interviews: [{ _id: 'interview:a', summary: ' ' }] }), ['no-summary']);
  assert.deepEqual(codes({ submissions: [{ _id: 'submission:a', complete: false }] }), ['open-forms']);
  assert.deepEqual(codes({ conflicts: ['note:a'] }), ['conflicts']);
  assert.deepEqual(codes({ interviews: [], events: [...SOUND.events, { kind: 'access', data: { access: 'refused' } }] }), []);
});

test('the last word on access counts', () => {
  assert.equal(accessOf([]), null);
  assert.equal(accessOf([{ kind: 'access', data: { access: 'refused' } }, { kind: 'access', data: { access: 'partial' } }]), 'partial');
});

test('a flag is left until a finding takes up this very flag', () => {
  const submissions = [{ _id: 'submission:a', flags: [{ path: '/data/x', norm: 'mandela/44', label: {} }, { path: '/data/y', norm: 'mandela/23', label: {} }] }];
  const findings = [{ rule: { submission: 'submission:a', path: '/data/x' } }];
  assert.deepEqual(flagsWithoutFinding(submissions, findings).map((flag) => flag.path), ['/data/y']);
  assert.equal(flagsWithoutFinding(submissions, [{ rule: { submission: 'submission:b', path: '/data/x' } }]).length, 2);
});

test('combining keeps every source, norm, text and the severest grade, and names the originals', () => {
  const one = { ...emptyFinding(), _id: 'finding:1', title: 'Нет света', text: 'Первый', severity: 'low', sources: ['held'], evidence: ['note:1'], norms: ['mandela/13'], theme: 'light' };
  const two = { ...emptyFinding(), _id: 'finding:2', title: 'Темно', text: 'Второй', severity: 'high', sources: ['held', 'observation'], evidence: ['note:2'], norms: ['mandela/14'], theme: 'light', place: 'Корпус 2' };
  const whole = combine([one, two], ['low', 'medium', 'high', 'critical']);
  assert.deepEqual(whole.sources, ['held', 'observation']);
  assert.deepEqual(whole.norms, ['mandela/13', 'mandela/14']);
  assert.deepEqual(whole.combines, ['finding:1', 'finding:2']);
  assert.equal(whole.severity, 'high');
  assert.equal(whole.text, 'Первый\n\nВторой');
  assert.equal(whole.place, 'Корпус 2');
  assert.deepEqual(uncombined([one, two, { ...whole, _id: 'finding:3' }]).map((finding) => finding._id), ['finding:3']);
});

test('a finding made from a flag rests on its submission', () => {
  const finding = findingFrom({ rule: { submission: 'submission:a', path: '/data/x' }, norms: ['mandela/44'], title: 'T', text: undefined });
  assert.deepEqual(finding.evidence, ['submission:a']);
  assert.equal(finding.text, '');
});

test('a deadline falls on the last day where the month is shorter', () => {
  assert.equal(deadlineAfter('2026-11-22'), '2027-02-22');
  assert.equal(deadlineAfter('2026-11-30'), '2027-02-28');
  assert.equal(deadlineAfter('2026-12-31', 2), '2027-02-28');
});

test('the leader sees who finished, who is silent and who had no tablet', () => {
  const visit = { team: [{ person: 'L' }, { person: 'A' }, { person: 'B' }, { person: 'C' }, { person: 'D' }] };
  const reading = (created_by, doc, delivered = true) => ({ doc: { type: 'note', created_by, ...doc }, delivered });
  const team = teamState(visit, [
    reading('L', {}, false), reading('A', {}), reading('A', { type: 'event', kind: 'finished', data: {} }), reading('D', {}),
    reading('L', { type: 'event', kind: 'no_tablet', data: { person: 'C' } }, false),
  ], 'L');
  assert.deepEqual(team.map((member) => member.state), ['delivering', 'finished', 'silent', 'no-tablet', 'delivering']);
  assert.equal(team[0].waiting, 2);
  assert.deepEqual(missing(team), ['B', 'C', 'D']);
});
