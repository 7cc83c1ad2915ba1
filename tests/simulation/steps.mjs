// What may happen next. Each step is one thing that a person, the office, the network or the power does.
//
// Owns: the steps and their weights. A step never fails for a reason that a product may give; what it promises
// to a person is noted in the world, to be held against the end.

import { PEOPLE } from './world.mjs';

/** @typedef {import('./world.mjs').World} World */
/** @typedef {import('./tablet.mjs').Tablet} Tablet */

/** @type {[number, string, (world: World) => Promise<void>][]} */
export const STEPS = [
  [18, 'write', write],
  [26, 'edit', edit],
  [8, 'settle', settle],
  [5, 'withdraw', withdraw],
  [4, 'photograph', photograph],
  [3, 'record', record],
  [3, 'testify', testify],
  [20, 'deliver', deliver],
  [20, 'pull', pull],
  [3, 'late requests', async (world) => { for (const { network } of world.tablets) await network.arrive(); }],
  [4, 'lock', lock],
  [3, 'power cut', async (world) => { const tablet = world.chance.pick(world.tablets); world.log(`    ${tablet.name}`); if (tablet.engine) tablet.cut(); }],
  [24, 'start', async (world) => { await boot(world, world.chance.pick(world.tablets)); }],
  [2, 'clock', async (world) => { world.chance.pick(world.tablets).skew = Math.round((world.chance.next() * 2 - 1) * 3.15e11); }],
  [4, 'the office writes', officeWrites],
  [2, 'the team changes', teamChanges],
  [2, 'a visit begins', visitBegins],
  [3, 'the server is killed', async (world) => { await world.office.command('kill'); world.serverUp = false; }],
  [3, 'the server dies at a commit', dieAtCommit],
  [10, 'the server starts', (world) => world.raise()],
  [3, 'backup', backup],
  [2, 'restore', restore],
];

/** A tablet somebody is working on. @param {World} world */
function working(world) {
  const open = world.tablets.filter((tablet) => tablet.unlocked);
  return open.length > 0 ? world.chance.pick(open) : null;
}

/** @param {World} world @returns {number | null} the power goes after so many writes */
function fuse(world) {
  return world.trouble && world.chance.happens(0.12) ? world.chance.number(7) : null;
}

/** @param {World} world @param {Tablet} tablet */
async function someChannel(world, tablet) {
  const channels = (await /** @type {any} */ (tablet.engine).channels()).map((/** @type {any} */ one) => one.channel);
  return channels.length > 0 ? world.chance.pick(channels) : null;
}

/** @param {World} world */
async function write(world) {
  const tablet = working(world);
  if (tablet) await writeOn(world, tablet);
}

/** @param {World} world @param {Tablet} tablet */
async function writeOn(world, tablet) {
  const channel = await someChannel(world, tablet);
  if (!channel) return;
  const marker = world.mark();
  const at = world.at();
  const fields = world.chance.weighed([
    [4, { type: 'finding', title: marker, text: 'x', status: 'draft', theme: null, severity: null, sources: ['observation'], evidence: [], norms: [], place: null, combines: [] }],
    [3, { type: 'note', text: marker, place: null, theme: null, at, media: [] }],
    [2, { type: 'interview', handle: `Б-${world.nextMarker}`, category: 'adult', day: '2026-11-20', summary: marker, themes: [], people: 1, child: null }],
    [1, { type: 'event', kind: 'comment', at, data: { on: 'note:x', text: marker } }],
    [1, { type: 'recommendation', text: marker, findings: [], priority: 'normal' }],
    // Of a newer application, unknown to both sides.
    [1, { type: 'novelty', shape: { deep: [1, 2.5, { text: marker }] } }],
    [1, { type: 'note', text: marker, place: null, theme: null, at, media: [], weather: { wind: 'east' } }],
  ]);
  world.log(`    ${tablet.name} writes ${fields.type}`);
  await tablet.attempt(fuse(world), async (engine) => {
    world.noteSaved(tablet, channel, await engine.save(channel, fields), marker);
  });
}

