/**
 * The custody key's pages: making it, sharing it, rehearsing, new words.
 *
 * Owns: the steps on the screen. Words, shares and the private key are in this page's memory only, and only until
 * the page is left; what is sent is the public part, the wrapped form, and the answer that proves the key.
 *
 *     new:        words → again → share 1, 2, 3 → kept
 *     shares:     open → share 1, 2, 3 → rehearsal
 *     rehearsal:  two shares → proved
 *     passphrase: open (words or two shares) → words → again → wrapped anew
 */
import { normaliseWords } from '../engine/crypto/passphrase.js';
import { fromBase64, toBase64 } from '../engine/crypto/wire.js';
import { suggestPassphrase } from '../engine/crypto/words.js';
import { ShareWrong, makeShares, restoreKey } from './keys/shares.js';
import { WrongWords, answerChallenge, makeKey, strongEnough, unwrapKey, wrapKey } from './keys/wrapping.js';
import { ready } from './script_form.js';

/** @typedef {import('../engine/crypto/wire.js').Bytes} Bytes */

/** What went wrong, by the name of the sentence that says it. */
class Failure extends Error {}

const form = /** @type {HTMLFormElement} */ (document.getElementById('ceremony'));
const state = /** @type {HTMLElement} */ (document.getElementById('state'));
const kind = form.dataset.ceremony ?? '';
/** The words to be written down; none where the person's own are used. @type {string[]} */
let offered = [];
/** The opened or new key while the page needs it. @type {{privateKey: Bytes, publicKey: Bytes} | null} */
let key = null;
/** @type {string[][]} */
let shares = [];
let shown = 0;
/** What is sent at the end. @type {Record<string, string>} */
let outcome = {};

if (document.getElementById('words')) await offerWords();
on('other-words', offerWords);
on('written', () => {
  if (ownWords() && !strongEnough(ownWords())) throw new Failure('weak');
  step('again');
});
on('see-words', () => step('words'));
on('typed', wordsTyped);
on('print', () => window.print());
on('handed', nextShare);
form.addEventListener('submit', (event) => {
  event.preventDefault();
  run(submitted);
});
for (const way of form.querySelectorAll('input[name="way"]')) {
  way.addEventListener('change', () => {
    for (const part of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('[data-way]'))) part.hidden = part.dataset.way !== chosenWay();
  });
}
window.addEventListener('pagehide', forget);
window.addEventListener('beforeunload', (event) => {
  // Shares that some officers hold and others do not are worth nothing.
  if (shares.length > 0) event.preventDefault();
});
ready(form);

async function submitted() {
  // Enter sends the form, whatever step stands on the screen.
  if (isShown('again')) return wordsTyped();
  if (isShown('words') || isShown('share')) return undefined;
  if (kind === 'rehearsal') {
    const privateKey = await fromShares();
    await leave({ answer: await answerChallenge(privateKey, await challenge()) });
  } else if (kind === 'shares') {
    const { privateKey, answer } = await fromWords();
    key = { privateKey, publicKey: publicKey() };
    await send({ answer });
    await showShares();
  } else if (kind === 'passphrase') {
    const way = chosenWay();
    if (way === 'shares') {
      const privateKey = await fromShares();
      key = { privateKey, publicKey: publicKey() };
    } else {
      const { privateKey } = await fromWords();
      key = { privateKey, publicKey: publicKey() };
    }
    outcome = { way };
    const part = /** @type {HTMLElement} */ (form.querySelector('[data-new-words]'));
    part.hidden = false;
    step('words');
  }
  return undefined;
}

/** @param {string} name of a step */
function isShown(name) {
  return /** @type {HTMLElement | null} */ (form.querySelector(`[data-step="${name}"]`))?.checkVisibility() ?? false;
}

async function wordsTyped() {
  const words = ownWords() || offered.join(' ');
  if (normaliseWords(input('again')?.value ?? '') !== normaliseWords(words)) throw new Failure('different');
  if (kind === 'new') key = await makeKey().catch(() => { throw new Failure('browser'); });
  if (!key) throw new Failure('refused');
  outcome = { ...outcome, public: toBase64(key.publicKey), wrapped: JSON.stringify(await wrapKey(key.privateKey, words)) };
  if (kind === 'new') await showShares();
  else await leave({ ...outcome, answer: await answerChallenge(key.privateKey, await challenge()) });
}

async function showShares() {
  if (!key) return;
  shares = await makeShares(key.privateKey, key.publicKey);
  shown = 0;
  showShare();
  step('share');
}

function showShare() {
  for (const place of form.querySelectorAll('[data-share-number]')) place.textContent = String(shown + 1);
  for (const place of form.querySelectorAll('[data-share-date]')) place.textContent = new Date().toISOString().slice(0, 10);
  const list = /** @type {HTMLElement} */ (document.getElementById('share-lines'));
  list.replaceChildren(...shares[shown].map((line) => item(line)));
}

