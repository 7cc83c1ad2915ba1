// What must hold once every fault is off and everybody has delivered and pulled until it is quiet.
//
// Owns: healing, and the promises of a product held against what the server and each tablet really hold. Each
// function gives sentences about what is wrong; none means that all is well.

import { canonical, sha256, toHex, utf8 } from '../../static/engine/crypto/wire.js';
import { verify } from '../../static/engine/crypto/signing.js';
import { whatWaits } from '../../static/engine/replication/delivery.js';
import { PEOPLE } from './world.mjs';

/** @typedef {import('./world.mjs').World} World */

const MOST_ROUNDS = 12;

/** Faults off; everybody is a member again; deliver and pull until nothing changes. @param {World} world @returns {Promise<string[]>} */
export async function heal(world) {
  world.log('healing');
  world.setTrouble(false);
  await world.office.command('kill');
  world.serverUp = false;
  await world.raise();
  for (const { network } of world.tablets) await network.arrive();
  for (const tablet of world.tablets) await tablet.boot();
  const { channels } = await world.office.ask('dump');
  const team = Object.values(PEOPLE).map(({ id }) => id);
  for (const channel of world.channels) {
    const visit = channels[channel]?.[`visit:${channel.slice(6).toUpperCase()}`]?.reading?.doc;
    if (visit && visit.team.length < team.length) await world.writeVisit(channel, team);
  }
  let before = '';
  for (let round = 1; round <= MOST_ROUNDS; round += 1) {
    for (const tablet of world.tablets) await tablet.deliver();
    for (const tablet of world.tablets) await tablet.pull();
    const waiting = await Promise.all(world.tablets.map(({ disk }) => whatWaits(disk.database)));
    const state = canonical([waiting, world.tablets.map((tablet) => [...tablet.records.checkpoints].map(([name, { since }]) => [name, since]))]);
    if (state === before && waiting.every(({ documents, chunks }) => documents + chunks === 0)) return [];
    before = state;
  }
  const stuck = world.tablets.map(({ name, disk, engine }) => [name, [...disk.database.stores.outbox.values()].map(({ error, tried }) => error ?? tried), engine?.status().connection]);
  return [`it never grew quiet: ${JSON.stringify(stuck)}`];
}

/** @param {World} world @returns {Promise<string[]>} */
export async function broken(world) {
  world.noteReceipts();
  const dump = await world.office.ask('dump');
  const archive = await world.office.ask('archive');
  return [
    ...await world.office.ask('verify'),
    ...everythingSaved(world, dump, archive),
    ...await oneReading(world, dump),
    ...await receiptsProven(world, archive),
    ...chunksThere(world, dump),
    ...await erasedNowhere(world, dump, archive),
  ];
}

/** Every acknowledged save is on the server, or in quarantine there. @param {World} world @param {any} dump @param {any[]} archive */
function everythingSaved(world, dump, archive) {
  const erased = new Set(dump.erased);
  const kept = archivedRevisions(archive);
  return world.saved.filter(({ channel, id, rev }) => {
    if (erased.has(id) || world.erased.has(id)) return false;
    const leaves = dump.channels[channel]?.[id]?.leaves ?? [];
    return !leaves.some((/** @type {any} */ leaf) => leaf.rev === rev || leaf.ancestors.includes(rev)) && !kept.get(id)?.has(rev);
  }).map(({ tablet, id, rev }) => `${tablet.name} was told that ${id} ${rev} is saved, and the server has it not`);
}

/** @param {any[]} archive @returns {Map<string, Set<string>>} document → revisions that its quarantined or stored envelopes tell of */
function archivedRevisions(archive) {
  const kept = new Map();
  for (const { document, revision, plain } of archive) {
    if (!kept.has(document)) kept.set(document, new Set());
    for (const rev of [revision, ...plain?.ancestors ?? []]) kept.get(document).add(rev);
  }
  return kept;
}

