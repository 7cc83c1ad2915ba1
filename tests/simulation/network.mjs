// The network between one tablet and the gateway: every way in which a request can go wrong.
//
// Owns: choosing a fault for each request while trouble is on, and requests that arrive late a second time.
// Whatever happens is written to the step log by its name.

/** @typedef {ReturnType<typeof import('./chance.mjs').chance>} Chance */

const FAULTS = /** @type {[number, string][]} */ ([
  [60, 'passes'], [6, 'lost before'], [8, 'lost after'], [5, 'twice'], [5, 'late again'], [6, 'cut answer'],
  [3, 'torn answer'], [3, 'cut request'], [2, 'portal'], [2, 'busy'], [5, 'meanwhile'],
]);

export class Network {
  /**
   * @param {{chance: Chance, address: () => string, log: (line: string) => void}} world
   * @param {() => Promise<void>} meanwhile something the tablet does between request and answer
   */
  constructor({ chance, address, log }, meanwhile) {
    this.chance = chance;
    this.address = address;
    this.log = log;
    this.meanwhile = meanwhile;
    this.trouble = false;
    /** The tablet's process is gone: nothing of it reaches the network. */
    this.dead = false;
    /** @type {(() => Promise<unknown>)[]} requests on their way for a second time */ this.late = [];
  }

  /** @param {string} path @param {any} init @returns {Promise<Response>} */
  async fetch(path, init) {
    if (this.dead) throw new TypeError('the process is gone');
    const fault = this.trouble ? this.chance.weighed(FAULTS) : 'passes';
    if (fault !== 'passes') this.log(`    ${init.method ?? 'GET'} ${path.slice(0, 40)}: ${fault}`);
    const send = (/** @type {any} */ changed = init) => fetch(this.address() + path, { ...changed, cache: undefined, credentials: undefined });
    switch (fault) {
      case 'lost before': throw new TypeError('lost before');
      case 'lost after':
        await drained(send());
        throw new TypeError('lost after');
      case 'twice':
        await drained(send());
        return send();
      case 'late again':
        this.late.push(() => drained(send({ ...init, signal: undefined })));
        return send();
      case 'cut answer': return cut(await send(), this.chance.next(), false);
      case 'torn answer': return cut(await send(), this.chance.next(), true);
      case 'cut request': return send(init.body?.length ? { ...init, body: init.body.slice(0, this.chance.number(init.body.length)) } : init);
      case 'portal': return new Response('<html>sign in</html>', { headers: { 'Content-Type': 'text/html' } });
      case 'busy': return new Response('{"error":"rate-limited"}', { status: 429, headers: { 'Content-Type': 'application/json', 'Retry-After': '1' } });
      case 'meanwhile': {
        const response = await send();
        const body = await response.arrayBuffer();
        await this.meanwhile();
        return copyOf(response, body);
      }
      default: return send();
    }
  }

  /** Whatever was on its way for a second time arrives now, the last first. */
  async arrive() {
    for (const request of this.late.splice(0).reverse()) await request();
  }
}

/** @param {Promise<Response>} sent the answer is nobody's */
async function drained(sent) {
  try {
    await (await sent).arrayBuffer();
  } catch {
    // The server is down, or went down under it.
  }
}

/** @param {Response} response @param {number} share of the bytes that come @param {boolean} torn ends with an error */
async function cut(response, share, torn) {
  const whole = new Uint8Array(await response.arrayBuffer());
  const part = whole.slice(0, Math.floor(whole.length * share));
  const body = new ReadableStream({
    start(controller) {
      if (part.length > 0) controller.enqueue(part);
      if (torn) controller.error(new TypeError('torn'));
      else controller.close();
    },
  });
  return copyOf(response, body);
}

/** @param {Response} response @param {any} body */
function copyOf(response, body) {
  const headers = new Headers();
  for (const name of ['Content-Type', 'Retry-After']) if (response.headers.has(name)) headers.set(name, response.headers.get(name) ?? '');
  return new Response([204, 304].includes(response.status) ? null : body, { status: response.status, headers });
}