async function nextShare() {
  if (shown + 1 < shares.length) {
    shown += 1;
    showShare();
    return;
  }
  // A failure to send leaves the last share on the screen and the key in memory: it can be tried again.
  const next = kind === 'new' ? await send(outcome) : next_;
  forget();
  location.assign(next);
}

/** Where to go when the shares are out. */
let next_ = '';

/** @returns {Promise<Bytes>} the private key out of the two typed shares */
async function fromShares() {
  const typed = ['share-one', 'share-two'].map((id) => /** @type {HTMLTextAreaElement} */ (document.getElementById(id)).value);
  for (const [i, text] of typed.entries()) {
    try {
      await restoreKey([text], publicKey());
    } catch (error) {
      // One share alone is always too few; anything else is wrong with this very share.
      if (!(error instanceof ShareWrong)) throw error;
      if (error.code !== 'same') throw withWho(error, i);
    }
  }
  return restoreKey(typed, publicKey());
}

/** @param {ShareWrong} error @param {number} which */
function withWho(error, which) {
  const who = form.dataset[which === 0 ? 'first' : 'second'] ?? '';
  return new Failure(sentence(error.code).replace('{who}', who).replace('{line}', String(error.line)));
}

async function fromWords() {
  const given = await challenge();
  const privateKey = await unwrapKey(given.wrapped, input('present')?.value ?? '');
  return { privateKey, answer: await answerChallenge(privateKey, given) };
}

/** @returns {Promise<{key_id: string, sealed: string, wrapped: import('./keys/wrapping.js').Wrapped}>} */
function challenge() {
  return post(form.dataset.challenge ?? '', {});
}

/** @param {Record<string, string>} fields @returns {Promise<string>} where to go next */
async function send(fields) {
  next_ = (await post(form.action, fields)).next;
  return next_;
}

/** @param {Record<string, string>} fields */
async function leave(fields) {
  const next = await send(fields);
  forget();
  location.assign(next);
}

/** @param {string} address @param {Record<string, string>} fields */
async function post(address, fields) {
  const token = /** @type {HTMLInputElement} */ (form.querySelector('input[name="csrf_token"]')).value;
  const body = new URLSearchParams({ ...fields, csrf_token: token });
  const response = await fetch(address, { method: 'POST', body, headers: { Accept: 'application/json' } }).catch(() => null);
  if (!response) throw new Failure('offline');
  if (!response.ok) throw new Failure(response.status >= 500 ? 'offline' : 'refused');
  return response.json();
}

async function offerWords() {
  offered = await suggestPassphrase(document.documentElement.lang);
  document.getElementById('words')?.replaceChildren(...offered.map((word) => item(word)));
}

/** @param {string} name */
function step(name) {
  for (const part of /** @type {NodeListOf<HTMLElement>} */ (form.querySelectorAll('[data-step]'))) part.hidden = part.dataset.step !== name;
  say('', false);
  /** @type {HTMLElement | null} */ (form.querySelector(`[data-step="${name}"] input`))?.focus();
}

/** @param {string} id @param {() => unknown} act */
function on(id, act) {
  document.getElementById(id)?.addEventListener('click', () => run(act));
}

/** @param {() => unknown} act */
async function run(act) {
  const buttons = /** @type {NodeListOf<HTMLButtonElement>} */ (form.querySelectorAll('button'));
  for (const button of buttons) button.disabled = true;
  say(form.dataset.working ?? '', false);
  try {
    await act();
    say('', false);
  } catch (error) {
    if (error instanceof WrongWords) say(sentence('wrong'), true);
    else if (error instanceof ShareWrong) say(sentence(error.code), true);
    else if (error instanceof Failure) say(sentence(error.message), true);
    else say(sentence('browser'), true);
  } finally {
    for (const button of buttons) button.disabled = false;
  }
}

/** @param {string} name of a sentence, or one already put together */
function sentence(name) {
  return form.dataset[name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase())] ?? name;
}

/** @param {string} words @param {boolean} wrong */
function say(words, wrong) {
  state.textContent = words;
  state.className = wrong ? 'error' : 'meta';
}

function forget() {
  key?.privateKey.fill(0);
  key = null;
  shares = [];
  outcome = {};
  document.getElementById('share-lines')?.replaceChildren();
  form.reset();
}

function publicKey() {
  return fromBase64(form.dataset.public ?? '');
}

function ownWords() {
  return input('own-words')?.value.trim() ?? '';
}

function chosenWay() {
  return /** @type {HTMLInputElement | null} */ (form.querySelector('input[name="way"]:checked'))?.value ?? 'passphrase';
}

/** @param {string} id @returns {HTMLInputElement | null} */
function input(id) {
  return /** @type {HTMLInputElement | null} */ (document.getElementById(id));
}

/** @param {string} words */
function item(words) {
  const line = document.createElement('li');
  line.textContent = words;
  return line;
}
