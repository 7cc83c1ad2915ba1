// What leaves this tablet: verified media when the user says so, and a channel that is no longer one's own.
//
// Owns: the rule that nothing goes without a verified receipt.

import { holdsAll } from './holding.js';
import { readReleasable } from './ledger.js';
import { waitingInQuarantine } from './quarantine.js';
import { toEngineError } from '../enrolment.js';

/**
 * @typedef {import('../session.js').Session} Session
 * @typedef {import('../store/database.js').Write} Write
 */


/**
 * Frees verified media, after the server has said once more that it holds every chunk.
 * @param {Session} session
 * @param {import('./gateway.js').Gateway} gateway
 * @param {string} channel
 * @param {(id: string) => boolean} [wanted] which of them; all where it is left out
 * @returns {Promise<{bytes: number, items: string[]}>} what was freed
 */
export async function release(session, gateway, channel, wanted = () => true) {
  const { database, files } = session.storage;
  const free = await readReleasable(session, channel);
  const rows = await database.all('chunks');
  const freed = [];
  let bytes = 0;
  for (const id of free.items.filter(wanted)) {
    const file = session.records.files.get(id);
    if (!file) continue;
    const own = rows.filter((row) => row.file === file.file);
    const all = await holdsAll(session, gateway, own).catch((error) => { throw toEngineError(error); });
    if (!all) continue;
    /** @type {Write[]} */
    const writes = own.map((row) => ({ store: 'chunks', remove: row.n }));
    await session.commit([{ t: 'file', id, c: channel, file: file.file, freed: true }], writes);
    await files.remove(file.file);
    freed.push(id);
    bytes += own.reduce((sum, row) => sum + row.size, 0);
  }
  if (freed.length > 0) await session.storage.ballast.restore();
  return { bytes, items: freed };
}

/**
 * A note that was begun and not saved says "kept on this tablet": before its channel goes it becomes a document,
 * which the office receives.
 * @param {Session} session
 * @param {import('../writing.js').Writing} writing
 * @param {string} channel
 */
export async function sealNotes(session, writing, channel) {
  const prefix = `${channel}/note/`;
  for (const key of session.records.draftsOf(channel).filter((name) => name.startsWith(prefix))) {
    const { started, ...note } = /** @type {Record<string, any>} */ (session.records.drafts.get(key) ?? {});
    if (!note.text?.trim() && !note.media?.length) continue;
    const before = (await session.readings.get(channel, key.slice(prefix.length)))?.doc ?? null;
    const happened = note.on_paper?.happened_at || null;
    await writing.save(channel, {
      ...before, type: 'note', ...note, on_paper: happened ? note.on_paper : null,
      at: happened ?? before?.at ?? started, lang: before?.lang ?? session.self.account.language,
    });
    await session.commit([{ t: 'draft', k: key }]);
  }
}

/**
 * A channel whose team one has left, or that was closed and released: all of it goes but the undelivered, and what
 * its author may yet have to mend, because the office could not take it in.
 * Drafts go too: what was written in notes is sealed first (`sealNotes`), forms make versions as they are filled.
 * A recording goes only where the office has signed that it holds all of it.
 * @param {Session} session
 * @param {import('./gateway.js').Gateway} gateway
 * @param {string} channel
 */
export async function purge(session, gateway, channel) {
  const { database, files } = session.storage;
  const held = [...session.records.channels.get(channel)?.values() ?? []];
  const rows = await database.all('chunks');
  const unsent = new Set(rows.filter((row) => !row.sent).map((row) => row.file));
  const waits = held.filter(({ id }) => unsent.has(session.records.files.get(id)?.file));
  // A recording that still runs has parts that are not yet whole enough to be sent.
  const media = held.filter(({ type }) => type === 'medium');
  const states = (await session.readings.read(media)).map((reading) => reading?.doc.state);
  const running = media.filter((_, i) => states[i] === 'recording');
  const asked = waitingInQuarantine(session);
  const mends = held.filter(({ id }) => asked.has(id));
  const keep = new Set([...held.filter((one) => !session.records.isDelivered(one)), ...waits, ...running, ...mends].map(({ id }) => id));
  for (const { id } of media.filter((one) => !keep.has(one.id))) {
    const file = session.records.files.get(id);
    const own = rows.filter((row) => file && !file.freed && row.file === file.file);
    if (own.length > 0 && !(await holdsAll(session, gateway, own))) keep.add(id);
  }
  const leaving = held.filter(({ id }) => !keep.has(id)).map(({ id }) => id);
  const drafts = session.records.draftsOf(channel).length;
  const names = leaving.map((id) => session.records.files.get(id)?.file).filter((name) => name !== undefined);
  /** @type {Write[]} */
  const writes = (await database.all('chunks')).filter((row) => names.includes(row.file))
    .map((row) => ({ store: 'chunks', remove: row.n }));
  await session.commit([{ t: 'gone', c: channel, keep: [...keep] }], writes);
  await session.slots.erase(leaving);
  for (const name of names) await files.remove(name);
  if (names.length > 0) await session.storage.ballast.restore();
  if (leaving.length + drafts > 0) await session.compact(true);
  return leaving;
}
