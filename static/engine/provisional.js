// A second vault for words that were forgotten, and its confirmation by the office.
//
// Owns: what a provisional vault starts from (the key set and the ids that lie in the clear beside the closed
// vault; nothing else is known), and the step to an ordinary vault. Safety: a key set on the disk cannot be
// checked against the root that the closed vault pins. It must carry its root's signature, and the code that
// confirms the vault names the root once more: another root ends in `root-mismatch`, and what was sealed until
// then is known to have been sealed to a stranger. docs/adr/0010.

import { acceptFirst, isSigned, parseCode, rootFingerprint } from './crypto/keyset.js';
import { normaliseWords } from './crypto/passphrase.js';
import { exportSigningKey, makeSigningKey } from './crypto/signing.js';
import { ulid } from './crypto/ulid.js';
import { toEngineError } from './enrolment.js';
import { EngineError } from './errors.js';

const FEWEST_WORDS = 6;

/**
 * @param {import('./vault.js').Vault} vault a vacant one
 * @param {{device: any, keyset: any, upload: any}} from public rows of the vault that stays closed
 * @param {{words: string | string[], initial: string, language: string}} request
 * @param {number} now
 */
export async function makeProvisional(vault, from, { words, initial, language }, now) {
  if (vault.exists) throw new EngineError('refused', 'a vault is here');
  if (normaliseWords(words).split(' ').length < FEWEST_WORDS) throw new EngineError('refused', 'too few words');
  const signed = from.keyset?.signed;
  if (!signed || !(await isSigned(signed))) throw new EngineError('root-mismatch', 'signature');
  if (!from.device.account) throw new EngineError('refused', 'the account is not known here');
  const cost = await vault.calibrate();
  const [signing, upload] = await Promise.all([makeSigningKey(true), makeSigningKey(false)]);
  const device = { id: ulid(now), name: from.device.label };
  const announced = { ...device, signing: signing.public, upload: upload.public };
  const self = {
    // Who it is the office knows; what this person may do is decided there, by the account.
    account: { id: from.device.account, name: '', initial: initial.trim().slice(0, 3), role: 'leader', group: null, language },
    device, signing: await exportSigningKey(signing.key), keyset: signed, root: await rootFingerprint(signed), announced,
  };
  await vault.create({ words, cost }, self, [
    { store: 'public', put: { name: 'device', id: device.id, label: device.name, account: from.device.account } },
    { store: 'public', put: { name: 'keyset', signed } },
    { store: 'public', put: { name: 'upload', key: upload.key } },
    { store: 'public', put: { name: 'announcement', device: announced, by: { device: from.device.id, key: from.upload.key }, done: false } },
  ]);
}

/**
 * @param {import('./session.js').Session} session of a provisional vault
 * @param {import('./replication/gateway.js').Gateway} gateway
 * @param {{code: string, root?: string}} request
 * @param {{userAgent: string}} world
 * @throws {EngineError} as enrolment does; `root-mismatch` also where the office's root is not the one that was sealed to
 */
export async function confirmVault(session, gateway, request, { userAgent }) {
  const { self } = session;
  if (!self.announced) throw new EngineError('refused', 'not provisional');
  const { code, root } = parseCode(String(request.code ?? ''));
  const body = { code, device: { ...self.announced, app_version: gateway.version, user_agent: userAgent } };
  let answer;
  try {
    answer = await gateway.json('/sync/enrol', { body: JSON.stringify(body) });
  } catch (error) {
    throw toEngineError(error);
  }
  const pinned = await acceptFirst(answer.keyset, { root, full: request.root });
  if (pinned !== self.root) throw new EngineError('root-mismatch', 'provisional');
  if (answer.account?.id !== self.account.id) throw new EngineError('refused', 'another account');
  const known = { ...self, account: answer.account, keyset: answer.keyset, announced: undefined };
  await session.commit([{ t: 'self', self: known }], [
    { store: 'public', put: { name: 'keyset', signed: answer.keyset } },
    { store: 'public', remove: 'announcement' },
  ]);
}
