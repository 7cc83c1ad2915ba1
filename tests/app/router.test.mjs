import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Router } from '../../static/app/router.js';

/** A browser's history as far as the router may know it; answers `back` through `router`. */
class FakeHistory {
  constructor(state = null) {
    this.states = [state];
    this.at = 0;
  }

  get state() {
    return this.states[this.at];
  }

  pushState(state) {
    this.states.splice(this.at + 1, Infinity, state);
    this.at += 1;
  }

  replaceState(state) {
    this.states[this.at] = state;
  }

  move(steps) {
    this.at = Math.min(Math.max(this.at + steps, 0), this.states.length - 1);
    this.router.onPopState(this.state);
  }

  back() {
    this.move(-1);
  }
}

function start(state) {
  const history = new FakeHistory(state);
  const router = new Router(history, { name: 'home', params: {} });
  history.router = router;
  return { history, router };
}

test('the history is told a depth and nothing else', () => {
  const { history, router } = start();
  router.go('visit', { channel: 'visit-secret', step: 'onsite' });
  router.go('note', { channel: 'visit-secret' });
  assert.deepEqual(history.states, [{ depth: 0 }, { depth: 1 }, { depth: 2 }]);
});

test('back and forward walk the stack', () => {
  const { history, router } = start();
  router.go('facilities');
  router.go('facility', { id: 'facility:a' });
  router.back();
  assert.equal(router.current.name, 'facilities');
  history.move(1);
  assert.deepEqual(router.current.params, { id: 'facility:a' });
  history.move(-2);
  assert.equal(router.current.name, 'home');
});

test('the same place again, or a replacement, makes no new step', () => {
  const { history, router } = start();
  router.go('visit', { channel: 'c', step: 'prepare' });
  router.go('visit', { channel: 'c', step: 'prepare' });
  router.go('visit', { channel: 'c', step: 'onsite' }, { replace: true });
  assert.equal(history.states.length, 2);
  router.back();
  assert.equal(router.current.name, 'home');
});

test('going on from the middle forgets what was ahead', () => {
  const { history, router } = start();
  router.go('library');
  router.go('article', { library: 'mandela', article: '44' });
  router.back();
  router.go('settings');
  assert.deepEqual(router.entries.map(({ name }) => name), ['home', 'library', 'settings']);
  assert.equal(history.states.length, 3);
});

test('a depth left over from before a reload leads home and no further', () => {
  const { history, router } = start({ depth: 7 });
  assert.equal(router.current.name, 'home');
  router.go('library');
  assert.deepEqual(history.state, { depth: 8 });
  router.onPopState({ depth: 3 });
  assert.equal(router.current.name, 'home');
  router.go('settings');
  assert.equal(router.current.name, 'settings');
  assert.deepEqual(history.state, { depth: 4 });
});

test('locking forgets the stack and an unlock may put it back', () => {
  const { history, router } = start();
  router.go('visit', { channel: 'c', step: 'onsite' });
  router.go('note', { channel: 'c' });
  const { entries } = router;
  router.reset();
  assert.equal(router.current.name, 'home');
  assert.equal(router.canGoBack, false);
  router.restore(entries);
  assert.equal(router.current.name, 'note');
  history.back();
  assert.equal(router.current.name, 'visit');
});

test('back on the first entry leads to the start', () => {
  const { router } = start();
  router.go('settings', {}, { replace: true });
  router.back();
  assert.equal(router.current.name, 'home');
});
