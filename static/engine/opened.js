// The parts that work on an unlocked vault, put together once per session.
//
// Owns: their wiring, and what is done right after unlocking: interrupted recordings are ended, receipts
// that came while locked are taken in.

import { Erasure } from './erasure.js';
import { Playback } from './media/playback.js';
import { recoverMedia } from './media/recovery.js';
import { releaseByRule } from './media/releasing.js';
import { Recordings } from './media/recordings.js';
import { purge, sealNotes } from './replication/departure.js';
import { Pull } from './replication/pull.js';
import { absorbReceipts } from './replication/receipts.js';
import { Writing } from './writing.js';

/**
 * What the parts need of the engine around them.
 * @typedef {object} World
 * @property {() => number} now
 * @property {import('./replication/gateway.js').Gateway} gateway
 * @property {(channel: string, ids: string[]) => void} changed documents read differently now
 * @property {(more: {documents: number, bytes: number}) => void} waiting something new is to be delivered
 * @property {() => void} status
 */

export class Opened {
  /**
   * @param {import('./session.js').Session} session
   * @param {World} world
   */
  constructor(session, world) {
    const { now, gateway } = world;
    this.session = session;
    this.world = world;
    this.writing = new Writing(session, {
      now,
      clockOffset: () => gateway.clockOffset,
      saved: (channel, id, more) => {
        world.changed(channel, [id]);
        world.waiting(more);
      },
    });
    this.recordings = new Recordings(session, this.writing, { now, changed: world.status });
    this.erasure = new Erasure(session, this.writing, this.recordings, { now, changed: world.changed });
    this.pull = new Pull(session, gateway, {
      changed: world.changed,
      erase: (channel, ids) => this.erasure.erase(channel, ids),
      offerAgain: (channel) => this.#offerAgain(channel),
      purge: async (channel) => {
        await sealNotes(session, this.writing, channel);
        world.changed(channel, await purge(session, gateway, channel));
      },
    });
    this.playback = new Playback(session, this.recordings, (channel, hash) => this.pull.chunk(channel, hash));
  }

  /** Right after unlocking. */
  async settle() {
    await recoverMedia(this.session, this.recordings);
    await this.absorb();
    releaseByRule(this.session, this.world.gateway, this.world.now()).catch(() => {}); // Offline: at a later unlock.
  }

  /** Takes in receipts that delivery has verified. */
  async absorb() {
    const changed = await absorbReceipts(this.session, this.writing);
    for (const channel of new Set(changed.map((one) => one.channel))) {
      this.world.changed(channel, changed.filter((one) => one.channel === channel).map(({ id }) => id));
    }
  }

  /** Ends what runs and waits for what was asked for, before the keys go. */
  async end() {
    await this.recordings.interruptAll();
    await this.writing.settled();
  }

  /** The server was restored from a backup: documents and chunks are offered once more. @param {string} channel */
  async #offerAgain(channel) {
    const { database } = this.session.storage;
    const names = [...this.session.records.files.values()].filter((file) => file.channel === channel).map(({ file }) => file);
    const rows = (await database.all('chunks')).filter((row) => names.includes(row.file));
    await database.write(rows.map(({ n }) => ({ store: 'chunks', key: n, change: (row) => row && { ...row, sent: 0 } })));
    await this.writing.offerAgain(channel);
  }
}
