/**
 * One filled form, open: the form engine's instance behind the few verbs that widgets need.
 *
 *   open ─► edit ─► edit … ─► close        every edit: aside is followed, `edit` is told, then `change`
 *
 * Owns: loading, restoring, the engine's reactivity as one `change` event a frame, attachments by name, language.
 * Must not know: where drafts go, the app's screens. Keeps: no attachment's bytes are in the form engine (a name
 * with an empty file stands for a medium of the vault), and the form engine writes nothing to disk.
 *
 * Events: `change` (draw anew), `edit` (a person changed an answer: save).
 */
import { loadForm } from '../vendor/xforms-engine.js';
import { Aside } from './aside.js';
import { flagsOf, progressOf, answersOf } from './answers.js';
import { isUpload, leavesOf, nodeAt, pagesOf, pathOf } from './tree.js';
import { setAnswer } from './values.js';

/**
 * @typedef {import('./values.js').Answer} Answer
 * @typedef {{_id: string, name: string, version: string, xml: string, title: any, languages: string[],
 *   questions: {path: string, type: string, label: any, choices: any[] | null, group: string | null}[],
 *   rules?: {path: string, norm: string | null, label: any, theme?: string}[]}} FormDocument
 * @typedef {{xml: string, aside?: Record<string, Answer>, files?: Record<string, string>, detached?: string[], typed?: Record<string, string>}} Filled
 */

/** The form or its answers cannot be opened. `form-broken`: the form's XML; `answers-broken`: the stored answers. */
export class FormError extends Error {
  /** @param {'form-broken' | 'answers-broken'} code @param {unknown} cause */
  constructor(code, cause) {
    super(cause instanceof Error ? cause.message : String(cause));
    this.code = code;
  }
}

const XML_FILE = 'xml_submission_file';

export class FormSession extends EventTarget {
  /** @type {any} */ #root;
  /** @type {Aside} */ #aside;
  /** @type {Map<string, string>} */ #files;
  /** @type {Set<string>} names taken out again: the form engine keeps them in the XML */ #gone = new Set();
  #told = false;

  /**
   * @param {FormDocument} form
   * @param {{filled?: Filled | null, language: string}} options `filled`: what was stored; none for a new one
   * @returns {Promise<FormSession>}
   */
  static async open(form, { filled = null, language }) {
    // pyxform writes none and the server refuses them, but a foreign document must not be expanded here either.
    if (/<!DOCTYPE|<!ENTITY/i.test(form.xml)) throw new FormError('form-broken', 'DOCTYPE');
    const loaded = await loadForm(form.xml, {
      fetchFormAttachment: () => Promise.reject(new Error('no attachments')),
      missingResourceBehavior: 'BLANK',
    });
    if (loaded.status === 'failure') throw new FormError('form-broken', loaded.error);
    const session = new FormSession(form, filled);
    const config = session.#config();
    let instance;
    try {
      instance = filled ? await loaded.restoreInstance({ data: [stored(filled)] }, config) : loaded.createInstance(config);
    } catch (error) {
      throw new FormError(filled ? 'answers-broken' : 'form-broken', error);
    }
    session.#root = instance.root;
    session.setLanguage(language);
    session.#aside.follow(instance.root);
    return session;
  }

  /** @param {FormDocument} form @param {Filled | null} filled */
  constructor(form, filled) {
    super();
    this.form = form;
    /** @type {Map<string, string>} what stands in a number's field while it is not the number itself; never lost */
    this.typed = new Map(Object.entries(filled?.typed ?? {}));
    /** @type {Set<string>} media taken for a question and taken out again: not to be offered anew */
    this.detached = new Set(filled?.detached ?? []);
    this.#files = new Map(Object.entries(filled?.files ?? {}));
    this.#aside = new Aside(filled?.aside ?? {}, (node, name) => this.#mark(node, name));
  }

