// Talking to the gateway: requests, and what it means when one does not come back as it should.
//
// Owns: the difference between no network, a captive portal, a server in trouble and a refusal.
// Also the nonces that answers bring along, counted as they are used.
// Knows no key and stores nothing; no request may be cached, follow a redirect or carry a cookie.
// protocol.md, section 8 and "Error codes".

/** @typedef {import('../types.js').Connection} Connection */
/** @typedef {import('../crypto/wire.js').Bytes} Bytes */

/** There is no way through: a state, not an error of the tablet. */
export class Unreachable extends Error {
  /** @param {Exclude<Connection, 'online'>} connection @param {number} [retryAfterMs] */
  constructor(connection, retryAfterMs) {
    super(connection);
    this.connection = connection;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The gateway answered, and the answer is no. */
export class Refusal extends Error {
  /** @param {string} code @param {number} status */
  constructor(code, status) {
    super(`${status} ${code}`);
    this.code = code;
    this.status = status;
  }
}

const PATIENCE_MS = 30_000;
const UPLOAD_PATIENCE_MS = 180_000;
/** The server takes so many requests for one nonce. */
const NONCE_USES = 256;

export class Gateway {
  /**
   * @param {(path: string, init: RequestInit) => Promise<Response>} network
   * @param {() => number} now
   */
  constructor(network, now) {
    this.network = network;
    this.now = now;
    /** @type {number | null} server clock minus this clock, once known */ this.clockOffset = null;
    /** @type {string | null} asks for nonces with every hello */ this.device = null;
    /** Of the shell that runs; told to the office. */ this.version = '';
    /** @type {{value: string, used: number}} */ this.nonce = { value: '', used: 0 };
  }

  /** For one signed request; empty where none is known: the refusal then brings one. @returns {string} */
  takeNonce() {
    if (!this.nonce.value || this.nonce.used >= NONCE_USES) return '';
    this.nonce.used += 1;
    return `${this.nonce.value}.${this.nonce.used}`;
  }

  /** What this tablet takes for the server's time, in seconds. */
  seconds() {
    return Math.floor((this.now() + (this.clockOffset ?? 0)) / 1000);
  }

  /**
   * @returns {Promise<void>}
   * @throws {Unreachable}
   */
  async hello() {
    /** @type {Record<string, string>} */
    const headers = this.device ? { 'Aigaq-Device': this.device } : {};
    const response = await this.#send('/sync/hello', { headers }, PATIENCE_MS);
    if (response.status >= 500 || response.status === 429) throw new Unreachable('server-error', retryAfter(response));
    const body = await response.json().catch(() => null);
    if (!response.ok || body?.aigaq !== 1) throw new Unreachable('portal');
    this.noteTime(body.server_time);
  }

  /**
   * A JSON answer.
   * @param {string} path
   * @param {{method?: string, headers?: Record<string, string>, body?: string | Bytes}} request
   * @returns {Promise<any>}
   * @throws {Unreachable | Refusal}
   */
  async json(path, request) {
    const response = await this.request(path, request);
    const body = await response.json().catch(() => undefined);
    if (body === undefined) throw await this.#diagnose(new Unreachable('portal'));
    if (body?.server_time) this.noteTime(body.server_time);
    return body;
  }

  /**
   * A successful answer of the gateway itself.
   * @param {string} path
   * @param {{method?: string, headers?: Record<string, string>, body?: string | Bytes | Blob, patience?: number}} request
   *   `patience` in milliseconds
   * @returns {Promise<Response>}
   */
  async request(path, { method = 'POST', headers = {}, body, patience = method === 'PUT' ? UPLOAD_PATIENCE_MS : PATIENCE_MS }) {
    /** @type {Record<string, string>} */
    const type = typeof body === 'string' ? { 'Content-Type': 'application/json' } : {};
    let response;
    try {
      response = await this.#send(path, { method, headers: { ...type, ...headers }, body }, patience);
    } catch (error) {
      throw error instanceof Unreachable ? await this.#diagnose(error) : error;
    }
    // A page where data was asked for is not from the gateway, whatever its status says.
    const html = (response.headers.get('Content-Type') ?? '').startsWith('text/html');
    if (response.ok && !html) return response;
    const refusal = html ? null : await response.json().catch(() => null);
    if (response.status >= 500 || response.status === 429) throw new Unreachable('server-error', retryAfter(response));
    if (typeof refusal?.error === 'string') throw new Refusal(refusal.error, response.status);
    throw await this.#diagnose(new Unreachable('portal'));
  }

  /** @param {unknown} serverTime ISO */
  noteTime(serverTime) {
    const time = typeof serverTime === 'string' ? Date.parse(serverTime) : NaN;
    if (Number.isFinite(time)) this.clockOffset = Math.round(time - this.now());
  }

  /**
   * @param {string} path
   * @param {RequestInit} init
   * @param {number} patience milliseconds
   */
  async #send(path, init, patience) {
    let response;
    try {
      response = await this.network(path, {
        ...init, cache: 'no-store', credentials: 'omit', redirect: 'manual', referrerPolicy: 'no-referrer',
        signal: AbortSignal.timeout(patience),
      });
    } catch {
      throw new Unreachable('offline');
    }
    if (response.type === 'opaqueredirect') throw new Unreachable('portal');
    const nonce = response.headers.get('Aigaq-Nonce');
    if (nonce) this.nonce = { value: nonce, used: 0 };
    return response;
  }

  /** What `hello` says of it: a broken request may be all that failed. @param {Unreachable} error */
  async #diagnose(error) {
    try {
      await this.hello();
      return error.connection === 'portal' ? new Unreachable('server-error') : error;
    } catch (again) {
      return again instanceof Unreachable ? again : error;
    }
  }
}

/** @param {Response} response @returns {number | undefined} milliseconds */
function retryAfter(response) {
  const seconds = Number(response.headers.get('Retry-After'));
  return seconds > 0 ? Math.min(seconds, 3600) * 1000 : undefined;
}