const OWN = new Set(['note', 'interview', 'submission', 'medium', 'identity', 'testimony']);
const ONCE = new Set(['event', 'consent', 'withdrawal', 'visit', 'brief', 'person', 'facility']);

/** @param {World} world @param {Tablet} tablet @returns {Promise<{channel: string, reading: any} | null>} something this person may go on writing */
async function someDocument(world, tablet) {
  const { engine, person } = tablet;
  const lists = await Promise.all((await /** @type {any} */ (engine).channels()).map(async ({ channel }) => {
    const types = [...tablet.records.channels.get(channel)?.values() ?? []].map((/** @type {any} */ held) => held.type);
    return (await engine.list(channel, [...new Set(types)])).map((/** @type {any} */ reading) => ({ channel, reading }));
  }));
  const found = lists.flat().filter(({ reading }) => !ONCE.has(reading.doc.type) && !reading.erased && !reading.doc.erased
    && (!OWN.has(reading.doc.type) || reading.doc.created_by === person.id));
  return found.length > 0 ? world.chance.pick(found) : null;
}

/** @param {World} world */
async function edit(world) {
  const tablet = working(world);
  if (tablet) await editOn(world, tablet);
}

/** @param {World} world @param {Tablet} tablet */
async function editOn(world, tablet) {
  const some = await someDocument(world, tablet);
  if (!some || ['medium', 'testimony'].includes(some.reading.doc.type)) return;
  const { channel, reading: { doc } } = some;
  const marker = world.mark();
  const text = { finding: 'title', recommendation: 'text', note: 'text', interview: 'summary' }[doc.type] ?? 'remark';
  const fields = world.chance.weighed([
    [3, { ...doc, [text]: marker }],
    [2, { ...doc, place: doc.type === 'interview' ? undefined : `${marker}`, severity: 'high' }],
    [2, doc.type === 'finding' ? { ...doc, norms: [...doc.norms ?? [], `mandela/${world.chance.number(9)}`].slice(-3) } : { ...doc, [text]: marker }],
    [1, { ...doc, [`new_${world.chance.number(3)}`]: marker }],
  ]);
  for (const name of Object.keys(fields)) if (fields[name] === undefined) delete fields[name];
  world.log(`    ${tablet.name} edits ${doc._id}`);
  await tablet.attempt(fuse(world), async (engine) => {
    world.noteSaved(tablet, channel, await engine.save(channel, fields), marker);
  });
}

/** @param {World} world */
async function settle(world) {
  for (const tablet of world.tablets.filter(({ unlocked }) => unlocked)) {
    for (const { channel } of await /** @type {any} */ (tablet.engine).channels()) {
      const types = [...tablet.records.channels.get(channel)?.values() ?? []].map((held) => held.type);
      const torn = (await tablet.engine.list(channel, [...new Set(types)])).find((/** @type {any} */ reading) => reading.conflicts.length > 0
        && (!OWN.has(reading.doc.type) || reading.doc.created_by === tablet.person.id));
      if (!torn) continue;
      const choices = Object.fromEntries(torn.conflicts.map((/** @type {any} */ { field, versions }) => [field, world.chance.pick(versions).value]));
      world.log(`    ${tablet.name} settles ${torn.doc._id}: ${Object.keys(choices)}`);
      await tablet.attempt(fuse(world), async (engine) => {
        world.noteSaved(tablet, channel, await engine.settle(channel, torn.doc._id, choices, null));
      });
      return;
    }
  }
}

const ERASABLE = new Set(['interview', 'testimony', 'medium', 'note', 'finding']);

