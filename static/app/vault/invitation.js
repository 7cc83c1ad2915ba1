/**
 * An enrolment code: as an invitation in the address's fragment, or as a person types it.
 *
 * Pure. Crockford's base32: case and dashes do not count, O is read as 0, I and L as 1.
 *
 * @typedef {{code: string, root: string | undefined}} Invitation
 */
const LENGTH = 12;

/** What is read as another sign: Crockford's twins, and Cyrillic letters that look like Latin ones. @type {Record<string, string>} */
const TWINS = {
  O: '0', I: '1', L: '1', О: '0', І: '1',
  А: 'A', В: 'B', С: 'C', Е: 'E', Н: 'H', К: 'K', М: 'M', Р: 'P', Т: 'T', Х: 'X', У: 'Y', Ү: 'Y',
};

/**
 * `#code=XXXX-XXXX-XXXX&root=<hex>` or a bare code.
 * @param {string} fragment
 * @returns {Invitation | null} null where there is no whole code in it
 */
export function readInvitation(fragment) {
  const bare = fragment.replace(/^#/, '');
  const fields = new URLSearchParams(bare);
  const code = normaliseCode(fields.get('code') ?? bare);
  if (code.length !== LENGTH) return null;
  return { code: writeCode(code), root: fields.get('root') || undefined };
}

/**
 * The invitation in a scanned address, if it leads into this very app.
 * @param {string} address
 * @param {string} origin ours
 * @returns {Invitation | null}
 */
export function readInvitationAddress(address, origin) {
  try {
    const url = new URL(address);
    return url.origin === origin && url.pathname === '/app/' ? readInvitation(url.hash) : null;
  } catch {
    return null;
  }
}

/**
 * The significant characters of what was typed, at most twelve.
 * @param {string} typed
 */
export function normaliseCode(typed) {
  const latin = [...typed.toUpperCase()].map((letter) => TWINS[letter] ?? letter).join('');
  return latin.replace(/[^0-9A-HJKMNP-TV-Z]/g, '').slice(0, LENGTH);
}

/**
 * In groups of four, as the office shows it.
 * @param {string} typed
 */
export function writeCode(typed) {
  return normaliseCode(typed).replace(/(.{4})(?=.)/g, '$1-');
}

/** @param {string} typed */
export function isWholeCode(typed) {
  return normaliseCode(typed).length === LENGTH;
}
