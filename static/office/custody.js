/**
 * Opening a sealed item in a key holder's browser.
 *
 * Owns: the page of `custody/show.html`. The passphrase and the keys stay in this page's memory; the
 * server gives ciphertext only, after it has written the reason to its log. Nothing opened is stored, and of
 * a recording only the parts around the playhead are fetched, checked and opened.
 */
import { boxKey, open as openBox } from '../engine/crypto/box.js';
import { suggestPassphrase } from '../engine/crypto/words.js';
import { openContentKey } from '../engine/crypto/sealing.js';
import { fromBase64, text, toBase64 } from '../engine/crypto/wire.js';
import { Frames, chunkReader } from '../engine/media/frames.js';
import { Player, Unplayable } from '../engine/media/player.js';
import { unwrapKey, wrapKey } from './keys/wrapping.js';
import { ready } from './script_form.js';

/**
 * @typedef {object} Opening what the server gives
 * @property {string} id
 * @property {import('./keys/wrapping.js').Wrapped} custody the key that the item is sealed to
 * @property {string} stanza
 * @property {import('./keys/wrapping.js').Wrapped} [released] the item's own key under one-time words, instead of both
 * @property {string | null} sealed
 * @property {string | null} kind
 * @property {string | null} mime
 * @property {number | null} interrupted_after
 * @property {number} frames
 * @property {number | null} duration_ms
 * @property {boolean} whole a file that was made elsewhere and brought in
 * @property {import('../engine/media/chunks.js').ChunkEntry[]} chunks
 */

/** A file that cannot be poured is opened at once, in memory: more than a tablet has room for, less than an office's machine. */
const WHOLE_LIMIT = 256 << 20;

/** What went wrong, by the name of the sentence that says it. */
class Failure extends Error {}