/** @param {World} world */
async function withdraw(world) {
  const tablet = working(world);
  const some = tablet && await someDocument(world, tablet);
  if (!tablet || !some || !ERASABLE.has(some.reading.doc.type)) return;
  const { channel, reading: { doc } } = some;
  world.log(`    ${tablet.name} withdraws ${doc._id}`);
  await tablet.attempt(fuse(world), async (engine) => {
    const withdrawal = await engine.media.withdraw(channel, { interview: null, use: 'interview', erases: [doc._id], reason: '' });
    world.noteSaved(tablet, channel, withdrawal);
    world.erased.add(doc._id);
  });
}

/** @param {World} world */
async function photograph(world) {
  const tablet = working(world);
  const channel = tablet && await someChannel(world, tablet);
  if (!tablet || !channel) return;
  const marker = world.mark();
  const bytes = new TextEncoder().encode(marker.repeat(1 + world.chance.number(200)));
  world.log(`    ${tablet.name} photographs`);
  await tablet.attempt(fuse(world), async (engine) => {
    world.noteSaved(tablet, channel, await engine.media.addMedium(channel, { kind: 'photo', mime: 'image/jpeg', caption: marker }, bytes.slice().buffer), marker);
  });
}

/** @param {World} world */
async function record(world) {
  const tablet = working(world);
  const channel = tablet && await someChannel(world, tablet);
  if (!tablet || !channel) return;
  const marker = world.mark();
  const cutAt = fuse(world);
  world.log(`    ${tablet.name} records`);
  await tablet.attempt(cutAt, async (engine) => {
    const { id } = await engine.media.startMedium(channel, { kind: 'audio', mime: 'audio/webm' });
    world.markers.set(id, marker);
    for (let i = 0; i <= world.chance.number(4); i += 1) await engine.media.appendFrame(id, new TextEncoder().encode(marker).buffer);
    if (world.able.erasing && world.chance.happens(0.2)) {
      await engine.media.eraseMedium(id);
      world.erased.add(id);
    } else world.noteSaved(tablet, channel, await engine.media.finishMedium(id, { duration_ms: 1000 }));
  });
}

/** @param {World} world */
async function testify(world) {
  const tablet = working(world);
  const channel = tablet && await someChannel(world, tablet);
  if (!tablet || !channel) return;
  const marker = world.mark();
  world.log(`    ${tablet.name} writes testimony`);
  await tablet.attempt(fuse(world), async (engine) => {
    world.noteSaved(tablet, channel, await engine.saveSealed(channel, { type: 'testimony', interview: null }, { said: marker }), marker);
  });
}

/** @param {World} world */
async function deliver(world) {
  const tablet = world.chance.pick(world.tablets.filter(({ engine }) => engine));
  if (!tablet) return;
  world.log(`    ${tablet.name} delivers`);
  if (tablet.unlocked && world.chance.happens(0.3)) tablet.onceMeanwhile = () => whileWaiting(world, tablet);
  await tablet.attempt(fuse(world), () => tablet.deliver());
  world.noteReceipts();
}

/** @param {World} world */
async function pull(world) {
  const tablet = working(world);
  if (!tablet) return;
  world.log(`    ${tablet.name} pulls`);
  if (world.chance.happens(0.3)) tablet.onceMeanwhile = () => whileWaiting(world, tablet);
  await tablet.attempt(fuse(world), () => tablet.pull());
}

/** Between a request and its answer. @param {World} world @param {Tablet} tablet */
async function whileWaiting(world, tablet) {
  if (!tablet.unlocked) return;
  const { database } = tablet.disk;
  const left = database.crashAfter;
  try {
    await (world.chance.happens(0.5) ? writeOn(world, tablet) : editOn(world, tablet));
  } finally {
    if (database.crashAfter > 0 && left !== Infinity) database.crashAfter = left;
  }
}

/** @param {World} world */
async function lock(world) {
  const tablet = working(world);
  if (!tablet) return;
  world.log(`    ${tablet.name} locks`);
  await tablet.attempt(fuse(world), (engine) => engine.lock());
}

