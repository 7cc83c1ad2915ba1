/**
 * Opening a sealed item in a key holder's browser.
 *
 * Owns: the page of `custody/show.html`. The passphrase and the keys stay in this page's memory; the
 * server gives ciphertext only, after it has written the reason to its log. Nothing opened is stored:
 * a recording plays from a Blob that is dropped on closing.
 */
import { boxKey, open as openBox } from '../engine/crypto/box.js';
import { deriveKey } from '../engine/crypto/passphrase.js';
import { openContentKey } from '../engine/crypto/sealing.js';
import { openStream } from '../engine/crypto/stream.js';
import { concat, fromBase64, sha256, text, toHex } from '../engine/crypto/wire.js';

/**
 * @typedef {object} Opening what the server gives
 * @property {string} id
 * @property {{kdf: {memory_kib: number, time: number, salt: string}, nonce: string, ciphertext: string}} custody
 * @property {string} stanza
 * @property {string | null} sealed
 * @property {string | null} kind
 * @property {string | null} mime
 * @property {number | null} interrupted_after
 * @property {{sha256: string, size: number}[]} chunks
 */

/** What went wrong, by the name of the sentence that says it. */
class Failure extends Error {}

const form = /** @type {HTMLFormElement} */ (document.getElementById('opening'));
const state = /** @type {HTMLElement} */ (document.getElementById('state'));
const opened = /** @type {HTMLElement} */ (document.getElementById('opened'));
const content = /** @type {HTMLElement} */ (document.getElementById('content'));
const passphrase = /** @type {HTMLInputElement} */ (document.getElementById('passphrase'));
/** Address of the Blob that plays, where one does. @type {string | null} */
let playing = null;

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = /** @type {HTMLButtonElement} */ (form.querySelector('button'));
  button.disabled = true;
  say(form.dataset.working ?? '', false);
  try {
    const opening = await ask();
    const contentKey = await openContentKey(opening.stanza, await custodyKey(opening.custody), opening.id)
      .catch((error) => { throw error instanceof Failure ? error : new Failure('damaged'); });
    if (opening.sealed) showFields(await openText(opening, contentKey));
    else await play(opening, await openRecording(opening, contentKey));
    passphrase.value = '';
    say('', false);
    form.hidden = true;
    opened.hidden = false;
  } catch (error) {
    const name = error instanceof Failure ? error.message : 'damaged';
    say(form.dataset[name] ?? name, true);
  } finally {
    button.disabled = false;
  }
});

document.getElementById('close')?.addEventListener('click', forget);
// Going away forgets as well; the page is never shown again from the browser's own cache with its content.
window.addEventListener('pagehide', forget);

/** @returns {Promise<Opening>} */
async function ask() {
  let response;
  try {
    response = await fetch(form.action, { method: 'POST', body: new FormData(form), headers: { Accept: 'application/json' } });
  } catch {
    throw new Failure('offline');
  }
  const answer = await response.json().catch(() => null);
  if (!response.ok) throw new Failure(answer?.message || 'offline');
  return answer;
}

/** @param {Opening['custody']} wrapped @returns {Promise<import('../engine/crypto/wire.js').Bytes>} 32 bytes, X25519 */
async function custodyKey({ kdf, nonce, ciphertext }) {
  const key = await deriveKey(passphrase.value, fromBase64(kdf.salt), { memoryKib: kdf.memory_kib, passes: kdf.time });
  try {
    return await openBox(await boxKey(key), concat(fromBase64(nonce), fromBase64(ciphertext)), '');
  } catch {
    throw new Failure('wrong');
  }
}

/**
 * @param {Opening} opening
 * @param {import('../engine/crypto/wire.js').Bytes} key
 * @returns {Promise<Record<string, unknown>>}
 */
async function openText(opening, key) {
  const plain = await openBox(await boxKey(key), fromBase64(opening.sealed ?? ''), opening.id);
  return JSON.parse(text(plain));
}

/**
 * @param {Opening} opening
 * @param {import('../engine/crypto/wire.js').Bytes} key
 */
async function openRecording(opening, key) {
  const parts = [];
  for (const chunk of opening.chunks) {
    const response = await fetch((form.dataset.chunks ?? '').replace('HASH', chunk.sha256));
    if (response.status === 404) throw new Failure('missing');
    if (!response.ok) throw new Failure('offline');
    const bytes = new Uint8Array(await response.arrayBuffer());
    if (toHex(await sha256(bytes)) !== chunk.sha256) throw new Failure('damaged');
    parts.push(bytes);
  }
  if (parts.length === 0) throw new Failure('missing');
  return openStream(await boxKey(key), opening.id, concat(...parts), opening.interrupted_after);
}

/** @param {Record<string, unknown>} fields */
function showFields(fields) {
  const list = document.createElement('dl');
  list.className = 'facts';
  for (const [name, value] of Object.entries(fields)) {
    if (value === null || value === '') continue;
    const term = document.createElement('dt');
    // Fields of a newer app have no words here yet: their own names stand.
    term.textContent = form.getAttribute(`data-field-${name}`) ?? name;
    const detail = document.createElement('dd');
    detail.className = 'text';
    detail.textContent = typeof value === 'string' ? value : JSON.stringify(value);
    list.append(term, detail);
  }
  content.replaceChildren(list);
}

/**
 * @param {Opening} opening
 * @param {import('../engine/crypto/wire.js').Bytes} bytes
 */
function play(opening, bytes) {
  const type = /^(audio|video)\/[\w.+-]+(;.*)?$/.test(opening.mime ?? '') ? opening.mime ?? '' : 'video/webm';
  playing = URL.createObjectURL(new Blob([bytes], { type }));
  const player = document.createElement(opening.kind === 'audio' ? 'audio' : 'video');
  player.controls = true;
  player.className = 'player';
  // The browser offers no saving: what is opened is heard or seen here.
  player.setAttribute('controlslist', 'nodownload noremoteplayback');
  player.src = playing;
  content.replaceChildren(player);
}

function forget() {
  content.replaceChildren();
  if (playing) URL.revokeObjectURL(playing);
  playing = null;
  opened.hidden = true;
  form.hidden = false;
  form.reset();
}

/** @param {string} words @param {boolean} wrong */
function say(words, wrong) {
  state.textContent = words;
  state.className = wrong ? 'error' : 'meta';
}
