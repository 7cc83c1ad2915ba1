// One recording with a fake recorder and a fake engine: order, good ends, and erasing.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { deviceProblem } from '../../static/app/capture/camera.js';
import { Take } from '../../static/app/capture/take.js';

class FakeTrack extends EventTarget {
  stopped = false;
  stop() { this.stopped = true; }
  getSettings() { return { width: 640, height: 480 }; }
}

class FakeRecorder extends EventTarget {
  state = 'inactive';
  start() { this.state = 'recording'; }
  pause() { this.state = 'paused'; }
  resume() { this.state = 'recording'; }
  frame(text) { this.dispatchEvent(Object.assign(new Event('dataavailable'), { data: new Blob([text]) })); }
  stop() {
    this.state = 'inactive';
    queueMicrotask(() => { this.frame('last'); this.dispatchEvent(new Event('stop')); });
  }
}

class FakeEngine {
  calls = [];
  frames = [];
  room = Infinity;
  async startMedium(channel, fields) { this.calls.push(['start', fields.kind]); return { id: 'medium:1' }; }
  async appendFrame(id, buffer) {
    if (this.frames.length >= this.room) throw Object.assign(new Error('full'), { code: 'storage-full' });
    this.frames.push(new TextDecoder().decode(buffer));
  }
  async finishMedium(id, fields) { this.calls.push(['finish', fields]); return { doc: { state: this.frames.length >= this.room ? 'interrupted' : 'complete' } }; }
  async interruptMedium() { this.calls.push(['interrupt']); }
}

async function begin(engine = new FakeEngine()) {
  const tracks = [new FakeTrack()];
  const stream = { getTracks: () => tracks, getVideoTracks: () => tracks };
  let recorder;
  class Recorder extends FakeRecorder { constructor() { super(); recorder = this; } }
  const clock = { now: 0 };
  const format = { mime: 'video/webm', audioBits: 1, videoBits: 1 };
  const take = await Take.start({ engine, stream, format, Recorder, channel: 'visit-1', fields: { kind: 'video' }, now: () => clock.now });
  const ended = new Promise((resolve) => take.addEventListener('end', (event) => resolve(event.detail)));
  return { take, engine, recorder, tracks, clock, ended };
}

test('the medium is sealed before the first frame, and frames keep their order', async () => {
  const { take, engine, recorder, tracks, clock, ended } = await begin();
  assert.deepEqual(engine.calls, [['start', 'video']]);
  recorder.frame('a');
  recorder.frame('b');
  clock.now = 2500;
  await take.keep();
  assert.deepEqual(engine.frames, ['a', 'b', 'last']);
  assert.deepEqual(engine.calls.at(-1), ['finish', { duration_ms: 2500, width: 640, height: 480 }]);
  assert.deepEqual(await ended, { reason: 'stopped', state: 'kept', duration: 2500 });
  assert.equal(tracks[0].stopped, true);
  assert.equal(take.bytes, 6);
});

test('a pause is not counted', async () => {
  const { take, clock } = await begin();
  clock.now = 1000;
  take.pause();
  clock.now = 60_000;
  assert.equal(take.elapsed, 1000);
  take.resume();
  clock.now = 61_500;
  assert.equal(take.elapsed, 2500);
});

test('a full tablet ends the recording well and keeps what was written', async () => {
  const engine = new FakeEngine();
  engine.room = 2;
  const { take, recorder, ended } = await begin(engine);
  for (const text of ['a', 'b', 'c', 'd']) recorder.frame(text);
  assert.equal((await ended).reason, 'storage-full');
  assert.equal(take.state, 'interrupted');
  assert.deepEqual(engine.frames, ['a', 'b']);
});

test('an unplugged microphone ends the recording and keeps it', async () => {
  const { engine, recorder, tracks, ended } = await begin();
  recorder.frame('a');
  tracks[0].dispatchEvent(new Event('ended'));
  assert.deepEqual(await ended, { reason: 'device-gone', state: 'kept', duration: 0 });
  assert.deepEqual(engine.frames, ['a', 'last']);
});

test('erasing writes no further frame and destroys the medium', async () => {
  const { take, engine, recorder } = await begin();
  recorder.frame('a');
  const destroyed = [];
  await take.erase(async (id) => { destroyed.push([id, take.state]); });
  assert.deepEqual(destroyed, [['medium:1', 'stopping']], 'it has not ended before it is destroyed');
  assert.equal(take.state, 'erased');
  assert.equal(engine.frames.includes('last'), false);
  assert.equal(engine.calls.some(([name]) => name === 'finish'), false);
});

test('an engine that cannot finish leaves an interrupted recording, and stopping twice ends once', async () => {
  const engine = new FakeEngine();
  engine.finishMedium = async () => { throw Object.assign(new Error('gone'), { code: 'unknown-medium' }); };
  const { take, ended } = await begin(engine);
  await Promise.all([take.keep(), take.keep()]);
  assert.equal((await ended).state, 'interrupted');
  assert.equal(engine.calls.filter(([name]) => name === 'interrupt').length, 1);
});

test('refusals of a device have one word each', () => {
  const problem = (name) => deviceProblem({ name });
  assert.equal(problem('NotAllowedError'), 'refused');
  assert.equal(problem('NotFoundError'), 'none');
  assert.equal(problem('NotReadableError'), 'busy');
  assert.equal(problem('SomethingElse'), 'failed');
});

test('what the system takes away for a while is told, and told again when it is back', async () => {
  const { take, tracks, recorder, engine } = await begin();
  const told = [];
  take.addEventListener('muted', (event) => told.push(event.detail));
  for (const muted of [true, true, false]) {
    tracks[0].muted = muted;
    tracks[0].dispatchEvent(new Event(muted ? 'mute' : 'unmute'));
  }
  assert.deepEqual(told, [true, false]);
  recorder.frame('a');
  await take.keep();
  assert.deepEqual(engine.frames, ['a', 'last']);
  tracks[0].muted = true;
  tracks[0].dispatchEvent(new Event('mute'));
  assert.deepEqual(told, [true, false]); // It is over: nobody is told any more.
});
