/**
 * A page with nothing but a form, the app's own context and a vault in memory: `start(setup)` shows <aq-form>.
 *
 * For tests of the form alone; journeys through the real app have the real engine.
 */
import { App } from '/static/app/context.js';
import { AqElement, html } from '/static/app/element.js';
import '/static/app/forms/form.js';
import '/static/app/messages.js';
import { strings } from '/static/app/strings/index.js';

export const CHANNEL = 'visit-01arz3ndektsv4rrffq69g5fav';
const VISIT = 'visit:01ARZ3NDEKTSV4RRFFQ69G5FAV';
const ME = '01ARZ3NDEKTSV4RRFFQ69G5FME';

/** Keeps what the real engine would encrypt. `slow` delays writes, `fail` lets the next ones be refused. */
class MemoryEngine extends EventTarget {
  documents = new Map();
  drafts_ = new Map();
  saves = [];
  fail = null;
  #n = 0;

  async get(channel, id) {
    return this.documents.get(`${channel} ${id}`) ?? null;
  }

  async list(channel, types) {
    return [...this.documents.values()].filter((reading) => reading.channel === channel && [types].flat().includes(reading.doc.type));
  }

  put(channel, doc, rest = {}) {
    const reading = { doc, rev: `1-${this.#n}`, channel, conflicts: [], origin: 'local', delivered: false, erased: false, ...rest };
    this.documents.set(`${channel} ${doc._id}`, reading);
    return reading;
  }

  async save(channel, fields) {
    if (this.fail) throw Object.assign(new Error(this.fail), { code: this.fail });
    const doc = structuredClone({ ...fields, _id: fields._id ?? `${fields.type}:${String(this.#n += 1).padStart(26, '0')}`, created_by: ME });
    this.saves.push(doc);
    const reading = this.put(channel, doc);
    setTimeout(() => this.dispatchEvent(new CustomEvent('changed', { detail: { channel, ids: [doc._id] } })));
    return reading;
  }

  async saveDraft(key, value) {
    if (this.fail) throw Object.assign(new Error(this.fail), { code: this.fail });
    this.drafts_.set(key, structuredClone(value));
  }

  async draft(key) {
    return structuredClone(this.drafts_.get(key) ?? null);
  }

  async drafts(prefix) {
    return [...this.drafts_].filter(([key]) => key.startsWith(prefix)).map(([key, value]) => ({ key, value: structuredClone(value) }));
  }

  async readMedium(channel, id) {
    const reading = await this.get(channel, id);
    if (!reading?.bytes) throw Object.assign(new Error('sealed'), { code: 'sealed' });
    return { mime: reading.doc.mime, bytes: reading.bytes };
  }
}

class Frame extends AqElement {
  static properties = { shown: { attribute: false } };

  constructor() {
    super();
    this.shown = null;
  }

  render() {
    return html`<main class="frame"><div class="screen">${this.shown}</div></main><aq-messages .app=${this.app}></aq-messages>`;
  }
}
customElements.define('aq-app', Frame);

/** The app, the engine and the element, for the test to look at. */
window.start = async ({ form, language = 'ru', brief = null, documents = [], drafts = [], route = {}, media = [] }) => {
  const engine = new MemoryEngine();
  engine.put(CHANNEL, { _id: VISIT, type: 'visit', facility: 'facility:x' });
  if (form) engine.put('reference', { _id: `form:${form.name}`, type: 'form', ...form });
  if (brief) engine.put(CHANNEL, { _id: VISIT.replace('visit', 'brief'), type: 'brief', ...brief });
  for (const doc of documents) engine.put(doc.channel ?? CHANNEL, doc);
  for (const { doc, bytes } of media) engine.put(CHANNEL, doc, { bytes: bytes ? new Uint8Array(bytes).buffer : null });
  for (const [key, value] of drafts) engine.drafts_.set(key, value);
  const gone = [];
  const router = { current: { name: 'form', params: { channel: CHANNEL, ...route } }, go: (name, params) => gone.push({ name, params }), back: () => gone.push('back') };
  document.querySelector('aq-app')?.remove();
  const frame = document.createElement('aq-app');
  const app = new App({ engine, router, strings, language, shell: {
    notify: (message) => frame.querySelector('aq-messages').notify(message),
    dialog: (options) => frame.querySelector('aq-messages').dialog(options),
    recorder: () => null,
  } });
  app.setStatus({ account: { id: ME, name: 'Б. Бекова', initial: 'Б', language } });
  document.documentElement.lang = language;
  frame.app = app;
  document.body.append(frame);
  const element = document.createElement('aq-form');
  Object.assign(element, { app, channel: CHANNEL, ...(form ? { form: `form:${form.name}` } : {}), ...route });
  frame.shown = element;
  await frame.updateComplete;
  Object.assign(window, { engine, app, element, gone, channel: CHANNEL, me: ME });
  for (let i = 0; i < 6000 && !element.opened && !element.failure && element.form; i += 1) await new Promise((done) => setTimeout(done, 10));
  await element.updateComplete;
  return { engine, app, element };
};
window.ready = true;
