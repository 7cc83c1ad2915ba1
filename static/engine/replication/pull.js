// What others wrote: the changes stream into the encrypted log.
//
// Owns: the reading session (its token lives here, in memory), the parsing of the stream, checkpoints and
// epochs. Every batch is durable with its checkpoint in one transaction, so a stream that is cut goes on
// where it was. protocol.md, sections 3 and 5.

import { signSession } from '../crypto/signing.js';
import { EngineError } from '../errors.js';
import { Refusal, Unreachable } from './gateway.js';
import { adopt } from './keysets.js';
import { isRow, parsePack, READS_PACKS, takePack } from './packs.js';
import { knownStanding, takeStanding } from './quarantine.js';
import { describeTablet } from './report.js';

/**
 * @typedef {import('../session.js').Session} Session
 * @typedef {import('../store/entries.js').Entry} Entry
 */

/**
 * What the rest of the engine does with what the stream says.
 * @typedef {object} PullWorld
 * @property {(channel: string, ids: string[]) => void} changed
 * @property {(channel: string, ids: string[]) => Promise<void>} erase
 * @property {(channel: string) => Promise<void>} purge
 * @property {(channel: string) => Promise<void>} offerAgain
 */

/** Rows that are made durable together, where no checkpoint comes before. */
const BATCH = 256;
/** Streams in one round: a channel that starts anew, its pack, what came after it. */
const STREAMS = 4;
const STREAM_PATIENCE_MS = 600_000;
const REFERENCE = 'reference';

export class Pull {
  /** @type {string | null} */ #token = null;

  /**
   * @param {Session} session
   * @param {import('./gateway.js').Gateway} gateway
   * @param {PullWorld} world
   */
  constructor(session, gateway, world) {
    this.session = session;
    this.gateway = gateway;
    this.world = world;
  }

  /**
   * One round over all channels.
   * @throws {Unreachable | Refusal}
   */
  async round() {
    for (let streams = 0; streams < STREAMS; streams += 1) {
      const { restarted, packs } = await this.#stream();
      for (const pack of packs) {
        await takePack(this.session, pack, {
          fetch: (hash) => this.#read(`/sync/packs/${hash}`, { method: 'GET', patience: STREAM_PATIENCE_MS }),
          changed: this.world.changed,
        });
      }
      // Once more where an epoch changed: the stream then starts from nothing; and from where a pack ends.
      if (!restarted && packs.length === 0) return;
    }
  }

  /**
   * @param {string} channel
   * @param {string} hash
   * @returns {Promise<import('../crypto/wire.js').Bytes>}
   * @throws {EngineError} `not-here`, or why there is no way to it
   */
  async chunk(channel, hash) {
    try {
      const path = `/sync/media/chunks/${hash}?channel=${encodeURIComponent(channel)}`;
      return new Uint8Array(await (await this.#read(path, { method: 'GET' })).arrayBuffer());
    } catch (error) {
      if (error instanceof Unreachable && error.connection === 'offline') throw new EngineError('not-here');
      if (error instanceof Unreachable) throw new EngineError(/** @type {any} */ (error.connection));
      throw error instanceof Refusal ? new EngineError('not-here', error.code) : error;
    }
  }

  /** @returns {Promise<Batch>} with whether an epoch changed, and the packs to fetch */
  async #stream() {
    const known = [...this.session.records.checkpoints].map(([channel, { since }]) => [channel, since]);
    const channels = { [REFERENCE]: null, ...Object.fromEntries(known) };
    const body = JSON.stringify({ channels, wait_ms: 0, packs: READS_PACKS, quarantine: knownStanding(this.session) });
    const response = await this.#read('/sync/changes', { method: 'POST', body, patience: STREAM_PATIENCE_MS });
    const batch = new Batch(this.session, this.world);
    let ended = false;
    for await (const line of lines(response)) {
      if (line.end === true) {
        ended = true;
        this.gateway.noteTime(line.server_time);
      } else await batch.take(line);
    }
    await batch.flush();
    if (!ended) throw new Unreachable('offline');
    return batch;
  }

  /**
   * A reading request, in a session that is opened or renewed as needed.
   * @param {string} path
   * @param {{method: string, body?: string, patience?: number}} request
   */
  async #read(path, request) {
    for (let tries = 0; ; tries += 1) {
      this.#token ??= await this.#openSession();
      try {
        return await this.gateway.request(path, { ...request, headers: { Authorization: `Bearer ${this.#token}` } });
      } catch (error) {
        if (!(error instanceof Refusal) || error.status !== 401 || tries > 0) throw error;
        this.#token = null;
      }
    }
  }

