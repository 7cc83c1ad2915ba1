// Media as the page asks for them: the lines of docs/engine.md under "Media".
//
// Owns: which of them go on behind the PIN's gate. What runs can be continued, ended and erased there;
// nothing can be begun or opened.

/**
 * @typedef {import('../opened.js').Opened} Opened
 * @typedef {{open: () => Opened, held: () => Opened}} Access `open`: unlocked, else `locked`; `held`: also behind the PIN
 */

/** What the worker takes for this part. */
export const MEDIA_METHODS = [
  'startMedium', 'appendFrame', 'finishMedium', 'interruptMedium', 'eraseMedium', 'addMedium', 'readMedium', 'describeMedium',
  'readFrames', 'withdraw',
];

export class MediaMethods {
  /** @param {Access} access */
  constructor(access) {
    this.access = access;
  }

  /** @param {string} channel @param {any} fields */
  startMedium(channel, fields) { return this.access.open().recordings.start(channel, fields); }
  /** @param {string} id @param {ArrayBuffer} buffer */
  appendFrame(id, buffer) { return this.access.held().recordings.append(id, buffer); }
  /** @param {string} id @param {any} fields */
  finishMedium(id, fields) { return this.access.held().recordings.finish(id, fields ?? {}); }
  /** @param {string} id */
  interruptMedium(id) { return this.access.held().recordings.interrupt(id); }
  /** @param {string} id */
  eraseMedium(id) { return this.access.held().erasure.eraseMedium(id); }
  /** @param {string} channel @param {any} fields @param {ArrayBuffer} buffer */
  addMedium(channel, fields, buffer) { return this.access.open().recordings.add(channel, fields, buffer); }
  /** @param {string} channel @param {string} id */
  readMedium(channel, id) { return this.access.open().playback.read(channel, id); }
  /** @param {string} channel @param {string} id */
  describeMedium(channel, id) { return this.access.open().playback.describe(channel, id); }
  /** @param {string} channel @param {string} id @param {number} from @param {number} count */
  readFrames(channel, id, from, count) { return this.access.open().playback.readFrames(channel, id, from, count); }
  /** @param {string} channel @param {any} request */
  withdraw(channel, request) { return this.access.open().erasure.withdraw(channel, request); }
}
