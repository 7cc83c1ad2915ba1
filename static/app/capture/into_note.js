// A medium that was made for a note: put into the note's draft, which waits for it.
//
// Owns only that step; the note's screen reads its draft when it is shown again.

/**
 * @param {import('../../engine/client.js').EngineClient} engine
 * @param {string | null} key of the note's draft; null: for no note
 * @param {string} id
 * @param {boolean} [page] the photographed page that the note was written on
 */
export async function putIntoNote(engine, key, id, page = false) {
  if (!key) return;
  const draft = (await engine.draft(key)) ?? {};
  const patch = page && draft.on_paper
    ? { on_paper: { ...draft.on_paper, photo: id } }
    : { media: [...(draft.media ?? []), id] };
  await engine.saveDraft(key, { ...draft, ...patch });
}