/** @param {World} world @param {Tablet} tablet */
export async function boot(world, tablet) {
  world.log(`    ${tablet.name} starts`);
  // A power cut while it starts: then it is started again another time.
  const engine = tablet.engine ? fuse(world) : null;
  if (!tablet.engine) await tablet.boot();
  else await tablet.attempt(engine, () => tablet.boot());
}

/** @param {World} world */
async function officeWrites(world) {
  if (!world.serverUp) return;
  const { channels } = await world.office.ask('dump');
  const channel = world.chance.pick(world.channels);
  const documents = Object.entries(channels[channel] ?? {});
  const editable = documents.filter(([, { reading }]) => reading && ['finding', 'recommendation'].includes(reading.doc.type) && !reading.doc.erased);
  const marker = world.mark();
  // After a restore nobody else has what only the office had written: see invariants.mjs.
  if (editable.length > 0 && world.chance.happens(0.6)) {
    const [id, { reading }] = world.chance.pick(editable);
    world.log(`    the office edits ${id}`);
    // In the office's own name: what only the office had written is told by it after a restore.
    const fields = { ...reading.doc, text: marker };
    for (const name of ['device', 'updated_by']) delete fields[name];
    if (await world.submit(channel, fields)) world.markers.set(id, `${world.markers.get(id) ?? ''} ${marker}`.trim());
    return;
  }
  const novelty = `novelty:OFFICE${world.nextMarker}`;
  if (documents.some(([id]) => id.startsWith('novelty:OFFICE')) && world.chance.happens(0.5)) {
    const [id] = world.chance.pick(documents.filter(([name]) => name.startsWith('novelty:OFFICE')));
    world.log(`    an administrator deletes ${id}`);
    await world.office.ask('bury', { channel, id });
    return;
  }
  world.log(`    the office writes ${novelty}`);
  await world.submit(channel, { _id: novelty, type: 'novelty', class: 'group', schema: 2, remark: marker });
}

/** @param {World} world */
async function teamChanges(world) {
  // What a purged tablet had delivered is the server's alone: a restore could not bring it back.
  if (!world.serverUp || world.lastBackup) return;
  const channel = world.chance.pick(world.channels);
  const without = world.chance.happens(0.5) ? [PEOPLE.charlie.id] : [];
  world.log(`    ${channel} without ${without}`);
  await world.writeVisit(channel, Object.values(PEOPLE).map(({ id }) => id).filter((id) => !without.includes(id)));
}

/** @param {World} world */
async function visitBegins(world) {
  const tablet = world.tablets.find(({ unlocked, person }) => unlocked && person.role === 'leader');
  if (!tablet || world.channels.length >= 3) return;
  world.log(`    ${tablet.name} begins a visit`);
  await tablet.attempt(fuse(world), async (engine) => {
    const reading = await engine.createVisit({
      facility: 'facility:one', kind: 'special', from: '2026-11-01', to: '2026-12-31', group: 'group-north', leader: PEOPLE.alice.id,
      team: Object.values(PEOPLE).map(({ id }) => ({ person: id, part: '' })), time_zone: 'Asia/Almaty',
    });
    world.channels.push(reading.channel);
    world.noteSaved(tablet, reading.channel, reading);
  });
}

/** @param {World} world */
async function dieAtCommit(world) {
  if (!world.serverUp) return;
  await world.office.ask('die', { commits: 1 + world.chance.number(12) });
  world.serverUp = false;
  await deliver(world);
}

/** @param {World} world */
async function backup(world) {
  await world.raise();
  world.lastBackup = 'backup';
  await world.office.command('backup', 'backup');
}

/** @param {World} world */
async function restore(world) {
  if (!world.lastBackup) return;
  world.noteReceipts();
  await world.office.command('restore', world.lastBackup);
  world.restores += 1;
  world.serverUp = false;
  await world.raise();
}
