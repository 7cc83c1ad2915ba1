// One error for everything the engine refuses, with a stable code that screens translate.
//
// Owns: EngineError and the way it crosses postMessage. Foreign exceptions are wrapped where they
// appear; what reaches a screen without a code of ours is `refused`, with its message as detail.

/** @typedef {import('./types.js').ErrorCode} ErrorCode */

export class EngineError extends Error {
  /**
   * @param {ErrorCode} code
   * @param {unknown} [detail] anything that can be cloned
   */
  constructor(code, detail) {
    super(detail === undefined ? code : `${code}: ${typeof detail === 'string' ? detail : JSON.stringify(detail)}`);
    this.name = 'EngineError';
    this.code = code;
    this.detail = detail;
  }
}

/**
 * What postMessage carries of an error.
 * @param {unknown} error
 * @returns {{code: ErrorCode, detail?: unknown}}
 */
export function describeError(error) {
  if (error instanceof EngineError) return { code: error.code, detail: error.detail };
  if (isQuota(error)) return { code: 'storage-full' };
  return { code: 'refused', detail: error instanceof Error ? `${error.name}: ${error.message}` : String(error) };
}

/**
 * True where a browser says that the disk or the quota is used up.
 * @param {unknown} error
 */
export function isQuota(error) {
  return error instanceof Error && (error.name === 'QuotaExceededError' || error.name === 'NoSpaceError');
}
