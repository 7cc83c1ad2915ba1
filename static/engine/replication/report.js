// How this tablet stands, told to the office: what waits here, which key set is followed, which shell runs.
//
// Owns: the report (protocol.md, section 3), and when it is worth a request: after a round of delivery that left
// something else than was last told. Needs no key that opens anything: the service worker tells it too. The answer
// brings a newer key set to a tablet that stays locked; it is kept beside the vault, which checks it once more.

import { rootFingerprint, follow } from '../crypto/keyset.js';
import { whatWaits } from './delivery.js';
import { Refusal, Unreachable } from './gateway.js';
import { Sender } from './sender.js';

/**
 * @typedef {object} Report
 * @property {string} app_version
 * @property {number} keyset its number
 * @property {{documents: number, chunks: number, bytes: number}} waiting
 * @property {string[]} under transport keys that what waits is sealed to
 * @property {number | null} clock_offset_ms
 */

/** Told again after so long, though nothing changed: the office sees that the tablet is alive. */
const AGAIN_MS = 600_000;

/**
 * @param {import('../store/database.js').Database} database
 * @param {import('./gateway.js').Gateway} gateway
 * @param {number} [keyset] the number that the vault follows, where it is open
 * @returns {Promise<Report>}
 */
export async function describeTablet(database, gateway, keyset) {
  const rows = (await database.all('outbox')).filter((row) => !row.receipt);
  return {
    app_version: gateway.version,
    keyset: keyset ?? (await database.get('public', 'keyset'))?.signed.set.number ?? 0,
    waiting: await whatWaits(database),
    under: [...new Set(rows.map((row) => row.key))].sort(),
    clock_offset_ms: gateway.clockOffset,
  };
}

export class Reporter {
  #told = '';
  #at = -Infinity;

  /**
   * @param {import('../store/database.js').Database} database
   * @param {import('./gateway.js').Gateway} gateway
   */
  constructor(database, gateway) {
    this.database = database;
    this.gateway = gateway;
  }

  /**
   * Never throws for the network's sake: what was not told now is told with the next round.
   * @returns {Promise<boolean>} whether a newer key set came along
   */
  async tell() {
    const sender = await Sender.of(this.database, this.gateway);
    if (!sender) return false;
    const report = await describeTablet(this.database, this.gateway);
    // The clock's offset changes by itself; it is no news.
    const news = JSON.stringify({ ...report, clock_offset_ms: null });
    const now = this.gateway.now();
    if (news === this.#told && Math.abs(now - this.#at) < AGAIN_MS) return false;
    let answer;
    try {
      answer = await sender.post('/sync/report', report);
    } catch (error) {
      if (error instanceof Unreachable || error instanceof Refusal) return false;
      throw error;
    }
    [this.#told, this.#at] = [news, now];
    return answer.keyset ? this.#take(answer.keyset) : false;
  }

  /** @param {import('../types.js').SignedKeySet} offered */
  async #take(offered) {
    const row = await this.database.get('public', 'keyset');
    if (!row) return false;
    const next = await follow(row.signed, offered, await rootFingerprint(row.signed)).catch(() => row.signed);
    if (next === row.signed) return false;
    await this.database.write([{ store: 'public', put: { name: 'keyset', signed: next } }]);
    return true;
  }
}