const form = /** @type {HTMLFormElement} */ (document.getElementById('opening'));
const state = /** @type {HTMLElement} */ (document.getElementById('state'));
const opened = /** @type {HTMLElement} */ (document.getElementById('opened'));
const content = /** @type {HTMLElement} */ (document.getElementById('content'));
const passphrase = /** @type {HTMLInputElement} */ (document.getElementById('passphrase'));
/** What plays, where something does. @type {Player | null} */
let playing = null;
/** Key and id of the opened item: what an evidence package needs to open it. */
let itemKey = /** @type {import('../engine/crypto/wire.js').Bytes | null} */ (null);
let itemId = '';
/** Address of the picture that is shown. @type {string | null} */
let shown = null;

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = /** @type {HTMLButtonElement} */ (form.querySelector('button'));
  button.disabled = true;
  say(form.dataset.working ?? '', false);
  try {
    const opening = await ask();
    const contentKey = await keyOf(opening);
    itemKey = contentKey;
    itemId = opening.id;
    if (opening.sealed) showFields(await openText(opening, contentKey));
    else await play(opening, await recordingFrames(opening, contentKey));
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

const giving = /** @type {HTMLFormElement | null} */ (document.getElementById('give-out'));
giving?.addEventListener('submit', async (event) => {
  event.preventDefault();
  const words = /** @type {HTMLElement} */ (document.getElementById('give-state'));
  const response = await fetch(giving.action, { method: 'POST', body: new FormData(giving), headers: { Accept: 'application/json' } }).catch(() => null);
  const answer = await response?.json().catch(() => null);
  words.className = response?.ok ? 'meta' : 'error';
  words.textContent = response?.ok ? '' : answer?.message || form.dataset.offline || '';
  // Only after the reason stands in the log.
  if (response?.ok && itemKey) saveKey(itemId, itemKey);
});

const releasing = /** @type {HTMLFormElement | null} */ (document.getElementById('release'));
releasing?.addEventListener('submit', async (event) => {
  event.preventDefault();
  if (!itemKey) return;
  const button = /** @type {HTMLButtonElement} */ (releasing.querySelector('button'));
  const told = /** @type {HTMLElement} */ (document.getElementById('release-state'));
  button.disabled = true;
  const words = (await suggestPassphrase(document.documentElement.lang)).join(' ');
  const body = new FormData(releasing);
  body.set('wrapped', JSON.stringify(await wrapKey(itemKey, words)));
  const response = await fetch(releasing.action, { method: 'POST', body, headers: { Accept: 'application/json' } }).catch(() => null);
  const answer = await response?.json().catch(() => null);
  button.disabled = false;
  told.className = response?.ok ? 'meta' : 'error';
  told.textContent = response?.ok ? '' : answer?.message || form.dataset.offline || '';
  if (response?.ok) showWords(words);
});

/** @param {string} words none: they are taken from the screen */
function showWords(words) {
  const place = document.getElementById('release-words');
  const text = place?.querySelector('strong');
  if (!place || !text) return;
  text.textContent = words;
  place.hidden = words === '';
}

document.getElementById('close')?.addEventListener('click', forget);
// Going away forgets as well; the page is never shown again from the browser's own cache with its content.
window.addEventListener('pagehide', forget);
ready(form);

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

/** @param {Opening} opening @returns {Promise<import('../engine/crypto/wire.js').Bytes>} the item's key, 32 bytes */
async function keyOf(opening) {
  if (opening.released) return custodyKey(opening.released);
  return openContentKey(opening.stanza, await custodyKey(opening.custody), opening.id)
    .catch((error) => { throw error instanceof Failure ? error : new Failure('damaged'); });
}

/** @param {Opening['custody']} wrapped @returns {Promise<import('../engine/crypto/wire.js').Bytes>} 32 bytes, X25519 */
function custodyKey(wrapped) {
  return unwrapKey(wrapped, passphrase.value).catch(() => { throw new Failure('wrong'); });
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
 * @returns {Promise<Frames>} opened as they are asked for
 */
async function recordingFrames(opening, key) {
  const { id, chunks, frames, interrupted_after: interrupted } = opening;
  if (chunks.length === 0 || frames === 0) throw new Failure('missing');
  const size = chunks.reduce((sum, chunk) => sum + chunk.size, 0);
  const file = { id, frames, complete: interrupted === null, size, chunks };
  return new Frames(await boxKey(key), file, chunkReader(chunks, fetchChunk));
}

/**
 * The file that the verify page and command take (sync/evidence/openings.py).
 * @param {string} medium
 * @param {import('../engine/crypto/wire.js').Bytes} key
 */
function saveKey(medium, key) {
  const address = URL.createObjectURL(new Blob([JSON.stringify({ medium, key: toBase64(key) })], { type: 'application/json' }));
  const link = document.createElement('a');
  link.href = address;
  link.download = `key-${medium.replace(/\W/g, '-')}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

/** @param {string} sha256 */
async function fetchChunk(sha256) {
  const response = await fetch((form.dataset.chunks ?? '').replace('HASH', sha256)).catch(() => null);
  if (response?.status === 404) throw new Failure('missing');
  if (!response?.ok) throw new Failure('offline');
  return new Uint8Array(await response.arrayBuffer());
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
 * @param {Frames} frames
 */
async function play(opening, frames) {
  const picture = /^image\/[\w.+-]+$/.test(opening.mime ?? '');
  const mime = picture || /^(audio|video)\/[\w.+-]+(;.*)?$/.test(opening.mime ?? '') ? opening.mime ?? '' : 'video/webm';
  /** @type {Promise<unknown>} */
  let turn = Promise.resolve();
  // The reader goes on where it was: one reading after another.
  const read = (/** @type {number} */ from, /** @type {number} */ count) => {
    const reading = turn.then(() => frames.read(from, count));
    turn = reading.catch(() => {});
    return reading;
  };
  // What does not open at all is said before a player stands there.
  const first = await read(0, picture ? Infinity : 1);
  if (picture) {
    shown = URL.createObjectURL(new Blob([first], { type: mime }));
    const image = document.createElement('img');
    image.className = 'player';
    image.alt = document.querySelector('h1')?.textContent ?? '';
    image.src = shown;
    content.replaceChildren(image);
    return;
  }
  const element = document.createElement(opening.kind === 'audio' ? 'audio' : 'video');
  element.controls = true;
  element.className = 'player';
  // The browser offers no saving: what is opened is heard or seen here.
  element.setAttribute('controlslist', 'nodownload noremoteplayback');
  const loading = document.createElement('p');
  loading.className = 'meta';
  loading.textContent = opening.whole ? form.dataset.working ?? '' : '';
  content.replaceChildren(element, loading);
  element.addEventListener('loadedmetadata', () => loading.remove(), { once: true });
  const recorded = { mime, frames: opening.frames, durationMs: opening.duration_ms, whole: opening.whole, wholeLimit: WHOLE_LIMIT, read };
  playing = new Player(element, recorded, (error) => {
    loading.remove();
    const name = error instanceof Failure ? error.message : error instanceof Unplayable ? 'unplayable' : 'damaged';
    const words = document.createElement('p');
    words.className = 'error';
    words.textContent = form.dataset[name] ?? name;
    content.append(words);
  });
}

function forget() {
  playing?.end();
  playing = null;
  if (shown) URL.revokeObjectURL(shown);
  shown = null;
  itemKey?.fill(0);
  itemKey = null;
  showWords('');
  content.replaceChildren();
  opened.hidden = true;
  form.hidden = false;
  form.reset();
}

/** @param {string} words @param {boolean} wrong */
function say(words, wrong) {
  state.textContent = words;
  state.className = wrong ? 'error' : 'meta';
}
