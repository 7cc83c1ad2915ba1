/**
 * The shell's copy on this tablet: registers the service worker, says when the app is ready for offline use,
 * and offers a new version, which never starts while the app is open and unlocked. (Once every page of the app
 * was closed, the browser itself starts it: locked, and whole.)
 *
 * Owns the talk with the service worker's registration, and the moment in which the page changes over: with
 * nothing decrypted in memory. Events: `ready` (cached), `failed`, `offered` (a new version waits),
 * `running` (which version this page is, is known).
 *
 * @typedef {object} Host the page, which must not change over under a person's hands
 * @property {() => boolean} idle nothing is open and nobody is typing
 * @property {() => boolean} recording
 * @property {() => Promise<void>} lock
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
  /** @type {Host | undefined} */
  #host;
  /** The version whose files this page was made of, once known; a new one that takes over does not change it. */
  running = '';
  /** A new version serves this page, which is still the old one: it reloads at the next lock. */
  stale = false;

  get offered() {
    return this.#waiting !== null;
  }

  /** The version that runs: the one whose copy this page came from; '' before there is a copy. */
  get version() {
    const address = navigator.serviceWorker?.controller?.scriptURL;
    return address ? new URL(address).searchParams.get('v') ?? '' : '';
  }

  /** Registers the version that the server names; offline, whatever is there goes on. @param {Host} host */
  async start(host) {
    this.#host = host;
    if (!('serviceWorker' in navigator)) {
      this.#say('failed');
      return;
    }
    const container = navigator.serviceWorker;
    let controlled = container.controller !== null;
    if (controlled) {
      this.#say('ready');
      this.#run(this.version);
    }
    container.addEventListener('controllerchange', () => {
      if (controlled) this.#changeOver().catch(() => undefined);
      else this.#say('ready');
      controlled = true;
    });
    await this.check();
    if (!this.#registration) {
      const kept = await container.getRegistration(SCOPE);
      if (kept) this.#follow(kept);
    }
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
      // Without a copy the page came from the server just now: it is what the server names.
      if (!this.running && !this.stale) this.#run(version);
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
    // The one that waits now: since the offer a still newer one may have taken its place.
    (this.#registration?.waiting ?? this.#waiting)?.postMessage({ type: 'activate' });
  }

  /** The browser may take its time after `accept`: by now the person may have unlocked again. */
  async #changeOver() {
    const host = /** @type {Host} */ (this.#host);
    this.stale = true;
    if (this.#accepted && !host.idle() && !host.recording()) await host.lock();
    if (host.idle()) location.reload();
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

  /** @param {string} version */
  #run(version) {
    this.running = version;
    this.dispatchEvent(new CustomEvent('running'));
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
