// Who delivers: the device and its upload key, and requests signed with it.
//
// Owns: the one place where a delivering request is signed (protocol.md, section 3). Delivery, uploads and
// the release of media ask through it, in the worker and in the service worker. It can only deliver.

import { signUpload } from '../crypto/signing.js';
import { utf8 } from '../crypto/wire.js';

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
    return device && upload ? new Sender(gateway, { device: device.id, key: upload.key }) : null;
  }

  /**
   * @param {string} path
   * @param {any} value JSON
   * @returns {Promise<any>} the JSON answer
   * @throws {import('./gateway.js').Unreachable | import('./gateway.js').Refusal}
   */
  async post(path, value) {
    const body = utf8(JSON.stringify(value));
    const headers = await this.#sign('POST', path, body);
    return this.gateway.json(path, { headers: { ...headers, 'Content-Type': 'application/json' }, body });
  }

  /**
   * @param {string} path
   * @param {Bytes} body
   * @returns {Promise<void>} stored
   * @throws {import('./gateway.js').Unreachable | import('./gateway.js').Refusal}
   */
  async put(path, body) {
    const headers = await this.#sign('PUT', path, body);
    await this.gateway.request(path, { method: 'PUT', headers: { ...headers, 'Content-Type': 'application/octet-stream' }, body });
  }

  /** @param {string} method @param {string} path @param {Bytes} body */
  #sign(method, path, body) {
    return signUpload(this.identity.key, this.identity.device, { method, path, body });
  }
}
