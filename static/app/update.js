/**
 * The shell's copy on this tablet: registers the service worker, says when the app is ready for offline use,
 * and offers a new version, which never starts by itself.
 *
 * Owns the talk with the service worker's registration. `accept` locks first: a new version starts with
 * nothing decrypted in memory. Events: `ready` (cached), `failed`, `offered` (a new version waits).
 */
const SHELL = '/app/shell.json';
const SCOPE = '/app/';
const AGAIN_MS = 60 * 60 * 1000;

export class Updates extends EventTarget {
  /** @type {'unknown' | 'caching' | 'ready' | 'failed'} */
  offline = 'unknown';
  /** @type {ServiceWorker | null} */
  #waiting = null;
  /** @type {ServiceWorkerRegistration | undefined} */
  #registration;
  #accepted = false;
  version = '';

  get offered() {
    return this.#waiting !== null;
  }

  /** Registers the version that the server names; offline, whatever is there goes on. */
  async start() {
    if (!('serviceWorker' in navigator)) {
      this.#say('failed');
      return;
    }
    const container = navigator.serviceWorker;
    const controlled = container.controller !== null;
    if (controlled) this.#say('ready');
    container.addEventListener('controllerchange', () => {
      if (this.#accepted) location.reload();
      else this.#say('ready');
    });
    await this.check();
    this.#registration ??= await container.getRegistration(SCOPE);
    setInterval(() => this.check(), AGAIN_MS);
    window.addEventListener('online', () => this.check());
  }

  /** Asks the server for its version, and registers it. */
  async check() {
    try {
      const answer = await fetch(SHELL, { cache: 'no-store' });
      if (!answer.ok || !answer.headers.get('content-type')?.includes('json')) return;
      const { version } = await answer.json();
      if (typeof version !== 'string' || !/^[\w.-]+$/.test(version)) return;
      this.version = version;
      const address = `${SCOPE}service_worker/sw.js?v=${version}`;
      this.#follow(await navigator.serviceWorker.register(address, { type: 'module', scope: SCOPE, updateViaCache: 'none' }));
    } catch {
      // No connection, or a browser without module workers: an installed shell still works.
      if (!navigator.serviceWorker.controller && navigator.onLine) this.#say('failed');
    }
  }

  /** The person has agreed, and the vault is locked. The page reloads in the new version. */
  accept() {
    this.#accepted = true;
    this.#waiting?.postMessage({ type: 'activate' });
  }

  /** @param {ServiceWorkerRegistration} registration */
  #follow(registration) {
    const first = this.#registration !== registration;
    this.#registration = registration;
    const watch = (/** @type {ServiceWorker | null} */ worker) => {
      if (!worker) return;
      if (!registration.active && this.offline !== 'ready') this.#say('caching');
      worker.addEventListener('statechange', () => {
        if (worker.state === 'installed' && registration.active && registration.active !== worker) this.#offer(worker);
        if (worker.state === 'activated') this.#say('ready');
        if (worker.state === 'redundant' && !registration.active) this.#say('failed');
      });
    };
    if (first) registration.addEventListener('updatefound', () => watch(registration.installing));
    watch(registration.installing);
    if (registration.waiting && registration.active) this.#offer(registration.waiting);
    else if (registration.active && !registration.installing) this.#say('ready');
  }

  /** @param {ServiceWorker} worker */
  #offer(worker) {
    this.#waiting = worker;
    this.dispatchEvent(new CustomEvent('offered'));
  }

  /** @param {'caching' | 'ready' | 'failed'} state */
  #say(state) {
    if (this.offline === state) return;
    this.offline = state;
    this.dispatchEvent(new CustomEvent(state));
  }
}