/** The server and every tablet have the same leaves and read the same. @param {World} world @param {any} dump */
async function oneReading(world, dump) {
  const wrong = [];
  const erased = new Set(dump.erased);
  const quarantined = new Set(dump.quarantine.map((/** @type {any} */ row) => row.document));
  for (const tablet of world.tablets) {
    const names = [...new Set([...Object.keys(dump.channels).filter((name) => name !== 'office'), ...tablet.records.channels.keys()])];
    for (const channel of names) {
      const there = dump.channels[channel] ?? {};
      const here = tablet.records.channels.get(channel) ?? new Map();
      for (const id of new Set([...Object.keys(there), ...here.keys()])) {
        if (quarantined.has(id)) continue;
        const reading = await tablet.engine.get(channel, id);
        if (erased.has(id) || world.erased.has(id)) {
          if (reading && !reading.erased && !reading.doc.erased) wrong.push(`${tablet.name} does not read ${id} as erased`);
          continue;
        }
        if (world.restores > 0 && await onlyTheOfficeHad(tablet, here.get(id), there[id])) continue;
        const left = (there[id]?.leaves ?? []).map(leafOf).sort();
        const right = (here.get(id)?.leaves ?? []).map(leafOf).sort();
        if (canonical(left) !== canonical(right)) wrong.push(`${tablet.name} has other leaves of ${id} than the server:\n      ${right}\n      ${left}`);
        const read = reading && { rev: reading.rev, doc: reading.doc, conflicts: reading.conflicts };
        if (canonical(read) !== canonical(there[id]?.reading ?? null)) wrong.push(`${tablet.name} reads ${id} in another way than the server`);
      }
    }
  }
  return wrong;
}

/**
 * After a restore: what the office alone had written since the backup stays with the tablets that had read it. It is
 * nobody's to offer but the office's, which no longer has it.
 * @param {any} tablet @param {any} here @param {any} there
 */
async function onlyTheOfficeHad(tablet, here, there) {
  const known = new Set((there?.leaves ?? []).flatMap((/** @type {any} */ leaf) => [leaf.rev, ...leaf.ancestors]));
  const leaves = await tablet.engine.vault.session.readings.leaves(here ?? null);
  return leaves.some((/** @type {any} */ leaf) => !known.has(leaf.rev) && !leaf.local && (leaf.deleted || leaf.doc.device === 'office'));
}

/** @param {any} leaf */
function leafOf({ rev, ancestors, deleted }) {
  return `${rev}${deleted ? ' deleted' : ''} after ${ancestors.length}`;
}

/** Every receipt that a tablet holds is in the archive as it is, and its chain is whole. @param {World} world @param {any[]} archive */
async function receiptsProven(world, archive) {
  const wrong = [];
  const keyset = world.tablets[0].engine.vault.session.self.keyset.set;
  const rows = new Map(archive.map((row) => [row.id, row]));
  for (const [id, { receipt, since }] of world.receipts) {
    const row = rows.get(id);
    // What came after the backup is lost with the server that had it; its document was offered anew.
    if (!row && since < world.restores) continue;
    if (!row) wrong.push(`the archive does not know envelope ${id}, for which there is a receipt`);
    else if (canonical(row.receipt) !== canonical(receipt) && since === world.restores) wrong.push(`envelope ${id} has two receipts`);
  }
  /** @type {Map<string, any[]>} */
  const chains = new Map();
  for (const row of archive) {
    if (!row.receipt && row.plain === null) continue; // erased before it was acknowledged
    if (!row.receipt) {
      wrong.push(`the archive has envelope ${row.id} without a receipt`);
      continue;
    }
    chains.set(row.device, [...chains.get(row.device) ?? [], row]);
    const signed = await verify(keyset.keys.receipt.public, row.signature, `aigaq/receipt/1\n${canonical(row.receipt)}`);
    if (!signed) wrong.push(`the receipt of ${row.id} is not signed`);
    if (row.receipt.sealed_sha256 !== row.sealed_sha256 || row.receipt.revision !== row.revision) wrong.push(`the receipt of ${row.id} speaks of another envelope`);
  }
  for (const [device, chain] of chains) {
    let before = '';
    for (const [i, { receipt }] of chain.sort((a, b) => a.receipt.seq - b.receipt.seq).entries()) {
      if (receipt.seq !== i + 1 || receipt.prev !== before) wrong.push(`the chain of ${device} is broken at ${receipt.seq}`);
      before = toHex(await sha256(utf8(canonical(receipt))));
    }
  }
  return wrong;
}

