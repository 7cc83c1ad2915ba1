// Media as the page asks for them: the lines of docs/engine.md under "Media".
//
// Owns: which of them go on behind the PIN's gate (what runs can be continued, ended and erased there; nothing
// can be begun or opened), and the person's two rules: over which networks large media go, and when verified
// ones are freed.

import { EngineError } from '../errors.js';
import { ALLOWED_MS, mayGo, networkKind, readChoice, UPLOAD_RULES, writeChoice } from '../replication/metering.js';
import { Uploads } from '../replication/uploads.js';
import { readReleaseRule, releaseByRule, writeReleaseRule } from './releasing.js';

/**
 * @typedef {import('../opened.js').Opened} Opened
 * @typedef {object} Access
 * @property {() => Opened} open unlocked, else `locked`
 * @property {() => Opened} held also behind the PIN
 * @property {() => import('./recordings.js').Recordings | null} recordings null while nothing is held
 * @property {import('../store/database.js').Database} database
 * @property {import('../replication/gateway.js').Gateway} gateway
 * @property {() => number} now
 * @property {() => void} wake delivery
 */

/** What the worker takes for this part. */
export const MEDIA_METHODS = [
  'startMedium', 'appendFrame', 'finishMedium', 'interruptMedium', 'eraseMedium', 'addMedium', 'readMedium', 'describeMedium',
  'readFrames', 'withdraw', 'uploads', 'setUploadRule', 'allowUploads', 'setReleaseRule',
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
  eraseMedium(id) {
    const { erasure, recordings } = this.access.held();
    // Behind the gate only what runs: whoever holds a tablet that waits for its PIN must not destroy what lies there.
    if (!recordings.running(id)) this.access.open();
    return erasure.eraseMedium(id);
  }
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

  /** What uploading may know of this tablet. @returns {import('../replication/uploads.js').Surroundings} */
  get around() {
    return {
      now: this.access.now,
      giveWay: async () => {
        const recordings = this.access.recordings();
        if (!recordings || recordings.count === 0) return false;
        await recordings.quiet();
        return true;
      },
    };
  }

  async uploads() {
    const { database, now } = this.access;
    const choice = await readChoice(database);
    const { later } = await new Uploads(database, async () => new Blob(), () => {}, this.around).waiting();
    const bytes = later.reduce((sum, { size }) => sum + size, 0);
    const { session } = this.access.open();
    return {
      rule: choice.rule, network: networkKind(), allowed: mayGo(choice, networkKind(), now()),
      later: { chunks: later.length, bytes }, releaseAfterDays: readReleaseRule(session),
    };
  }

  /** @param {import('../types.js').UploadRule} rule */
  async setUploadRule(rule) {
    this.access.open();
    if (!UPLOAD_RULES.includes(rule)) throw new EngineError('refused', 'rule');
    await writeChoice(this.access.database, { rule, allowedUntil: 0 });
    this.access.wake();
  }

  async allowUploads() {
    const { rule } = await readChoice(this.access.database);
    await writeChoice(this.access.database, { rule, allowedUntil: this.access.now() + ALLOWED_MS });
    this.access.wake();
  }

  /** @param {number | null} days */
  async setReleaseRule(days) {
    const { session } = this.access.open();
    if (days !== null && !(Number.isInteger(days) && days >= 1 && days <= 365)) throw new EngineError('refused', 'days');
    await writeReleaseRule(session, days);
    releaseByRule(session, this.access.gateway, this.access.now()).catch(() => {}); // Offline: at a later unlock.
  }
}
