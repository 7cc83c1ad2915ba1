/**
 * The page's half of the passkey: WebAuthn with the PRF extension, which a worker cannot ask for.
 *
 * Owns the questions to the authenticator and what their answers mean. Gives its output away at once and keeps none;
 * what is done with it is the engine's (docs/adr/0016). No account, no name and no server take part: the relying
 * party is this host, and nothing checks the signature, because what counts is the output alone.
 */
import { EngineError } from '../../engine/errors.js';

/** @typedef {{credential: ArrayBuffer, salt: ArrayBuffer}} Passkey what is stored of one */

const PATIENCE_MS = 90_000;
const NAME = 'Aigaq';
const VERIFIED = 0x04;

/** Whether it is worth offering here; only trying tells for certain. @returns {Promise<boolean>} */
export async function canPasskey() {
  // A relying party is a name: an address of digits has none.
  if (!window.isSecureContext || typeof PublicKeyCredential === 'undefined' || /^[\d.]+$|:/.test(location.hostname)) return false;
  const ask = /** @type {any} */ (PublicKeyCredential).getClientCapabilities;
  if (typeof ask !== 'function') return true;
  try {
    return (await ask.call(PublicKeyCredential))['extension:prf'] !== false;
  } catch {
    return true;
  }
}

/**
 * A new passkey, tried once: the system asks twice.
 * @returns {Promise<Passkey & {prf: ArrayBuffer}>}
 * @throws {EngineError} `passkey-refused`, `passkey-unsupported`
 */
export async function makePasskey() {
  const publicKey = {
    rp: { id: location.hostname, name: NAME },
    user: { id: random(16), name: NAME, displayName: NAME },
    challenge: random(32),
    pubKeyCredParams: [{ type: /** @type {const} */ ('public-key'), alg: -7 }, { type: /** @type {const} */ ('public-key'), alg: -257 }],
    attestation: /** @type {const} */ ('none'),
    authenticatorSelection: { residentKey: /** @type {const} */ ('discouraged'), userVerification: /** @type {const} */ ('required') },
    timeout: PATIENCE_MS,
    extensions: /** @type {any} */ ({ prf: {} }),
  };
  const made = await answerOf(navigator.credentials.create({ publicKey }));
  try {
    if (!made.getClientExtensionResults().prf?.enabled) throw new EngineError('passkey-unsupported', 'prf');
    const passkey = { credential: made.rawId, salt: random(32).buffer };
    return { ...passkey, prf: await askPasskey(passkey) };
  } catch (error) {
    forgetPasskey(made.rawId);
    throw error;
  }
}

/**
 * @param {Passkey} passkey
 * @returns {Promise<ArrayBuffer>} the authenticator's output for the salt, 32 bytes
 * @throws {EngineError} `passkey-refused`, `passkey-unsupported`
 */
export async function askPasskey({ credential, salt }) {
  const publicKey = {
    challenge: random(32),
    rpId: location.hostname,
    allowCredentials: [{ type: /** @type {const} */ ('public-key'), id: credential }],
    userVerification: /** @type {const} */ ('required'),
    timeout: PATIENCE_MS,
    extensions: /** @type {any} */ ({ prf: { eval: { first: salt } } }),
  };
  const answer = await answerOf(navigator.credentials.get({ publicKey }));
  const { response } = answer;
  // An authenticator that did not see its owner gives another output: better said so than "does not fit".
  if (!(new Uint8Array(response.authenticatorData)[32] & VERIFIED)) throw new EngineError('passkey-unsupported', 'unverified');
  const output = answer.getClientExtensionResults().prf?.results?.first;
  if (!output) throw new EngineError('passkey-unsupported', 'prf');
  return output;
}

/** Asks the system to take it out of its list, where it can. @param {ArrayBuffer} credential */
export function forgetPasskey(credential) {
  const signal = /** @type {any} */ (globalThis.PublicKeyCredential)?.signalUnknownCredential;
  const credentialId = btoa(String.fromCharCode(...new Uint8Array(credential))).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '');
  signal?.call(PublicKeyCredential, { rpId: location.hostname, credentialId })?.catch(() => undefined);
}

/** @param {Promise<Credential | null>} asked @returns {Promise<any>} */
async function answerOf(asked) {
  try {
    const answer = await asked;
    if (answer) return answer;
  } catch (error) {
    // A refusal, a wait that was too long and a key that is elsewhere are one and the same error, by design.
    const name = error instanceof Error ? error.name : '';
    if (name !== 'NotAllowedError' && name !== 'AbortError') throw new EngineError('passkey-unsupported', name);
  }
  throw new EngineError('passkey-refused');
}

/** @param {number} length */
function random(length) {
  return crypto.getRandomValues(new Uint8Array(length));
}
