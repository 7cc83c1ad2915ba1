// Base of the screens that show a visit's documents: keeps its readings fresh, and nothing else.
//
// Owns: loading the document types a screen names, again whenever the engine says they changed.
// Knows no markup. The engine answers from memory, so loading again is cheap.

import { AqElement } from '../element.js';
import { visitId } from '../visit/days.js';

/** @typedef {import('../../engine/types.js').Reading} Reading */

export class ChannelElement extends AqElement {
  /** @type {import('../../vendor/lit.js').PropertyDeclarations} */
  static properties = {
    channel: { type: String },
    loaded: { state: true },
    stamp: { state: true },
  };

  /** Document types this screen reads; subclasses name them. @type {string[]} */
  static reads = [];

  /** @type {Map<string, Reading[]>} */ #byType = new Map();
  #loading = '';
  /** @type {Reading | null} */ visit = null;

  constructor() {
    super();
    this.channel = '';
    this.loaded = false;
    this.stamp = 0;
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(this.app.engine, 'changed', (event) => this.onChanged(event));
    this.listen(this.app, 'reference', () => this.requestUpdate());
    if (this.channel) this.reload();
  }

  /** @param {Map<string, unknown>} changed */
  willUpdate(changed) {
    super.willUpdate(changed);
    if (changed.has('channel') && this.channel && this.#loading !== this.channel) this.reload();
  }

  /** @param {any} event */
  onChanged(event) {
    const channel = event.detail?.channel;
    if (!channel || channel === this.channel) this.reload();
  }

  /** Reads everything again, then lets the subclass gather what it shows. @returns {Promise<void>} */
  async reload() {
    const { engine } = this.app;
    this.#loading = this.channel;
    const types = /** @type {typeof ChannelElement} */ (this.constructor).reads;
    try {
      const [visit, readings] = await Promise.all([
        engine.get(this.channel, visitId(this.channel)),
        types.length ? engine.list(this.channel, types) : [],
      ]);
      this.visit = visit;
      this.#byType = new Map(types.map((type) => [type, []]));
      for (const reading of readings) this.#byType.get(reading.doc.type)?.push(reading);
      await this.gather();
      this.loaded = true;
    } catch (error) {
      // Locked in the middle of reading: the shell takes the screen away.
      if (/** @type {any} */ (error)?.code !== 'locked') throw error;
    }
    this.stamp += 1;
  }

  /** What a subclass reads beside the channel's documents. @returns {Promise<void>} */
  async gather() {}

  /** @param {string} type @returns {Reading[]} oldest first */
  readings(type) {
    return this.#byType.get(type) ?? [];
  }

  /** @returns {Reading[]} of all types this screen reads */
  allReadings() {
    return [...this.#byType.values()].flat();
  }

  /** @returns {string} the account at this tablet, '' while unknown */
  get me() {
    return this.app.status?.account?.id ?? '';
  }

  /** @returns {string} */
  get timeZone() {
    return this.visit?.doc.time_zone || Intl.DateTimeFormat().resolvedOptions().timeZone;
  }

  /** @returns {boolean} the person at this tablet leads this visit */
  get leads() {
    return Boolean(this.me) && this.visit?.doc.leader === this.me;
  }

  /** @returns {import('./policy.js').PolicySources} */
  get policySources() {
    const facility = this.visit ? this.app.facility(this.visit.doc.facility)?.doc : undefined;
    const type = this.app.catalogue('facility_types').find((/** @type {any} */ item) => item.id === facility?.facility_type);
    return { visit: this.visit?.doc.recording, facility: facility?.recording, facilityType: type?.recording };
  }

  /**
   * Runs an action and says in the person's language what failed; what was saved before stays saved.
   * @template T
   * @param {() => Promise<T>} action
   * @returns {Promise<T | undefined>}
   */
  async attempt(action) {
    try {
      return await action();
    } catch (error) {
      // Locked in the middle: the shell says so, and drafts are there after the unlock.
      if (/** @type {any} */ (error)?.code !== 'locked') this.app.notifyError(error);
      return undefined;
    }
  }
}