  /** @returns {any} The engine's configuration. */
  #config() {
    return {
      stateFactory: (/** @type {object} */ state) => new Proxy(state, {
        set: (target, key, value) => {
          /** @type {any} */ (target)[key] = value;
          this.#tell();
          return true;
        },
      }),
      // Names are unique already: two photos of one question must not collide.
      instanceAttachments: { fileNameFactory: (/** @type {any} */ meta) => `${meta.basename}${meta.extension ?? ''}` },
      // Without an id of ours the form engine would put one into localStorage.
      preloadProperties: { deviceID: 'aigaq' },
    };
  }

  get root() {
    return this.#root;
  }

  get pages() {
    return pagesOf(this.#root);
  }

  /** @param {string} path */
  node(path) {
    return nodeAt(this.#root, path);
  }

  /** The instance as XML. Cheap. @returns {string} */
  get xml() {
    let xml = this.#root.instanceState.instanceXML;
    for (const name of this.#gone) xml = xml.replaceAll(`>${name}<`, '><');
    return xml;
  }

  /** What the submission stores of this form, but for its header. */
  get content() {
    return {
      xml: this.xml,
      answers: answersOf(this.#root, this.form, this.#files),
      flags: flagsOf(this.#root, this.form),
      aside: this.#aside.answers,
      progress: progressOf(this.#root),
      files: Object.fromEntries(this.#files),
      detached: [...this.detached],
    };
  }

  /** What is autosaved: enough to go on after a crash. @returns {Required<Filled>} */
  get filled() {
    return {
      xml: this.xml, aside: this.#aside.answers, files: Object.fromEntries(this.#files),
      detached: [...this.detached], typed: Object.fromEntries(this.typed),
    };
  }

  // --- edits ---

  /** @param {any} node @param {Answer | undefined} answer */
  answer(node, answer) {
    setAnswer(node, answer);
    this.#edited();
  }

  /**
   * An upload's answer is the name of a file; the file is a medium of the vault.
   * @param {any} node
   * @param {string} name unique, with an extension
   * @param {string} medium its document's id
   */
  attach(node, name, medium) {
    const before = node.currentState.instanceValue;
    if (before && before !== name) this.#forget(before);
    this.#files.set(name, medium);
    this.#gone.delete(name);
    this.detached.delete(medium);
    this.#mark(node, name);
    this.#edited();
  }

  /** Takes the file's name out of the answer; the medium stays in the visit. @param {any} node */
  detach(node) {
    const name = node.currentState.instanceValue;
    node.setValue(null);
    if (name) this.#forget(name);
    this.#edited();
  }

  /** The medium behind an upload's answer. @param {any} node @returns {string | undefined} */
  mediumOf(node) {
    return this.#files.get(node.currentState.instanceValue);
  }

  /** @param {string} medium */
  holds(medium) {
    return [...this.#files.values()].includes(medium);
  }

  /** @param {any} range @returns {number} the new instance's place, from 0 */
  addInstance(range) {
    range.addInstances(range.currentState.children.length - 1, 1);
    this.#edited();
    return range.currentState.children.length - 1;
  }

  /** @param {any} range @param {number} index from 0 */
  removeInstance(range, index) {
    for (const node of leavesOf(range.currentState.children[index])) {
      if (isUpload(node) && node.currentState.instanceValue) this.#forget(node.currentState.instanceValue);
    }
    this.#aside.removeInstance(pathOf(range), index);
    this.typed.clear();
    range.removeInstances(index, 1);
    this.#edited();
  }

  /** The form's own language nearest to the asked one; answers are not touched. @param {string} language */
  setLanguage(language) {
    const known = this.#root.languages;
    const tag = (/** @type {any} */ one) => one.locale?.language ?? /\((\w+)[^)]*\)\s*$/.exec(one.language)?.[1] ?? one.language;
    const found = known.find((/** @type {any} */ one) => tag(one) === language) ?? known.find((/** @type {any} */ one) => one.isDefault) ?? known[0];
    if (found && !found.isSyntheticDefault && this.#root.currentState.activeLanguage.language !== found.language) this.#root.setLanguage(found);
  }

  /** @param {any} node @param {string} name */
  #mark(node, name) {
    // One byte: the form engine takes an empty file for none.
    node.setValue(new File(['·'], name));
  }

  /** @param {string} name */
  #forget(name) {
    const medium = this.#files.get(name);
    if (medium) this.detached.add(medium);
    this.#files.delete(name);
    this.#gone.add(name);
  }

  /** Draws anew without an edit. */
  redraw() {
    this.#tell();
  }

  #edited() {
    this.#aside.follow(this.#root);
    this.dispatchEvent(new Event('edit'));
    this.#tell();
  }

  /** Many states change at once; the page is drawn once. */
  #tell() {
    if (this.#told || !this.#root) return;
    this.#told = true;
    queueMicrotask(() => {
      this.#told = false;
      this.dispatchEvent(new Event('change'));
    });
  }
}

/** @param {Filled} filled @returns {any} */
function stored({ xml, files = {} }) {
  const data = new FormData();
  data.append(XML_FILE, new File([xml], XML_FILE, { type: 'text/xml' }));
  for (const name of Object.keys(files)) data.append(name, new File(['·'], name));
  return data;
}
