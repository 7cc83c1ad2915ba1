/**
 * The page on which anybody verifies an evidence package (`evidence/verify.html`).
 *
 * Owns the form and how a report is shown. The file is read here and sent nowhere.
 */
import { fromBase64, text } from '../../engine/crypto/wire.js';
import { ready } from '../script_form.js';
import { NotEvidence, PackageFile } from './package_file.js';
import { certificates, TimestampRefused } from './timestamps.js';
import { verifyPackage } from './verification.js';

const element = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
const words = element('words').dataset;
const form = /** @type {HTMLFormElement} */ (element('choose'));
const result = element('result');

form.addEventListener('submit', async (event) => {
  event.preventDefault();
  const button = /** @type {HTMLButtonElement} */ (form.querySelector('button'));
  button.disabled = true;
  result.hidden = true;
  say(words.working ?? '');
  try {
    const [file] = chosen('package');
    const known = { root: input('root').value.trim(), authorities: await authorities(), openings: await openings() };
    show(await verifyPackage(await PackageFile.open(file), known));
    say('');
  } catch (error) {
    if (error instanceof NotEvidence) say(words.noPackage ?? '', true);
    else if (error instanceof TimestampRefused) say(words.noKey ?? '', true);
    else throw error;
  } finally {
    button.disabled = false;
  }
});
ready(form);

/** @param {string} id */
function input(id) {
  return /** @type {HTMLInputElement} */ (element(id));
}

/** @param {string} id @returns {File[]} */
function chosen(id) {
  return [...(input(id).files ?? [])];
}

async function authorities() {
  const found = [];
  for (const file of chosen('authority')) found.push(...certificates(new Uint8Array(await file.arrayBuffer())));
  return found;
}

/** Content keys by medium, as sync/evidence/openings.py reads them. */
async function openings() {
  /** @type {Map<string, import('../../engine/crypto/wire.js').Bytes>} */
  const keys = new Map();
  for (const file of chosen('openings')) {
    try {
      const { medium, key } = JSON.parse(text(await file.arrayBuffer()));
      const bytes = fromBase64(key);
      if (typeof medium !== 'string' || bytes.length !== 32) throw new TypeError();
      keys.set(medium, bytes);
    } catch {
      throw new TimestampRefused('no key');
    }
  }
  return keys;
}

/** @param {string} sentence @param {boolean} [wrong] */
function say(sentence, wrong = false) {
  const state = element('state');
  state.textContent = sentence;
  state.className = wrong ? 'error' : 'meta';
}

/** @param {import('./verification.js').Report} report */
function show(report) {
  // Where something failed, that is what the reader came for.
  const parts = report.verdict === 'changed' ? [checks(report), items(report)] : [items(report), checks(report)];
  result.replaceChildren(verdict(report), origin(report), ...parts);
  result.hidden = false;
  result.scrollIntoView({ block: 'start' });
}

/** @param {import('./verification.js').Report} report */
function verdict({ verdict: name }) {
  const notice = make('div', `notice ${name === 'changed' ? 'bad' : 'ok'}`);
  const body = make('div', 'stack tight');
  body.append(make('h2', '', words[name]), make('p', '', words[`${name}Text`]));
  notice.append(body);
  notice.id = 'verdict';
  notice.dataset.verdict = name;
  return notice;
}

/** @param {import('./verification.js').Report} report */
function origin({ root, findings, made_at: made, reason, stamps }) {
  const list = make('dl', 'facts');
  const told = findings.some(({ code, held }) => code === 'root' && held);
  const print = make('dd');
  print.append(make('span', 'fingerprint', root.replace(/(.{4})(?=.)/g, '$1 ')), make('p', 'meta', told ? words.rootFits : words.rootCompare));
  list.append(make('dt', '', words.root), print);
  list.append(make('dt', '', words.made), make('dd', '', moment(made)), make('dt', '', words.reason), make('dd', '', reason));
  for (const [number, { at, authority, trusted }] of stamps) {
    const trust = trusted === null ? words.stampUnknown : trusted ? words.stampTrusted : words.stampForeign;
    list.append(make('dt', '', `${words.stamp} ${number}`), make('dd', '', `${moment(at)}, ${authority}: ${trust}`));
  }
  const card = make('section', 'card stack');
  card.append(list);
  return card;
}