/** Every chunk that a document names is held. @param {World} world @param {any} dump */
function chunksThere(world, dump) {
  const held = new Set(dump.held);
  const erased = new Set(dump.erased);
  const media = Object.values(dump.channels).flatMap((documents) => Object.entries(/** @type {any} */ (documents)))
    .filter(([id, { reading }]) => reading?.doc.type === 'medium' && !erased.has(id) && !reading.doc.erased);
  const wrong = [];
  for (const [id, { reading }] of media) {
    if (!dump.keys.includes(id)) wrong.push(`nobody has the key of ${id}`);
    if (reading.doc.state === 'recording') wrong.push(`${id} is still said to be recording`);
    for (const { sha256: hash } of reading.doc.chunks) if (!held.has(hash)) wrong.push(`a chunk of ${id} never arrived`);
  }
  return wrong;
}

/** What was erased is nowhere; what was not is nowhere in the clear. @param {World} world @param {any} dump @param {any[]} archive */
async function erasedNowhere(world, dump, archive) {
  const wrong = dump.undone.map((/** @type {string} */ id) => `${id} is still to be erased`);
  const gone = new Set(dump.erased);
  // A medium that was erased before anybody heard of it leaves no trace, not even a withdrawal.
  for (const id of world.erased) {
    const known = Object.values(dump.channels).some((documents) => id in /** @type {any} */ (documents));
    if (!gone.has(id) && known) wrong.push(`${id} was withdrawn, and the server has not erased it`);
    gone.add(id);
  }
  const markersOf = (/** @type {string} */ id) => (world.markers.get(id) ?? '').split(' ').filter(Boolean);
  const dead = [...gone].flatMap(markersOf);
  wrong.push(...(await world.office.command('search', dead)).map((/** @type {string} */ where) => `on the server: ${where}`));
  for (const { id, document, plain } of archive) {
    if (plain && gone.has(document)) wrong.push(`the archive still opens ${id} of ${document}`);
  }
  for (const id of gone) if (dump.keys.includes(id)) wrong.push(`the server still has the key of ${id}`);
  const everyone = [...world.markers.keys()].flatMap(markersOf);
  for (const tablet of world.tablets) {
    const memory = await everythingReadable(tablet);
    wrong.push(...dead.filter((marker) => memory.includes(marker)).map((marker) => `${tablet.name} still reads ${marker}`));
    for (const id of gone) {
      if (tablet.engine.vault.session.slots.get(id)) wrong.push(`${tablet.name} still has the key of ${id}`);
      if (tablet.engine.vault.session.custodyKeys.has(id)) wrong.push(`${tablet.name} still has the custody key of ${id}`);
    }
    const disk = diskBytes(tablet.disk);
    wrong.push(...everyone.filter((marker) => disk.includes(marker)).map((marker) => `${tablet.name} has ${marker} in the clear on its disk`));
    const known = new Set([...tablet.records.files.values()].map(({ file }) => file));
    for (const name of tablet.disk.contents.keys()) if (!known.has(name)) wrong.push(`${tablet.name} keeps a file that belongs to nothing`);
  }
  return wrong;
}

/**
 * What this tablet's words still open: every block of the log and of what was set aside, and what is in memory.
 * @param {import('./tablet.mjs').Tablet} tablet
 */
async function everythingReadable({ engine, disk, records }) {
  const { log, readings } = /** @type {any} */ (engine).vault.session;
  const parts = [[...records.drafts], [...records.meta], [...records.envelopes.values()]];
  for (const block of (await log.read(await disk.database.keys('blocks'))).values()) {
    for (const [slot, entry] of block?.entries.entries() ?? []) parts.push(entry, entry.t === 'doc' ? block.doc(slot) : null);
  }
  for (const documents of records.channels.values()) for (const held of documents.values()) parts.push(await readings.leaves(held));
  return JSON.stringify(parts);
}

/** @param {any} disk @returns {string} all of its bytes */
function diskBytes({ database, places, contents }) {
  const parts = [];
  for (const rows of Object.values(database.stores)) {
    for (const row of rows.values()) {
      for (const value of Object.values(row)) {
        if (value instanceof ArrayBuffer || ArrayBuffer.isView(value)) parts.push(Buffer.from(/** @type {any} */ (value)).toString('latin1'));
        else if (typeof value === 'string') parts.push(value);
        else if (value && typeof value === 'object' && !(value instanceof CryptoKey)) parts.push(JSON.stringify(value));
      }
    }
  }
  for (const place of Object.values(places)) parts.push(Buffer.from(/** @type {any} */ (place).content).toString('latin1'));
  for (const bytes of contents.values()) parts.push(Buffer.from(bytes).toString('latin1'));
  return parts.join('\n');
}
