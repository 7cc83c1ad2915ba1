// A tablet of the simulation: the real engine on a disk in memory that keeps only what was committed.
//
// Owns: its life (enrolled, running, cut off, started again), its clock, and the list of what it has been told is
// saved. The engine's own timers are off: the scheduler says when a round runs.

import { TEST_COST } from '../../static/engine/crypto/passphrase.js';
import { Engine } from '../../static/engine/engine.js';
import { EngineError } from '../../static/engine/errors.js';
import { Crash, memoryStorage } from '../engine/fakes.mjs';
import { Network } from './network.mjs';

const WORDS = 'ash birch cedar dune ember fern';
/** What a person may be told at any time, without anything being wrong. */
const EXPECTED = new Set(['locked', 'erased', 'refused', 'not-here', 'sealed', 'unknown-medium', 'offline', 'portal', 'server-error']);

export class Tablet {
  /** @param {any} world @param {string} name @param {{id: string, role: string}} person */
  constructor(world, name, person) {
    this.world = world;
    this.name = name;
    this.person = person;
    this.skew = 0;
    this.disk = memoryStorage();
    this.network = new Network(world, () => this.meanwhile());
    /** @type {() => Promise<void>} */ this.onceMeanwhile = async () => {};
    /** @type {Engine | null} */ this.engine = null;
    this.device = '';
  }

  now() {
    return this.world.time() + this.skew;
  }

  get unlocked() {
    return this.engine !== null && this.engine.vault.state === 'unlocked';
  }

  get records() {
    return /** @type {any} */ (this.engine).vault.session.records;
  }

  async enrol() {
    await this.#start();
    const code = await this.world.office.ask('code', { account: this.person.id });
    await this.engine.enrol({ code, deviceName: this.name, words: WORDS, language: 'ru' });
    this.device = this.engine.vault.session.self.device.id;
  }

  /** After a power cut or a lock. */
  async boot() {
    if (!this.engine) await this.#start();
    if (!this.unlocked) await this.engine.unlock(WORDS);
  }

  /** The power goes. What was written and not flushed may or may not have reached the disk. */
  cut() {
    this.network.dead = true;
    const { places } = this.disk;
    for (const place of Object.values(places)) if (this.world.chance.happens(0.5)) place.durable = place.content.slice();
    // A write may be cut anywhere.
    else if (place === places.journal) place.tear(this.world.chance.next());
    this.disk.database.crashAfter = 0;
    this.disk = this.disk.afterCrash();
    this.network = new Network(this.world, () => this.meanwhile());
    this.network.trouble = this.world.trouble;
    this.engine = null;
  }

  /**
   * Does something; the power may go between any two writes of it.
   * @template T
   * @param {number | null} crashAfter writes that still succeed
   * @param {(engine: Engine) => Promise<T>} work
   * @returns {Promise<T | undefined>} undefined where it was refused or cut off
   */
  async attempt(crashAfter, work) {
    if (!this.engine) return undefined;
    const { database } = this.disk;
    if (crashAfter !== null) database.crashAfter = crashAfter;
    try {
      const done = await work(this.engine);
      // In a moment the database has what the journal has; the power may go before, after or meanwhile.
      if (this.world.chance.happens(0.5)) await database.drain();
      return done;
    } catch (error) {
      if (error instanceof Crash) return undefined;
      if (!(error instanceof EngineError) || !EXPECTED.has(error.code)) throw error;
      this.world.log(`    ${error.message}`);
      return undefined;
    } finally {
      if (database.crashAfter <= 0) {
        this.world.log('    power cut');
        this.cut();
      } else database.crashAfter = Infinity;
    }
  }

  /** A round of delivery, as the schedule runs it. */
  async deliver() {
    await this.#round('deliveries');
  }

  async pull() {
    if (this.unlocked) await this.#round('pulls');
  }

  /** @param {'deliveries' | 'pulls'} which */
  async #round(which) {
    const schedule = /** @type {any} */ (this.engine)[which];
    schedule.fault = null;
    await schedule.run();
    const { fault } = schedule;
    if (fault) throw fault;
  }

  async meanwhile() {
    const work = this.onceMeanwhile;
    this.onceMeanwhile = async () => {};
    await work();
  }

  async #start() {
    const engine = new Engine(this.disk, {
      name: 'aigaq', owner: /** @type {any} */ ({ held: true }), about: () => ({ provisional: false, vaults: [] }),
      cost: TEST_COST, now: () => this.now(), emit: () => {},
    });
    const { network } = this;
    engine.gateway.network = (path, init) => network.fetch(path, init);
    // Rounds run when the scheduler says so.
    for (const schedule of [engine.deliveries, engine.pulls]) schedule.start = () => {};
    await this.disk.database.recover();
    await engine.look();
    this.engine = engine;
  }
}
