// A list of readings between worker and page.
//
// Owns: the form of its parts, and putting them together again on the page. Documents travel as the bytes they are
// on the disk, transferred and not cloned: the page parses some while the worker opens the next. Pure.

/** @typedef {import('./types.js').Reading} Reading */

/**
 * Some readings of a list, in columns.
 * @typedef {object} ListPart
 * @property {number} total places of the whole list
 * @property {Uint32Array<ArrayBuffer>} places of these readings in it
 * @property {Uint32Array<ArrayBuffer>} ends where the document of each ends in `json`
 * @property {Uint8Array<ArrayBuffer>} json UTF-8, one document after another
 * @property {string[]} revs
 * @property {string[]} channels
 * @property {Uint8Array<ArrayBuffer>} flags
 */

/** One reading that had to be merged. @typedef {{total: number, place: number, reading: Reading}} ListRow */

export const [LOCAL, DELIVERED] = [1, 2];

const decoder = new TextDecoder();

/** What of a part is transferred. @param {ListPart | ListRow} part @returns {Transferable[]} */
export function transferable(part) {
  return 'reading' in part ? [] : [part.places.buffer, part.ends.buffer, part.json.buffer, part.flags.buffer];
}

/**
 * @param {ListPart | ListRow} part
 * @param {Reading[]} [list] of the parts before
 * @returns {Reading[]} with holes where nothing has come
 */
export function placed(part, list = new Array(part.total)) {
  if ('reading' in part) {
    list[part.place] = part.reading;
    return list;
  }
  const { places, ends, json, revs, channels, flags } = part;
  let start = 0;
  for (let i = 0; i < places.length; i += 1) {
    list[places[i]] = {
      // One by one: text of some megabytes takes several times as long to decode as the same in small pieces.
      doc: JSON.parse(decoder.decode(json.subarray(start, ends[i]))),
      rev: revs[i],
      channel: channels[i],
      conflicts: [],
      origin: flags[i] & LOCAL ? 'local' : 'remote',
      delivered: (flags[i] & DELIVERED) > 0,
      erased: false,
    };
    start = ends[i];
  }
  return list;
}
