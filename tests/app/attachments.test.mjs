// Pictures of a form: what was opened is let go of, also where it opens only after the form was left.
import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Attachments } from '../../static/app/forms/attachments.js';

const photo = { doc: { _id: 'medium:1', kind: 'photo', at: '2026-11-22T08:00:00.000Z' }, erased: false };

function form() {
  const opened = withResolvers();
  const app = {
    formatTime: () => '', explain: () => ({ what: '' }), t: (/** @type {string} */ key) => key,
    engine: { list: async () => [photo], readMedium: () => opened.promise },
  };
  return { app, opened };
}

function withResolvers() {
  let resolve;
  const promise = new Promise((done) => { resolve = done; });
  return { promise, resolve };
}

test('a picture that opens after the form was left, or the vault locked, gets no address', async (t) => {
  const held = new Set();
  t.mock.method(URL, 'createObjectURL', () => { held.add('blob:1'); return 'blob:1'; });
  t.mock.method(URL, 'revokeObjectURL', (/** @type {string} */ url) => held.delete(url));
  for (const left of [true, false]) {
    const { app, opened } = form();
    const drawn = withResolvers();
    const attachments = new Attachments(/** @type {any} */ (app), 'visit-1', () => drawn.resolve());
    await attachments.follow(/** @type {any} */ ({}), null, true);
    attachments.look('medium:1');
    if (left) attachments.close();
    opened.resolve({ mime: 'image/jpeg', bytes: new ArrayBuffer(3) });
    await drawn.promise;
    assert.equal(held.size, left ? 0 : 1);
    attachments.close();
    assert.equal(held.size, 0);
  }
});
