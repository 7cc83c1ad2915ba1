// The tablet's own upload modules, under node, over a network that cuts: sends every chunk of a folder.
// node upload_client.mjs ORIGIN DEVICE KEY(pkcs8, base64) FOLDER — prints {"passes", "held"}.
import { readdir, readFile, stat } from 'node:fs/promises';

import { Gateway } from '../../static/engine/replication/gateway.js';
import { Sender } from '../../static/engine/replication/sender.js';
import { Uploads } from '../../static/engine/replication/uploads.js';
import { MemoryDatabase } from '../engine/fakes.mjs';

const [origin, device, exported, folder] = process.argv.slice(2);
const key = await crypto.subtle.importKey('pkcs8', Buffer.from(exported, 'base64'), { name: 'ECDSA', namedCurve: 'P-256' }, false, ['sign']);
const database = new MemoryDatabase();
await database.write([{ store: 'public', put: { name: 'device', id: device } }, { store: 'public', put: { name: 'upload', key } }]);
for (const name of (await readdir(folder)).sort()) {
  const { size } = await stat(`${folder}/${name}`);
  await database.write([{ store: 'chunks', put: { sha256: name, size, file: name, offset: 0, sent: 0 } }]);
}
const gateway = new Gateway((path, init) => fetch(`${origin}${path}`, /** @type {RequestInit} */ ({ ...init, cache: undefined })), () => Date.now());
let held = 0;
const uploads = new Uploads(database, async (file) => new Blob([await readFile(`${folder}/${file}`)]), (rows) => { held += rows.length; });
const sender = await Sender.of(database, gateway);
let passes = 0;
const until = Date.now() + Number(process.env.PATIENCE_S ?? 240) * 1000;
while ((await uploads.waiting()).now.length > 0 && Date.now() < until) {
  passes += 1;
  try {
    await gateway.hello();
    await uploads.pass(sender);
  } catch (error) {
    if (!['Unreachable', 'Refusal'].includes(error.constructor.name)) throw error;
  }
}
process.stdout.write(`${JSON.stringify({ passes, held, left: (await uploads.waiting()).now.length })}\n`);
process.exit(0);