  /** @returns {Promise<string>} the token */
  async #openSession() {
    const { self, signingKey, storage } = this.session;
    const device = self.device.id;
    const { nonce } = await this.gateway.json('/sync/session/challenge', { body: JSON.stringify({ device }) });
    const report = await describeTablet(storage.database, this.gateway, self.keyset.set.number);
    const signature = await signSession(signingKey, device, nonce, report);
    const answer = await this.gateway.json('/sync/session', { body: JSON.stringify({ device, nonce, signature, report }) });
    if (answer.keyset) await adopt(this.session, answer.keyset);
    const account = answer.account ? { ...self.account, ...answer.account } : self.account;
    if (JSON.stringify(account) !== JSON.stringify(self.account)) {
      await this.session.commit([{ t: 'self', self: { ...this.session.self, account } }]);
    }
    return answer.token;
  }
}

/** Lines of the stream between two checkpoints. */
class Batch {
  /** @type {Entry[]} */ #entries = [];
  /** @type {import('../session.js').IngestRow[]} */ #rows = [];
  /** @type {{for: string, key: string}[]} */ #keys = [];
  #channel = '';
  restarted = false;
  /** @type {import('./packs.js').Pack[]} */ packs = [];

  /** @param {Session} session @param {PullWorld} world */
  constructor(session, world) {
    this.session = session;
    this.world = world;
  }

  /** @param {any} line */
  async take(line) {
    if (typeof line.epoch === 'string') await this.#open(line.channel, line.epoch);
    else if (typeof line.id === 'string') await this.#row(line);
    else if (line.key) this.#key(line.key);
    else if (line.pack) this.packs.push(parsePack(this.#channel, line.pack));
    else if (Array.isArray(line.erased)) await this.#erase(line);
    else if (line.quarantine) await this.#standing(line.quarantine);
    else if (typeof line.gone === 'string') {
      await this.flush();
      await this.world.purge(line.gone);
    } else if ('since' in line) await this.#checkpoint(line.since);
  }

  /** Durable when resolved. */
  async flush() {
    const [entries, rows, keys] = [this.#entries, this.#rows, this.#keys];
    [this.#entries, this.#rows, this.#keys] = [[], [], []];
    if (keys.length > 0) await this.session.keepKeys(keys);
    if (entries.length + rows.length === 0) return;
    const ids = await this.session.ingest(this.#channel, rows, entries);
    if (ids.length > 0) this.world.changed(this.#channel, [...new Set(ids)]);
  }

  /** @param {string} channel @param {string} epoch */
  async #open(channel, epoch) {
    await this.flush();
    this.#channel = channel;
    const known = this.session.records.checkpoints.get(channel);
    if (known?.epoch === epoch) return;
    if (known?.epoch) {
      this.restarted = true;
      // The reference channel is never made anew: the whole server was restored, and channels may be missing from
      // it that it will not even name. Before the new epoch is noted, so that a crash in between repeats it.
      for (const name of channel === REFERENCE ? [...this.session.records.channels.keys()] : [channel]) {
        await this.world.offerAgain(name);
      }
    }
    await this.session.commit([{ t: 'since', c: channel, epoch, since: null }]);
  }

  /** @param {any} row */
  async #row(row) {
    if (!isRow(row)) return;
    const held = this.session.records.get(this.#channel, row.id);
    if (held?.leaves.some(({ rev, ancestors }) => rev === row.rev || ancestors.includes(row.rev))) return;
    this.#rows.push(row);
    if (this.#rows.length >= BATCH) await this.flush();
  }

  /** Only group-class keys open here; a stanza is for key holders. @param {any} key */
  #key(key) {
    if (key.class === 'group' && typeof key.key === 'string' && typeof key.for === 'string' && !this.session.slots.get(key.for)) {
      this.#keys.push({ for: key.for, key: key.key });
    }
  }

  /** @param {any} standing */
  async #standing(standing) {
    for (const { channel, id } of await takeStanding(this.session, standing)) this.world.changed(channel, [id]);
  }

  /** @param {any} line */
  async #erase({ erased, channel }) {
    await this.flush();
    const fresh = erased.filter((/** @type {any} */ id) => typeof id === 'string' && !this.session.records.erased.has(id));
    await this.world.erase(channel ?? this.#channel, fresh);
  }

  /** @param {unknown} since */
  async #checkpoint(since) {
    const epoch = this.session.records.checkpoints.get(this.#channel)?.epoch ?? null;
    const known = this.session.records.checkpoints.get(this.#channel)?.since;
    if (known !== since) this.#entries.push({ t: 'since', c: this.#channel, epoch, since: String(since) });
    await this.flush();
  }
}

/**
 * The stream's lines as they come; a last line without its end was cut and is left out.
 * @param {Response} response
 * @returns {AsyncGenerator<any>}
 */
async function* lines(response) {
  if (!response.body) throw new Unreachable('server-error');
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = '';
  for (;;) {
    const { done, value } = await reader.read().catch(() => { throw new Unreachable('offline'); });
    if (done) return;
    const parts = (rest + value).split('\n');
    rest = parts.pop() ?? '';
    for (const part of parts) if (part.trim()) yield parseLine(part);
  }
}

/** @param {string} line @returns {any} */
function parseLine(line) {
  try {
    return JSON.parse(line);
  } catch {
    throw new Unreachable('portal');
  }
}