/** @param {import('./verification.js').Report} report */
function items({ items: rows }) {
  const head = [words.item, words.person, words.captured, words.received];
  const lines = rows.map((row) => [name(row), row.person, moment(row.captured_at), moment(row.received_at)]);
  return section(words.items, table(head, lines));
}

/** @param {import('./verification.js').Item} item */
function name({ type, kind, shown }) {
  const word = words[property(`type-${type === 'medium' ? kind : type}`)] ?? words[property(`type-${type}`)] ?? type;
  return shown ? `${word} (${shown})` : word;
}

/** What failed comes first, then what cannot be said, then what holds. @param {import('./verification.js').Report} report */
function checks({ findings }) {
  /** @type {Map<string, {code: string, held: boolean | null, subjects: string[]}>} */
  const groups = new Map();
  for (const { code, held, subject, detail } of findings) {
    const key = `${code} ${held}`;
    const group = groups.get(key) ?? { code, held, subjects: [] };
    groups.set(key, group);
    group.subjects.push(held === false && detail ? `${subject} (${detail})` : subject);
  }
  const rank = (/** @type {boolean | null} */ held) => [false, null, true].indexOf(held);
  const list = make('ul', 'list');
  for (const { code, held, subjects } of [...groups.values()].sort((a, b) => rank(a.held) - rank(b.held))) {
    const line = make('li', 'list-item');
    const badge = held === null ? ['badge wait', words.open] : held ? ['badge ok', words.held] : ['badge bad', words.failed];
    const body = make('span', 'body');
    body.append(make('span', 'title', `${words[property(`check-${code}`)] ?? code} × ${subjects.length}`));
    const why = held === null ? words[property(`why-${code}`)] : '';
    if (why) body.append(make('span', 'meta', why));
    if (held === false) body.append(make('span', 'meta', subjects.join(', ')));
    line.dataset.code = code;
    line.append(body, make('span', badge[0], badge[1]));
    list.append(line);
  }
  return section(words.checks, list);
}

/** @param {string | undefined} title @param {HTMLElement} content */
function section(title, content) {
  const card = make('section', 'card stack');
  card.append(make('h2', '', title), content);
  return card;
}

/** @param {(string | undefined)[]} head @param {string[][]} lines */
function table(head, lines) {
  const frame = make('div', 'table-scroll');
  const grid = document.createElement('table');
  grid.className = 'table flow';
  const top = grid.createTHead().insertRow();
  for (const title of head) top.append(make('th', '', title));
  const body = grid.createTBody();
  for (const line of lines) {
    const row = body.insertRow();
    for (const [column, cell] of line.entries()) {
      const data = make('td', '', cell);
      if (column > 0) data.dataset.label = head[column] ?? '';
      row.append(data);
    }
  }
  frame.append(grid);
  return frame;
}

/** `data-check-in-day` is `checkInDay` in a dataset. @param {string} attribute */
function property(attribute) {
  return attribute.replace(/-(\w)/g, (_whole, letter) => letter.toUpperCase());
}

/** @param {string} at */
function moment(at) {
  const date = new Date(at);
  if (Number.isNaN(date.getTime())) return at;
  // Browsers do not know how Kazakh writes dates; it writes them as Russian does.
  const language = document.documentElement.lang === 'en' ? 'en-GB' : 'ru';
  return new Intl.DateTimeFormat(language, { dateStyle: 'short', timeStyle: 'medium' }).format(date);
}

/** @param {string} tag @param {string} [className] @param {string} [content] @returns {HTMLElement} */
function make(tag, className = '', content = '') {
  const made = document.createElement(tag);
  if (className) made.className = className;
  made.textContent = content;
  return made;
}
