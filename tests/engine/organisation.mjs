// An organisation for tests under node: root, key set, opening of envelopes, signing of receipts.
import { CipherSuite, DhkemX25519HkdfSha256, Aes256Gcm, HkdfSha256 } from '../../static/vendor/hpke.js';
import { canonical, fromBase64, sha256, text, toBase64, toHex, utf8 } from '../../static/engine/crypto/wire.js';
import { makeSigningKey, sign } from '../../static/engine/crypto/signing.js';
import { openWith } from '../../static/engine/crypto/sealing.js';
import { contentSha256 } from '../../static/engine/replication/revisions.js';

const kem = new CipherSuite({ kem: new DhkemX25519HkdfSha256(), kdf: new HkdfSha256(), aead: new Aes256Gcm() }).kem;

async function hpkePair() {
  const pair = await kem.generateKeyPair();
  return {
    public: toBase64(await kem.serializePublicKey(pair.publicKey)),
    private: new Uint8Array(await kem.serializePrivateKey(pair.privateKey)),
  };
}

export async function deriveKeys(number = 1, root = undefined, retired = []) {
  const owner = root ?? await makeSigningKey(true);
  const receipt = await makeSigningKey(true);
  const [transport, custody] = await Promise.all([hpkePair(), hpkePair()]);
  const set = {
    number,
    issued_at: '2026-01-01T00:00:00.000Z',
    keys: {
      transport: { id: `transport-${number}`, public: transport.public },
      custody: { id: `custody-${number}`, public: custody.public },
      receipt: { id: `receipt-${number}`, public: receipt.public },
      release: { id: `release-${number}`, public: receipt.public },
    },
    retired,
  };
  const signed = { set, root: owner.public, signature: await sign(owner.key, `aigaq/keyset/1\n${canonical(set)}`) };
  return { root: owner, receipt, transport, custody, signed };
}

/** A gateway for `Gateway`'s network: opens what comes and answers as docs/protocol.md says. */
export async function organisation() {
  const keys = await deriveKeys();
  const office = {
    keys,
    /** Transport secrets by key id. */ transports: new Map([['transport-1', keys.transport.private]]),
    /** @type {any[]} */ reports: [],
    /** The next key set: every key is new, every old one named. */
    async rotate(number = office.keys.signed.set.number + 1) {
      const { keys: before, retired } = office.keys.signed.set;
      const old = Object.entries(before).map(([purpose, key]) => ({ purpose, ...key }));
      office.keys = await deriveKeys(number, keys.root, [...retired, ...old]);
      office.transports.set(`transport-${number}`, office.keys.transport.private);
      return office.keys.signed;
    },
    /** @type {any[]} */ opened: [],
    receipts: new Map(),
    chunks: new Map(),
    /** @type {(path: string, init: any) => Response | Promise<Response> | undefined} */ interfere: () => undefined,
    requests: [],
    async network(path, init = {}) {
      office.requests.push(path);
      const other = await office.interfere(path, init);
      if (other) return other;
      if (path === '/sync/hello') return json({ aigaq: 1, server_time: '2026-03-01T08:00:05.000Z' });
      if (path === '/sync/session/challenge') return json({ nonce: 'bm9uY2U' });
      if (path === '/sync/session') {
        office.reports.push(parse(init.body).report);
        return json({ token: 'dG9rZW4', keyset: office.keys.signed });
      }
      if (path === '/sync/changes') return new Response('{"end":true}\n');
      if (path === '/sync/report') {
        office.reports.push(parse(init.body));
        return json({ keyset: parse(init.body).keyset < office.keys.signed.set.number ? office.keys.signed : null });
      }
      if (path === '/sync/outbox') return json({ receipts: await Promise.all(parse(init.body).envelopes.map((e) => office.receive(e))) });
      if (path === '/sync/media/missing') return json(await office.held(parse(init.body)));
      if (path.startsWith('/sync/media/chunks/') && init.method === 'PUT') {
        const hash = path.slice(-64);
        const bytes = new Uint8Array(await new Response(init.body).arrayBuffer());
        if (toHex(await sha256(bytes)) !== hash) return json({ error: 'bad-request' }, 400);
        office.chunks.set(hash, bytes);
        return json({}, 201);
      }
      return json({ error: 'not-found' }, 404);
    },
    async held({ hashes, challenge }) {
      const missing = hashes.filter((hash) => !office.chunks.has(hash));
      if (!challenge) return { missing };
      const asked = toHex(await sha256(utf8(hashes.join('\n'))));
      const held = { challenge, asked, missing, at: '2026-03-01T08:00:05.000Z', key: office.keys.signed.set.keys.receipt.id };
      return { missing, held, signature: await sign(office.signer ?? office.keys.receipt.key, `aigaq/held/1\n${canonical(held)}`) };
    },
    async receive({ id, key, device, sealed }) {
      const bytes = fromBase64(sealed);
      if (!office.receipts.has(id)) {
        if (!office.transports.has(key)) return { id, error: 'unsealable' };
        const plain = JSON.parse(text(await openWith(office.transports.get(key), bytes, `aigaq/envelope/1\n${id}`)));
        office.opened.push({ id, key, ...plain });
        office.receipts.set(id, {
          envelope: id, sealed_sha256: toHex(await sha256(bytes)), revision: plain.rev,
          content_sha256: await contentSha256(plain.document), size: bytes.length, device,
          received_at: '2026-03-01T08:00:05.000Z', seq: office.receipts.size + 1, prev: '', key: office.keys.signed.set.keys.receipt.id,
        });
      }
      const receipt = office.receipts.get(id);
      return { receipt, signature: await sign(office.signer ?? office.keys.receipt.key, `aigaq/receipt/1\n${canonical(receipt)}`) };
    },
  };
  return office;
}

export function json(value, status = 200) {
  return new Response(JSON.stringify(value), { status, headers: { 'Content-Type': 'application/json' } });
}

function parse(body) {
  return JSON.parse(typeof body === 'string' ? body : text(body));
}

