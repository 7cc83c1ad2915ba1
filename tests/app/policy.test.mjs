// The recording policy, the formats, and what stands before a recording.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { chooseFormat, minutesLeft, recorderOptions } from '../../static/app/capture/format.js';
import { allowForVisit, childAgreed, recordingObstacle, recordingPolicy } from '../../static/app/capture/policy.js';

const ALL = { photo: 'allowed', audio: 'allowed', video: 'allowed' };
const NONE = { photo: 'forbidden', audio: 'forbidden', video: 'forbidden' };
const sources = (visit, facility, facilityType) => ({ visit, facility, facilityType });

test('recording is off until a rule is set', () => {
  for (const kind of ['photo', 'audio', 'video', 'appeal']) {
    assert.deepEqual(recordingPolicy(kind, sources(null, null, undefined)), { allowed: false, from: 'unset' });
  }
});

test('the visit overrides the facility, the facility overrides its type', () => {
  assert.deepEqual(recordingPolicy('audio', sources(null, null, ALL)), { allowed: true, from: 'type' });
  assert.deepEqual(recordingPolicy('audio', sources(null, NONE, ALL)), { allowed: false, from: 'facility' });
  assert.deepEqual(recordingPolicy('audio', sources({ audio: true }, NONE, NONE)), { allowed: true, from: 'visit' });
  assert.deepEqual(recordingPolicy('audio', sources({ audio: false }, ALL, ALL)), { allowed: false, from: 'visit' });
  assert.deepEqual(recordingPolicy('audio', sources({ photo: true }, null, ALL)), { allowed: true, from: 'type' });
});

test('an appeal follows the rule for video, a sketch needs none', () => {
  assert.equal(recordingPolicy('appeal', sources(null, null, { ...ALL, video: 'forbidden' })).allowed, false);
  assert.equal(recordingPolicy('appeal', sources({ video: true }, NONE, NONE)).allowed, true);
  assert.equal(recordingPolicy('sketch', sources(null, NONE, NONE)).allowed, true);
});

test('a child is recorded only where this very visit allows it', () => {
  assert.deepEqual(recordingPolicy('audio', sources(null, ALL, ALL), { child: true }), { allowed: false, from: 'child' });
  assert.deepEqual(recordingPolicy('audio', sources({ audio: false }, ALL, ALL), { child: true }), { allowed: false, from: 'visit' });
  assert.deepEqual(recordingPolicy('audio', sources({ audio: true }, NONE, NONE), { child: true }), { allowed: true, from: 'visit' });
});

test('allowing one kind for a visit leaves the others as they are', () => {
  const before = sources(null, { photo: 'allowed', audio: 'forbidden', video: 'forbidden' }, NONE);
  assert.deepEqual(allowForVisit('appeal', before), { photo: true, audio: false, video: true });
});

test('policy comes before the person, the person before consent', () => {
  const verdict = { allowed: true, from: 'type' };
  const ask = (patch) => recordingObstacle({ kind: 'audio', verdict, interview: true, consents: { interview: null, recording: null }, ...patch });
  assert.equal(ask({ verdict: { allowed: false, from: 'unset' } }), 'policy');
  assert.equal(ask({ kind: 'appeal', interview: false }), 'person');
  assert.equal(ask({ interview: false }), null);
  assert.equal(ask({}), 'consent');
  assert.equal(ask({ consents: { interview: true, recording: null } }), 'consent');
  assert.equal(ask({ consents: { interview: true, recording: false } }), 'declined');
  assert.equal(ask({ consents: { interview: false, recording: true } }), 'declined');
  assert.equal(ask({ consents: { interview: true, recording: true } }), null);
  assert.equal(ask({ childPending: true, consents: { interview: true, recording: true } }), 'child');
});

test('a child has agreed with its adult, or with a reason why none was asked', () => {
  assert.equal(childAgreed(null), false);
  assert.equal(childAgreed({ assent: true, adult_consent: false, why_none: '  ' }), false);
  assert.equal(childAgreed({ assent: false, adult_consent: true, why_none: '' }), false);
  assert.equal(childAgreed({ assent: true, adult_consent: true, why_none: '' }), true);
  assert.equal(childAgreed({ assent: true, adult_consent: false, why_none: 'could harm the child' }), true);
});

test('the first format that the browser takes is used, with key frames every second for film', () => {
  const safari = (mime) => mime.includes('mp4');
  assert.equal(chooseFormat('audio', () => true)?.mime, 'audio/webm;codecs=opus');
  assert.equal(chooseFormat('audio', safari)?.mime, 'audio/mp4;codecs=mp4a.40.2');
  assert.match(chooseFormat('appeal', safari)?.mime ?? '', /^video\/mp4/);
  assert.equal(chooseFormat('video', () => false), null);
  assert.equal(recorderOptions(chooseFormat('video', () => true)).videoKeyFrameIntervalDuration, 1000);
  assert.equal('videoBitsPerSecond' in recorderOptions(chooseFormat('audio', () => true)), false);
});

test('the minutes left follow what the recording really takes', () => {
  const format = { mime: 'audio/webm', audioBits: 48_000, videoBits: 0 };
  assert.equal(minutesLeft(null, format), null);
  assert.equal(minutesLeft(360_000, format), 1);
  assert.equal(minutesLeft(360_000, format, { bytes: 60_000, ms: 20_000 }), 2);
  assert.equal(minutesLeft(360_000, format, { bytes: 60_000, ms: 2000 }), 1);
});
