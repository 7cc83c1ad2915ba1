// One simulated office with its tablets: what has been done so far, and what everybody was promised.
//
// Owns: the clock, the step log, the markers (a text that stands in one document's every version, to be searched
// for), and the promises: acknowledged saves, withdrawals, receipts.

import { chance, seedPlatform } from './chance.mjs';
import { Tablet } from './tablet.mjs';

/** tests/personas.py */
export const PEOPLE = {
  alice: { id: '01JA000000000000000000000A', role: 'leader' },
  bob: { id: '01JA000000000000000000000B', role: 'monitor' },
  charlie: { id: '01JA000000000000000000000C', role: 'monitor' },
};
const START = Date.parse('2026-11-20T08:00:00Z');
const TEN_YEARS = 10 * 365 * 86_400_000;

export class World {
  /**
   * @param {number} seed
   * @param {import('./office.mjs').OfficeProcess} office
   * @param {{erasing: boolean}} able what the store behind the gateway can do
   */
  constructor(seed, office, able) {
    this.able = able;
    this.seed = seed;
    this.office = office;
    this.chance = chance(seed);
    seedPlatform(seed);
    /** @type {string[]} */ this.lines = [];
    this.trouble = false;
    this.clock = START;
    /** @type {Tablet[]} */ this.tablets = [];
    /** @type {string[]} */ this.channels = [];
    /** @type {Map<string, string>} document → marker in its text */ this.markers = new Map();
    /** @type {{tablet: Tablet, channel: string, id: string, rev: string}[]} */ this.saved = [];
    /** @type {Set<string>} documents that somebody was told are erased */ this.erased = new Set();
    /** @type {Map<string, {receipt: any, signature: string, since: number}>} by envelope */ this.receipts = new Map();
    /** @type {Set<string>} documents that the office or an administrator deleted */ this.buried = new Set();
    this.restores = 0;
    this.serverUp = false;
    this.nextMarker = 1;
    /** @type {string | null} */ this.lastBackup = null;
  }

  /** Log as a bound function: others are given it. */
  log = (/** @type {string} */ line) => { this.lines.push(line); };
  address = () => this.office.address;

  time() {
    this.clock += 1 + this.chance.number(900);
    return this.clock;
  }

  at() {
    return new Date(this.time()).toISOString();
  }

  /** A text that is nowhere else. */
  mark() {
    const marker = `MARK${this.seed}x${this.nextMarker}x${(this.nextMarker * 2654435761 >>> 0).toString(36)}`;
    this.nextMarker += 1;
    return marker;
  }

  /** @param {Tablet} tablet @param {string} channel @param {any} reading @param {string} [marker] */
  noteSaved(tablet, channel, reading, marker) {
    const id = reading.doc._id;
    if (marker) this.markers.set(id, `${this.markers.get(id) ? `${this.markers.get(id)} ` : ''}${marker}`);
    const envelope = tablet.records.envelopesOf(id).at(-1);
    if (envelope) this.saved.push({ tablet, channel, id, rev: envelope.rev });
  }

  /** Receipts that tablets have taken in. */
  noteReceipts() {
    for (const { engine, disk } of this.tablets) {
      const session = engine?.vault.heldSession;
      // What a locked tablet delivered has its receipt on the disk only.
      for (const envelope of [...disk.database.stores.outbox.values(), ...session?.records.envelopes.values() ?? []]) {
        if (envelope.receipt && !this.receipts.has(envelope.id)) this.receipts.set(envelope.id, { receipt: envelope.receipt, since: this.restores });
      }
    }
  }

  async open() {
    await this.office.command('new', `seed${this.seed}`);
    await this.office.start();
    this.serverUp = true;
    for (const [name, person] of [['alice-1', PEOPLE.alice], ['bob-1', PEOPLE.bob], ['charlie-1', PEOPLE.charlie], ['alice-2', PEOPLE.alice]]) {
      const tablet = new Tablet(this, /** @type {string} */ (name), /** @type {any} */ (person));
      await tablet.enrol();
      this.tablets.push(tablet);
    }
    for (const tablet of this.tablets) tablet.skew = this.chance.happens(0.5) ? 0 : Math.round((this.chance.next() * 2 - 1) * TEN_YEARS);
    await this.planVisit();
    for (const tablet of this.tablets) await tablet.pull();
  }

  async close() {
    for (const { network } of this.tablets) network.dead = true;
    await this.office.command('drop');
  }

  /** The office plans a visit. @returns {Promise<string>} its channel */
  async planVisit() {
    const ulid = `01JD${this.seed.toString(32).toUpperCase().replace(/[ILOU]/g, 'Z').padStart(6, '0')}${String(this.channels.length).padStart(16, '0')}`.slice(0, 26);
    const channel = `visit-${ulid.toLowerCase()}`;
    await this.writeVisit(channel, Object.values(PEOPLE).map(({ id }) => id));
    this.channels.push(channel);
    return channel;
  }

  /** @param {string} channel @param {string[]} team account ids */
  async writeVisit(channel, team) {
    await this.submit(channel, {
      _id: `visit:${channel.slice(6).toUpperCase()}`, type: 'visit', facility: 'facility:one', kind: 'special', from: '2026-11-01', to: '2026-12-31',
      group: 'group-north', leader: PEOPLE.alice.id, team: team.map((person) => ({ person, part: '' })), objectives: '',
      status: 'open', unplanned: false, recording: null, time_zone: 'Asia/Almaty',
    });
  }

  /** The office writes. @param {string} channel @param {any} fields */
  async submit(channel, fields) {
    const at = this.at();
    const answer = await this.office.ask('submit', { channel, document: { ...fields, created_at: at, updated_at: at } });
    if (answer !== true) this.log(`    the office was refused: ${JSON.stringify(answer)}`);
    return answer === true;
  }

  /** The server is there again. */
  async raise() {
    if (this.serverUp) return;
    await this.office.command('kill');
    await this.office.start();
    this.serverUp = true;
  }

  /** @param {boolean} on */
  setTrouble(on) {
    this.trouble = on;
    for (const { network } of this.tablets) network.trouble = on;
  }
}
