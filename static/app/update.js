/**
 * The shell's copy on this tablet: registers the service worker, says when the app is ready for offline use,
 * and offers a new version, which never starts while the app is open and unlocked. (Once every page of the app
 * was closed, the browser itself starts it: locked, and whole.)
 *
 * Owns the talk with the service worker's registration, and the moment in which the page changes over: with
 * nothing decrypted in memory. A version is registered only after the one that runs has judged it: signed by the
 * organisation, and not older. One that came without that locks the app. Events: `ready` (cached), `failed`,
 * `offered` (a new version waits), `refused` (the server names one that may not come in), `running` (which version
 * this page is, is known).
 *
 * @typedef {object} Host the page, which must not change over under a person's hands
 * @property {() => boolean} idle nothing is open and nobody is typing
 * @property {() => boolean} recording
 * @property {() => Promise<void>} lock
 */
const SHELL = '/app/shell.json';
const SCOPE = '/app/';
const AGAIN_MS = 60 * 60 * 1000;
const JUDGE_MS = 30 * 1000;
const PRESS_AGAIN_MS = 5 * 1000;
const SEEN = 'aigaq-version';

/** A version as people compare it: groups of four, as `flask release show` prints them. @param {string} version */
export function fingerprint(version) {
  return (version.slice(0, 16).match(/.{4}/g) ?? []).join(' ');
}

export class Updates extends EventTarget {
  /** @type {'unknown' | 'caching' | 'ready' | 'failed'} */
  offline = 'unknown';
  /** @type {ServiceWorker | null} */
  #waiting = null;
  /** @type {ServiceWorkerRegistration | undefined} */
  #registration;
  #accepted = false;
  /** @type {ReturnType<typeof setInterval> | undefined} */ #pressing;
  /** @type {Host | undefined} */
  #host;
  /** The version whose files this page was made of, once known; a new one that takes over does not change it. */
  running = '';
  /** A new version serves this page, which is still the old one: it reloads at the next lock. */
  stale = false;
  /** @type {{version: string, why: string} | null} what the server names, and why it may not come in */
  refused = null;
  /** The version that ran here before, where it was another one; until the person has opened the vault. */
  before = '';

  get offered() {
    return this.#waiting !== null;
  }

  /** The version that waits; '' without one. */
  get next() {
    return versionOf(this.#waiting);
  }

  /** The version that runs: the one whose copy this page came from; '' before there is a copy. */
  get version() {
    return versionOf(navigator.serviceWorker?.controller ?? null);
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
      const listing = await answer.json();
      const { version } = listing;
      if (typeof version !== 'string' || !/^[\w.-]+$/.test(version)) return;
      // Without a copy the page came from the server just now: it is what the server names.
      if (!this.running && !this.stale) this.#run(version);
      if (!(await this.#mayCome(listing))) return;
      const address = `${SCOPE}service_worker/sw.js?v=${version}`;
      this.#follow(await navigator.serviceWorker.register(address, { type: 'module', scope: SCOPE, updateViaCache: 'none' }));
    } catch {
      // No connection, or a browser without module workers: an installed shell still works.
      if (!navigator.serviceWorker.controller && navigator.onLine) this.#say('failed');
    }
  }

  /**
   * What runs judges what comes. A browser that has nothing yet takes the first; the version that runs needs no leave.
   * @param {any} listing
   */
  async #mayCome(listing) {
    const active = (await navigator.serviceWorker.getRegistration(SCOPE))?.active;
    const verdict = !active || versionOf(active) === listing.version ? 'good' : await judgedBy(active, listing);
    if (verdict === 'unknown') return false;
    const good = verdict === 'good' || verdict === 'first';
    this.#refuse(good ? null : { version: listing.version, why: verdict });
    return good;
  }

  /** @param {{version: string, why: string} | null} refused */
  #refuse(refused) {
    const news = refused?.version !== this.refused?.version || refused?.why !== this.refused?.why;
    this.refused = refused;
    if (news) this.dispatchEvent(new CustomEvent('refused'));
  }

