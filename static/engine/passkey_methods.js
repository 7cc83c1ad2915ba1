// The engine's methods for the optional passkey (docs/engine.md, "Vault"; docs/adr/0016).
//
// Owns: what crosses from the page, and that the authenticator's output is zeroed whatever comes of it. The page runs
// WebAuthn, because a worker cannot; it gives the output away with the message and keeps no copy.

/** @typedef {import('./engine.js').Engine} Engine */

export const PASSKEY_METHODS = ['passkey', 'addPasskey', 'removePasskey', 'unlockWithPasskey'];

export class PasskeyMethods {
  /** @param {Engine} engine @param {() => void} requireOwner throws where another tab owns the vault */
  constructor(engine, requireOwner) {
    this.engine = engine;
    this.requireOwner = requireOwner;
  }

  /** @returns {Promise<{credential: ArrayBuffer, salt: ArrayBuffer} | null>} null where none is set */
  async passkey() {
    this.requireOwner();
    return this.engine.vault.passkey();
  }

  /**
   * @param {string | string[]} words all of them
   * @param {{credential: ArrayBuffer, salt: ArrayBuffer, prf: ArrayBuffer}} made
   */
  async addPasskey(words, made) {
    const prf = new Uint8Array(made.prf);
    try {
      this.requireOwner();
      await this.engine.vault.addPasskey(words, { credential: new Uint8Array(made.credential), prfSalt: new Uint8Array(made.salt), prf });
    } finally {
      prf.fill(0);
    }
  }

  async removePasskey() {
    this.requireOwner();
    await this.engine.vault.removePasskey();
  }

  /** @param {string | string[]} words @param {ArrayBuffer} output @returns {Promise<import('./types.js').EngineStatus>} */
  async unlockWithPasskey(words, output) {
    const prf = new Uint8Array(output);
    try {
      return await this.engine.unlock(words, prf);
    } finally {
      prf.fill(0);
    }
  }
}
