// Erasure: a person withdraws, and nothing of it opens here any more.
//
// Owns: the order. First the withdrawal is durable and sealed (it reaches the server also where what it
// erases never will), then keys, files, undelivered envelopes and chunk rows go, then the log is
// rewritten under a new key and the old one destroyed. docs/protocol.md, section 7.

import { EngineError } from './errors.js';

/**
 * @typedef {import('./session.js').Session} Session
 * @typedef {import('./types.js').Reading} Reading
 */

export class Erasure {
  /**
   * @param {Session} session
   * @param {import('./writing.js').Writing} writing
   * @param {import('./media/recordings.js').Recordings} recordings
   * @param {{now: () => number, changed: (channel: string, ids: string[]) => void}} world
   */
  constructor(session, writing, recordings, world) {
    this.session = session;
    this.writing = writing;
    this.recordings = recordings;
    this.world = world;
  }

  /**
   * @param {string} channel
   * @param {import('./types.js').WithdrawRequest} request
   * @returns {Promise<Reading>} the withdrawal
   */
  async withdraw(channel, { interview = null, use, erases = [], reason = '' }) {
    const at = new Date(this.world.now()).toISOString();
    const record = () => this.writing.save(channel, { type: 'withdrawal', interview, use, erases, reason, at });
    let reading;
    try {
      reading = await record();
    } catch (error) {
      // No room even for these few bytes: what is destroyed makes it.
      if (!(error instanceof EngineError && error.code === 'storage-full')) throw error;
      await this.erase(channel, erases);
      return record();
    }
    await this.erase(channel, erases);
    return reading;
  }

  /**
   * One medium of this tablet. Where a server may have heard of it, a withdrawal tells it.
   * @param {string} id
   * @returns {Promise<Reading>} the medium, erased
   */
  async eraseMedium(id) {
    const file = this.session.records.files.get(id);
    if (!file) throw new EngineError('unknown-medium', id);
    const { channel } = file;
    const doc = (await this.session.readings.get(channel, id))?.doc;
    await this.recordings.abandon(id);
    if (await this.#mayBeKnown(id)) {
      await this.withdraw(channel, { interview: doc?.interview ?? null, use: 'recording', erases: [id], reason: '' });
    } else {
      await this.erase(channel, [id]);
    }
    return /** @type {Reading} */ (await this.session.readings.get(channel, id));
  }

  /**
   * Destroys what this tablet holds of the documents.
   * @param {string} channel
   * @param {string[]} ids
   */
  async erase(channel, ids) {
    if (ids.length === 0) return;
    const { session } = this;
    const { database, files } = session.storage;
    for (const id of ids) await this.recordings.abandon(id);
    for (const id of ids) {
      session.custodyKeys.get(id)?.fill(0);
      session.custodyKeys.delete(id);
    }
    await session.slots.erase(ids);
    const own = ids.map((id) => session.records.files.get(id)?.file).filter((name) => name !== undefined);
    /** @type {import('./store/database.js').Write[]} */
    const writes = (await database.all('chunks')).filter((row) => own.includes(row.file))
      .map((row) => ({ store: 'chunks', remove: row.n }));
    for (const id of ids) {
      for (const envelope of session.records.envelopesOf(id)) writes.push({ store: 'outbox', remove: envelope.n });
    }
    await session.commit([{ t: 'erased', c: channel, ids }], writes);
    for (const name of own) await files.remove(name);
    await session.storage.ballast.restore();
    await session.compact(true);
    this.world.changed(channel, ids);
  }

  /** Whether any envelope or chunk of it was ever offered to a server. @param {string} id */
  async #mayBeKnown(id) {
    const { database } = this.session.storage;
    const envelopes = this.session.records.envelopesOf(id);
    for (const envelope of envelopes) {
      if (envelope.receipt) return true;
      const row = await database.get('outbox', envelope.n);
      if (!row || row.tried) return true;
    }
    const name = this.session.records.files.get(id)?.file;
    return (await database.all('chunks')).some((row) => row.file === name && row.sent);
  }
}
