/**
 * What this browser can do for the vault, in sentences: storage, space, the promise to keep data, installation.
 *
 * Owns the questions to the browser; draws a list that both enrolling and preparing show. `persist()` may wait
 * for a person for ever, so it is asked only by a button and never awaited at start.
 */
import { html, icon, nothing } from '../element.js';
import { installPicture } from './install_picture.js';

/** Video of a day fits into this. */
export const ENOUGH_BYTES = 2 * 1024 ** 3;
/** No disk of a tablet in use is so small, a private window's share is. */
const PRIVATE_BYTES = 300 * 1024 ** 2;

/**
 * @typedef {object} Checks
 * @property {'ok' | 'bad' | 'wait'} storage
 * @property {boolean} secret a private window: what is stored goes with it
 * @property {boolean} opfs files can be overwritten in place
 * @property {number | null} freeBytes null: the browser does not say
 * @property {boolean} persisted
 * @property {boolean} installed
 * @property {'ios' | 'firefox' | 'android' | 'desktop'} browser
 */

/** @param {import('../context.js').App} app @returns {Promise<Checks>} */
export async function checkBrowser(app) {
  const [storage, freeBytes, persisted] = await Promise.all([tryStorage(), free(), isPersisted()]);
  // The engine has written a file in place and read it back when it started.
  const opfs = app.status?.storage?.kind === 'opfs';
  return { storage, opfs, freeBytes, persisted, secret: seemsPrivate({ browser: browser(), opfs, freeBytes }), installed: isInstalled(), browser: browser() };
}

export function isInstalled() {
  return matchMedia('(display-mode: standalone)').matches || matchMedia('(display-mode: fullscreen)').matches
    || /** @type {any} */ (navigator).standalone === true;
}

/** @returns {Checks['browser']} */
export function browser() {
  const agent = navigator.userAgent;
  if (/iPad|iPhone/.test(agent) || (/Macintosh/.test(agent) && navigator.maxTouchPoints > 1)) return 'ios';
  if (/Firefox/.test(agent)) return 'firefox';
  return /Android/.test(agent) ? 'android' : 'desktop';
}

/**
 * Whether this looks like a private window; no browser says so. Firefox has no files there; Chromium gives such a
 * window a share of the memory instead of the disk; Safari, in newer versions, cannot be told.
 * @param {{browser: Checks['browser'], opfs: boolean, freeBytes: number | null}} seen
 */
export function seemsPrivate({ browser: kind, opfs, freeBytes }) {
  if (kind === 'firefox') return !opfs;
  return (kind === 'android' || kind === 'desktop') && freeBytes !== null && freeBytes < PRIVATE_BYTES;
}

/** Asks the browser to keep the data. @returns {Promise<boolean>} */
export async function askToKeep() {
  const patience = new Promise((resolve) => setTimeout(() => resolve(false), 20000));
  return Boolean(await Promise.race([navigator.storage?.persist?.() ?? false, patience]));
}

/** Writes and reads one random record in a database of its own. @returns {Promise<'ok' | 'bad'>} */
function tryStorage() {
  const name = `probe-${crypto.randomUUID()}`;
  return new Promise((resolve) => {
    try {
      const opening = indexedDB.open(name, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore('probe');
      opening.onerror = () => resolve('bad');
      opening.onblocked = () => resolve('bad');
      opening.onsuccess = () => {
        const database = opening.result;
        const written = crypto.getRandomValues(new Uint8Array(16));
        const writing = database.transaction('probe', 'readwrite');
        writing.objectStore('probe').put(written.buffer, 1);
        const end = (/** @type {'ok' | 'bad'} */ result) => {
          database.close();
          indexedDB.deleteDatabase(name);
          resolve(result);
        };
        writing.oncomplete = () => {
          const reading = database.transaction('probe').objectStore('probe').get(1);
          reading.onerror = () => end('bad');
          reading.onsuccess = () => {
            const read = new Uint8Array(reading.result ?? 0);
            end(read.length === written.length && read.every((byte, index) => byte === written[index]) ? 'ok' : 'bad');
          };
        };
        writing.onabort = () => end('bad');
      };
    } catch {
      resolve('bad');
    }
  });
}

async function free() {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined ? null : Math.max(0, quota - (usage ?? 0));
  } catch {
    return null;
  }
}

async function isPersisted() {
  try {
    return await navigator.storage.persisted();
  } catch {
    return false;
  }
}

/** The browser's own question to install, kept until a button asks it. @type {any} */
let installPrompt = null;
if (typeof window !== 'undefined') {
  window.addEventListener('beforeinstallprompt', (event) => {
    event.preventDefault();
    installPrompt = event;
  });
}

/**
 * @param {import('../context.js').App} app
 * @param {Checks | null} checks null while they run
 * @param {() => void} again runs them anew
 */
export function checkList(app, checks, again) {
  if (!checks) return html`<ul class="checks"><li class="wait">${icon('clock')}<span>${app.t('vault.check.storage.wait')}</span></li></ul>`;
  const { freeBytes, persisted, installed } = checks;
  const keep = async () => {
    const kept = await askToKeep();
    if (!kept) app.notify({ kind: 'wait', text: app.t('vault.check.persist.refused') });
    again();
  };
  const install = async () => {
    const prompt = installPrompt;
    installPrompt = null;
    await prompt.prompt();
    await prompt.userChoice;
    again();
  };
  const size = app.formatBytes(freeBytes);
  return html`
    <ul class="checks">
      ${line(checks.storage, app.t(`vault.check.storage.${checks.storage}`))}
      ${checks.secret ? line('bad', app.t('vault.check.private')) : nothing}
      ${freeBytes === null ? line('wait', app.t('vault.check.space.unknown'))
        : freeBytes >= ENOUGH_BYTES ? line('ok', app.t('vault.check.space.ok', { size })) : line('wait', app.t('vault.check.space.wait', { size }))}
      ${persisted ? line('ok', app.t('vault.check.persist.ok'))
        : line('wait', app.t('vault.check.persist.wait'), html`<button class="btn small" type="button" @click=${keep}>${app.t('vault.check.persist.ask')}</button>`)}
      ${installed ? line('ok', app.t('vault.check.install.ok'))
        : line('wait', html`${app.t('vault.check.install.wait')} <span class="meta">${app.t(`vault.check.install.${checks.browser}`)}</span>
          ${installPicture(checks.browser, app.t(`vault.check.install.${checks.browser}`))}`,
          installPrompt ? html`<button class="btn small" type="button" @click=${install}>${app.t('vault.check.install.button')}</button>` : nothing)}
      ${checks.opfs ? nothing : line('wait', app.t('vault.check.opfs'))}
    </ul>
  `;
}

/**
 * One line of a list of checks.
 * @param {'ok' | 'wait' | 'bad'} kind @param {unknown} text @param {unknown} [action]
 */
export function line(kind, text, action = nothing) {
  const sign = { ok: 'check', wait: 'clock', bad: 'warning' }[kind];
  return html`<li class=${kind}>${icon(sign)}<span class="grow">${text}</span>${action}</li>`;
}
