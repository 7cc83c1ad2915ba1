// From a one-time code to a vault on this tablet (protocol.md, section 2).
//
// Owns: the order. Everything slow comes before the code is used, because a code works once; the root is
// checked before anything is kept; the vault is whole before it is called one.

import { acceptFirst, parseCode } from './crypto/keyset.js';
import { normaliseWords } from './crypto/passphrase.js';
import { exportSigningKey, makeSigningKey } from './crypto/signing.js';
import { ulid } from './crypto/ulid.js';
import { EngineError } from './errors.js';
import { Refusal, Unreachable } from './replication/gateway.js';

const FEWEST_WORDS = 6;

/**
 * @param {import('./vault.js').Vault} vault
 * @param {import('./replication/gateway.js').Gateway} gateway
 * @param {import('./types.js').EnrolRequest} request
 * @param {{now: () => number, userAgent: string}} world
 * @throws {EngineError} `code-mistyped`, `code-unknown`, `code-expired`, `root-mismatch`, `refused`, or why there is no way
 */
export async function enrol(vault, gateway, request, world) {
  if (vault.exists) throw new EngineError('refused', 'a vault is here');
  const { code, root } = parseCode(String(request.code ?? ''));
  if (normaliseWords(request.words).split(' ').length < FEWEST_WORDS) throw new EngineError('refused', 'too few words');
  const cost = await vault.calibrate();
  const [signing, upload] = await Promise.all([makeSigningKey(true), makeSigningKey(false)]);
  const device = { id: ulid(world.now()), name: String(request.deviceName ?? '') };
  const answer = await ask(gateway, { code, device: {
    ...device, signing: signing.public, upload: upload.public, app_version: gateway.version, user_agent: world.userAgent,
  } });
  const pinned = await acceptFirst(answer.keyset, { root, full: request.root });
  const self = {
    account: answer.account,
    device: { id: answer.device?.id ?? device.id, name: answer.device?.name ?? device.name },
    signing: await exportSigningKey(signing.key),
    keyset: answer.keyset,
    root: pinned,
  };
  await vault.create({ words: request.words, cost }, self, [
    { store: 'public', put: { name: 'device', id: self.device.id, label: self.device.name, account: self.account.id } },
    { store: 'public', put: { name: 'keyset', signed: answer.keyset } },
    { store: 'public', put: { name: 'upload', key: upload.key } },
  ]);
}

/** @param {import('./replication/gateway.js').Gateway} gateway @param {any} body */
async function ask(gateway, body) {
  try {
    return await gateway.json('/sync/enrol', { body: JSON.stringify(body) });
  } catch (error) {
    throw toEngineError(error);
  }
}

/** What a screen is told of a request that failed. @param {unknown} error @returns {unknown} */
export function toEngineError(error) {
  if (error instanceof Unreachable) return new EngineError(error.connection);
  if (!(error instanceof Refusal)) return error;
  const known = ['code-unknown', 'code-expired', 'device-revoked'];
  return new EngineError(/** @type {any} */ (known.includes(error.code) ? error.code : 'refused'), error.code);
}
