// Keys of drafts: `<channel>/<kind>/<what>`. The channel stands first, so that a visit's drafts go with the visit.
//
// Owns the form of the key, which the engine reads too (docs/engine.md, "Documents"). Pure.

/**
 * @param {string} channel
 * @param {'form' | 'form-version' | 'note' | 'sketch' | 'interview' | 'verification' | 'finding' | 'recommendation' | 'versions'} kind
 * @param {...string} what a document's id, or what the draft is about; '' for the prefix of all of a kind
 */
export function draftKey(channel, kind, ...what) {
  return [channel, kind, ...what].join('/');
}
