// A PouchDB client that does what it is told, one JSON line at a time: {op, …} in, {ok} or {error} out.

import { createInterface } from 'node:readline';

import PouchDB from 'pouchdb';
import memory from 'pouchdb-adapter-memory';

PouchDB.plugin(memory);

/** @type {Map<string, any>} */
const databases = new Map();
/** @type {Map<string, {replication: any, denied: any[], paused: number, error: any}>} */
const running = new Map();

/** @param {any} where a memory database's name, or `{url, username, password}` */
function database(where) {
  if (typeof where !== 'string') {
    return new PouchDB(where.url, { skip_setup: true, auth: where.auth, fetch: where.token && bearer(where.token) });
  }
  if (!databases.has(where)) databases.set(where, new PouchDB(where, { adapter: 'memory' }));
  return databases.get(where);
}

/** @param {string} token */
function bearer(token) {
  return (/** @type {any} */ url, /** @type {any} */ options) => {
    options.headers.set('Authorization', `Bearer ${token}`);
    return PouchDB.fetch(url, options);
  };
}

/** @param {any} replication */
function watch(replication) {
  const state = { replication, denied: /** @type {any[]} */ ([]), paused: 0, error: /** @type {any} */ (null) };
  replication.on('denied', (/** @type {any} */ row) => state.denied.push(row));
  replication.on('paused', () => { state.paused += 1; });
  replication.on('error', (/** @type {any} */ error) => { state.error = error; });
  replication.catch(() => {});
  return state;
}

/** @type {Record<string, (message: any) => Promise<any>>} */
const operations = {
  put: ({ db, docs, options }) => database(db).bulkDocs(docs, options ?? {}),
  get: ({ db, id, options }) => database(db).get(id, options ?? {}),
  remove: async ({ db, id }) => database(db).remove(await database(db).get(id)),
  allDocs: ({ db, options }) => database(db).allDocs(options ?? {}),
  bulkGet: ({ db, options }) => database(db).bulkGet(options),
  info: ({ db }) => database(db).info(),
  changes: ({ db, options }) => database(db).changes(options ?? {}),
  // Every leaf of every document: {id: [rev, …] sorted}.
  leaves: async ({ db }) => {
    const { results } = await database(db).changes({ style: 'all_docs' });
    return Object.fromEntries(
      results.map((/** @type {any} */ row) => [row.id, row.changes.map((/** @type {any} */ c) => c.rev).sort()]),
    );
  },
  replicate: async ({ source, target, options }) => {
    const state = watch(PouchDB.replicate(database(source), database(target), options ?? {}));
    const result = await state.replication;
    return { ...result, denied: state.denied };
  },
  start: async ({ name, source, target, options }) => {
    const live = { live: true, retry: true, ...(options ?? {}) };
    running.set(name, watch(PouchDB.replicate(database(source), database(target), live)));
    return null;
  },
  state: async ({ name }) => {
    const state = running.get(name);
    return { denied: state?.denied, paused: state?.paused, error: state?.error?.message ?? null };
  },
  stop: async ({ name }) => {
    running.get(name)?.replication.cancel();
    running.delete(name);
    return null;
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const message = JSON.parse(line);
  try {
    const ok = await operations[message.op](message);
    process.stdout.write(`${JSON.stringify({ ok: ok ?? null })}\n`);
  } catch (error) {
    const { status, name, reason, message: text, result } = /** @type {any} */ (error);
    process.stdout.write(`${JSON.stringify({ error: { status, name, reason, message: text, result } })}\n`);
  }
}
process.exit(0);