  /** The person has agreed, and the vault is locked. The page reloads in the new version. */
  accept() {
    this.#accepted = true;
    this.#press();
    // A worker that is just being started or stopped may not hear it.
    clearInterval(this.#pressing);
    this.#pressing = setInterval(() => this.#press(), PRESS_AGAIN_MS);
  }

  #press() {
    this.#registration?.active?.postMessage({ type: 'yield' });
    // The one that waits now: since the offer a still newer one may have taken its place.
    (this.#registration?.waiting ?? this.#waiting)?.postMessage({ type: 'activate' });
  }

  /** The browser may take its time after `accept`: by now the person may have unlocked again. */
  async #changeOver() {
    const host = /** @type {Host} */ (this.#host);
    this.stale = true;
    clearInterval(this.#pressing);
    if (this.#accepted && !host.idle() && !host.recording()) await host.lock();
    if (host.idle()) location.reload();
  }

  /** @param {ServiceWorkerRegistration} registration */
  #follow(registration) {
    const first = this.#registration !== registration;
    this.#registration = registration;
    /** @type {Set<ServiceWorker>} installed once: what becomes of them is no fault of theirs */
    const tried = new Set();
    const watch = (/** @type {ServiceWorker | null} */ worker) => {
      if (!worker) return;
      if (!registration.active && this.offline !== 'ready') this.#say('caching');
      worker.addEventListener('statechange', () => {
        if (worker.state === 'installed') tried.add(worker);
        if (worker.state === 'installed' && registration.active && registration.active !== worker) this.#offer(worker, registration.active);
        if (worker.state === 'activated') this.#say('ready');
        if (worker.state !== 'redundant') return;
        if (!registration.active) this.#say('failed');
        else if (!tried.has(worker) && worker !== registration.active && versionOf(worker) !== versionOf(registration.active)) {
          this.#refuse({ version: versionOf(worker), why: 'damaged' });
        }
      });
    };
    if (first) registration.addEventListener('updatefound', () => watch(registration.installing));
    watch(registration.installing);
    if (registration.waiting && registration.active) this.#offer(registration.waiting, registration.active);
    else if (registration.active && !registration.installing) this.#say('ready');
  }

  /** @param {string} version */
  #run(version) {
    this.running = version;
    const before = seen();
    if (before !== version) this.before = before;
    this.dispatchEvent(new CustomEvent('running'));
  }

  /** The person who works with this version has opened the vault in it. */
  acknowledge() {
    this.before = '';
    seen(this.running);
  }

  /**
   * What is offered has been judged, by its listing as it lies here. A worker that got here past that (a browser asks
   * nobody before it runs a new one) is told to the person with the vault locked.
   * @param {ServiceWorker} worker
   * @param {ServiceWorker} active
   */
  async #offer(worker, active) {
    const version = versionOf(worker);
    const kept = await caches.match(SHELL, { cacheName: `shell-${version}` });
    const verdict = kept ? await judgedBy(active, await kept.json()) : 'unsigned';
    if (verdict !== 'good' && verdict !== 'first' && verdict !== 'unknown') {
      this.#refuse({ version, why: verdict });
      const host = /** @type {Host} */ (this.#host);
      if (!host.idle() && !host.recording()) await host.lock();
      return;
    }
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

/** @param {ServiceWorker | null} worker @returns {string} the version it was registered for */
function versionOf(worker) {
  return worker ? new URL(worker.scriptURL).searchParams.get('v') ?? '' : '';
}

/**
 * @param {ServiceWorker} active the version that runs
 * @param {any} listing
 * @returns {Promise<string>} its verdict; `unknown` where it does not answer
 */
function judgedBy(active, listing) {
  return new Promise((resolve) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = (event) => resolve(String(event.data));
    setTimeout(resolve, JUDGE_MS, 'unknown');
    active.postMessage({ type: 'judge', listing }, [port2]);
  });
}

/** The version a person has opened a vault in; it says nothing of them. @param {string} [version] @returns {string} */
function seen(version) {
  try {
    if (version) localStorage.setItem(SEEN, version);
    return localStorage.getItem(SEEN) ?? '';
  } catch {
    return '';
  }
}
