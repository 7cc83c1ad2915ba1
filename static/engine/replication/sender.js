// Who delivers: the device and its upload key, and requests signed with it.
//
// Owns: the one place where a delivering request is signed (protocol.md, section 3). Delivery, uploads and
// the release of media ask through it, in the worker and in the service worker. It can only deliver. A request
// that the server would not take for its nonce's sake is signed anew, once, with the nonce of that answer.

import { signUpload } from '../crypto/signing.js';
import { utf8 } from '../crypto/wire.js';
import { Refusal } from './gateway.js';

/** @typedef {import('../crypto/wire.js').Bytes} Bytes */

export class Sender {
  /**
   * @param {import('./gateway.js').Gateway} gateway
   * @param {{device: string, key: CryptoKey}} identity
   */
  constructor(gateway, identity) {
    this.gateway = gateway;
    this.identity = identity;
  }

  /**
   * @param {import('../store/database.js').Database} database
   * @param {import('./gateway.js').Gateway} gateway
   * @returns {Promise<Sender | null>} null where no device is enrolled
   */
  static async of(database, gateway) {
    const [device, upload] = await Promise.all([database.get('public', 'device'), database.get('public', 'upload')]);
    if (!device || !upload) return null;
    gateway.device = device.id;
    return new Sender(gateway, { device: device.id, key: upload.key });
  }

  /**
   * @param {string} path
   * @param {any} value JSON
   * @returns {Promise<any>} the JSON answer
   * @throws {import('./gateway.js').Unreachable | import('./gateway.js').Refusal}
   */
  async post(path, value) {
    const body = utf8(JSON.stringify(value));
    return this.#signed('POST', path, body, (headers) => (
      this.gateway.json(path, { headers: { ...headers, 'Content-Type': 'application/json' }, body })));
  }

  /**
   * Bytes that are not read here: what lies on the disk goes from there, and its hash is known since it was captured.
   * @param {string} path
   * @param {Blob} body
   * @param {string} sha256 hex
   * @returns {Promise<void>} stored
   * @throws {import('./gateway.js').Unreachable | import('./gateway.js').Refusal} `bad-request`: the bytes have another hash
   */
  async put(path, body, sha256) {
    await this.#signed('PUT', path, { sha256 }, (headers) => (
      this.gateway.request(path, { method: 'PUT', headers: { ...headers, 'Content-Type': 'application/octet-stream' }, body })));
  }

  /**
   * @template T
   * @param {string} method
   * @param {string} path
   * @param {Bytes | {sha256: string}} body
   * @param {(headers: Record<string, string>) => Promise<T>} send
   * @returns {Promise<T>}
   */
  async #signed(method, path, body, send) {
    const { key, device } = this.identity;
    const sign = () => signUpload(key, device, { method, path, body, nonce: this.gateway.takeNonce(), created: this.gateway.seconds() });
    try {
      return await send(await sign());
    } catch (error) {
      if (!(error instanceof Refusal) || error.code !== 'nonce-needed') throw error;
      return send(await sign());
    }
  }
}
