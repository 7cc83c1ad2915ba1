/**
 * Where the person is: a stack of routes, in memory only.
 *
 * An address or a history state is written to disk, so the browser's history is given a bare depth number,
 * which is enough for the system's back and forward. The stack is lost with the page, on purpose; the app
 * may hand `entries` to the encrypted settings and give them back with `restore`.
 *
 * @typedef {{name: string, params: Record<string, any>, scroll?: number}} Entry
 * @typedef {{state: any, pushState(state: any, unused: string): void, replaceState(state: any, unused: string): void, back(): void}} HistoryLike
 */

export class Router extends EventTarget {
  #history;
  #start;
  /** @type {Entry[]} */
  #entries;
  #index = 0;
  /** The depth that our first entry has in the browser's history. */
  #base = 0;

  /**
   * @param {HistoryLike} history
   * @param {Entry} start where an empty stack begins
   */
  constructor(history, start) {
    super();
    this.#history = history;
    this.#start = start;
    this.#entries = [start];
    this.#rebase();
  }

  /** @returns {Entry} */
  get current() {
    return this.#entries[this.#index];
  }

  /** The stack up to where the person is; what `restore` takes. @returns {Entry[]} */
  get entries() {
    return this.#entries.slice(0, this.#index + 1);
  }

  get canGoBack() {
    return this.#index > 0;
  }

  /**
   * A new entry on top. The same route again replaces itself; with `replace`, whatever is on top gives way.
   * @param {string} name
   * @param {Record<string, any>} [params]
   * @param {{replace?: boolean}} [options]
   */
  go(name, params = {}, { replace = false } = {}) {
    const entry = { name, params };
    if (replace || same(entry, this.current)) {
      this.#entries[this.#index] = entry;
    } else {
      this.#entries.splice(this.#index + 1, Infinity, entry);
      this.#index += 1;
      this.#history.pushState({ depth: this.#base + this.#index }, '');
    }
    this.#tell();
  }

  /** One step back; on the first entry, to the start. */
  back() {
    if (this.canGoBack) {
      this.#history.back();
    } else if (!same(this.current, this.#start)) {
      this.#entries[0] = this.#start;
      this.#tell();
    }
  }

  /**
   * Answers the browser's `popstate`. A depth that this page did not make leads to the nearest entry it has.
   * @param {any} state
   */
  onPopState(state) {
    const depth = Number.isInteger(state?.depth) ? state.depth : this.#base;
    const index = Math.min(Math.max(depth - this.#base, 0), this.#entries.length - 1);
    if (depth !== this.#base + index) this.#base = depth - index;
    this.#index = index;
    this.#tell();
  }

  /** Forgets everything, as locking does. */
  reset() {
    this.#entries = [this.#start];
    this.#index = 0;
    this.#rebase();
    this.#tell();
  }

  /**
   * Puts a stack back on, oldest first.
   * @param {Entry[]} entries
   */
  restore(entries) {
    this.#entries = [entries[0] ?? this.#start];
    this.#index = 0;
    this.#rebase();
    for (const entry of entries.slice(1)) {
      this.#entries.push(entry);
      this.#index += 1;
      this.#history.pushState({ depth: this.#base + this.#index }, '');
    }
    this.#tell();
  }

  #rebase() {
    const depth = this.#history.state?.depth;
    this.#base = Number.isInteger(depth) ? depth : 0;
    this.#history.replaceState({ depth: this.#base }, '');
  }

  #tell() {
    this.dispatchEvent(new CustomEvent('route', { detail: this.current }));
  }
}

/**
 * Whether two entries show the same thing. A missing, null or undefined parameter is the same as none.
 * @param {Entry} a
 * @param {Entry} b
 */
export function same(a, b) {
  if (a.name !== b.name) return false;
  const keys = new Set([...Object.keys(a.params), ...Object.keys(b.params)]);
  return [...keys].every((key) => JSON.stringify(a.params[key] ?? null) === JSON.stringify(b.params[key] ?? null));
}
