/**
 * <aq-form channel form? submission?>: a form being filled in, page by page.
 *
 *   opening ─► choosing (no form named) | problem (cannot be opened; answers to read) | filling ─► left
 *
 * Owns: which page and question are in sight, the bars around them, and what the widgets may ask of the app.
 * Must not know: kinds of questions (static/forms), when a revision is due (autosave.js).
 */
import { AqElement, html, icon, nothing } from '../element.js';
import { contents } from '../../forms/group.js';
import { instanceTitle } from '../../forms/repeat.js';
import { kindOf, leavesOf, pathOf, questionOf } from '../../forms/tree.js';
import { answerOf, answerText } from '../../forms/values.js';
import { renderNode } from '../../forms/widgets.js';
import '../capture/dock.js';
import { briefId } from '../visit/days.js';
import { answersOnly } from './answers_only.js';
import { Attachments } from './attachments.js';
import { Autosave } from './autosave.js';
import './chooser.js';
import { pageFoot, pageHead } from './frame.js';
import { openForm } from './opening.js';
import { merged, overview } from './overview.js';
import { previousAnswer } from './previous.js';
import { findingPrefill } from './prefill.js';

export class AqForm extends AqElement {
  static properties = { channel: {}, form: {}, submission: {}, opened: { state: true }, failure: { state: true }, captures: { state: true } };

  /** @type {Autosave | null} */ #saving = null;
  /** @type {Attachments | null} */ #attachments = null;
  /** @type {Record<string, {value: any, date: string}>} */ #before = {};
  /** @type {Map<string, string>} findings by the flag they were made of */ #findings = new Map();
  /** @type {import('./autosave.js').Place} */ #place = { path: '', question: '', instances: {} };
  /** @type {Set<string>} pages the person has passed: they may say what is missing */ #passed = new Set();
  #turn = 0;
  /** @type {ResizeObserver | undefined} */ #sizes;

  constructor() {
    super();
    this.channel = '';
    /** @type {string | null} */ this.form = null;
    /** @type {string | null} */ this.submission = null;
    /** @type {import('./opening.js').Opened | null} */ this.opened = null;
    /** @type {any} */ this.failure = null;
    this.captures = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.listen(this.app, 'language', () => this.#session?.setLanguage(this.app.language));
    this.beforeLock(() => this.#saving?.revise());
    this.listen(document, 'visibilitychange', () => { if (document.hidden) this.#saving?.revise(); });
    this.listen(this.app.engine, 'changed', (event) => { if (event.detail?.channel === this.channel) this.#follow().catch(() => undefined); });
    this.#sizes = new ResizeObserver(() => setTimeout(() => this.#tellHeight()));
    if (this.form || this.submission) this.#open();
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    this.#sizes?.disconnect();
    document.documentElement.style.removeProperty('--dock-height');
    this.#leave();
  }

  updated() {
    const foot = this.querySelector('.form-foot');
    if (foot) this.#sizes?.observe(foot);
  }

  /** The recorder's bar sits above the foot, as it does above the dock (which tells its own height first). */
  #tellHeight() {
    const foot = this.isConnected ? this.querySelector('.form-foot') : null;
    if (foot) document.documentElement.style.setProperty('--dock-height', `${foot.getBoundingClientRect().height}px`);
  }

  /** @returns {import('../../forms/session.js').FormSession | null} */
  get #session() {
    return this.opened?.session ?? null;
  }

  #leave() {
    this.#turn += 1;
    this.#saving?.close();
    this.#attachments?.close();
    this.#saving = null;
    this.#attachments = null;
  }

  async #open() {
    const turn = (this.#turn += 1);
    const { app, channel } = this;
    try {
      const brief = await app.engine.get(channel, briefId(channel));
      const opened = await openForm(app.engine, {
        channel, form: this.form, submission: this.submission, me: app.status?.account?.id ?? '', language: app.language,
      });
      if (turn !== this.#turn || !this.isConnected) return;
      this.#before = brief?.doc.answers?.[opened.form?.name ?? ''] ?? {};
      if (opened.session) await this.#start(opened, opened.session);
      this.opened = opened;
      await this.updateComplete;
      if (this.#place.question) this.#show(this.#place.question);
    } catch (error) {
      if (/** @type {any} */ (error)?.code !== 'locked') this.failure = error;
    }
  }

  /** @param {import('./opening.js').Opened} opened @param {import('../../forms/session.js').FormSession} session */
  async #start(opened, session) {
    const { app, channel } = this;
    if (opened.draft?.place) this.#place = opened.draft.place;
    this.#attachments = new Attachments(app, channel, () => this.requestUpdate());
    session.addEventListener('change', () => this.requestUpdate());
    if (!opened.readonly) {
      const saving = new Autosave({
        engine: app.engine, channel, session, document: opened.document, dirty: opened.draft?.dirty ?? false,
        place: () => this.#place, words: () => ({ title: app.multi(session.form.title), lang: app.language }),
      });
      this.#saving = saving;
      session.addEventListener('edit', () => saving.edited());
      saving.addEventListener('state', () => this.#onSaved(saving));
    }
    await this.#follow(opened);
  }

  /** @param {Autosave} saving */
  #onSaved(saving) {
    this.requestUpdate();
    if (saving.state === 'failed' && this.isConnected && saving.error?.code !== 'locked') this.app.notifyError(saving.error);
    if (!saving.id || this.submission === saving.id) return;
    // The way back from a capture leads to this submission, not to a new form.
    this.submission = saving.id;
    const entry = this.app.router?.current;
    if (entry?.name === 'form' && entry.params.channel === this.channel) entry.params.submission = saving.id;
  }

  /** Media taken for this form, and findings made of its flags. @param {import('./opening.js').Opened | null} [opened] */
  async #follow(opened = this.opened) {
    if (!opened?.session) return;
    const id = this.#saving?.id ?? opened.document?._id ?? null;
    await this.#attachments?.follow(opened.session, id, opened.readonly);
    const findings = await this.app.engine.list(this.channel, 'finding');
    this.#findings = new Map(findings.filter((/** @type {any} */ { doc }) => doc.rule?.submission === id).map((/** @type {any} */ { doc }) => [doc.rule.path, doc._id]));
    this.requestUpdate();
  }

  // --- places ---

  get #pages() {
    return this.#session?.pages ?? [];
  }

  get #index() {
    return Math.max(0, this.#pages.findIndex((page) => page.path === this.#place.path));
  }

  /** @param {{path: string, node: any}} page */
  #titleOf(page) {
    return page.node?.currentState.label?.asString || this.app.multi(this.opened?.form?.title);
  }

  /** @param {number} index @param {string} [question] */
  async #go(index, question = '') {
    const page = this.#pages[index];
    if (!page) return;
    if (this.#pages[this.#index]) this.#passed.add(this.#pages[this.#index].path);
    this.#place = { ...this.#place, path: page.path, question };
    for (const match of question.matchAll(/\[(\d+)\]/g)) this.#place.instances[question.slice(0, match.index)] = Number(match[1]) - 1;
    this.#saving?.moved();
    this.#saving?.revise();
    this.requestUpdate();
    await this.updateComplete;
    if (question) this.#show(question);
    else {
      window.scrollTo(0, 0);
      /** @type {HTMLElement | null} */ (this.querySelector('h2.page-title'))?.focus({ preventScroll: true });
    }
  }

  /** @param {string} path */
  #show(path) {
    const card = /** @type {HTMLElement | null} */ ([...this.querySelectorAll('[data-path]')].find((element) => /** @type {HTMLElement} */ (element).dataset.path === path));
    card?.scrollIntoView({ block: 'center' });
    /** @type {HTMLElement | null} */ (card?.querySelector('input, textarea, button'))?.focus({ preventScroll: true });
  }

  async #overview() {
    for (const page of this.#pages) if (this.#saving?.complete) this.#passed.add(page.path);
    const pages = this.#pages.map((page) => ({ path: page.path, title: this.#titleOf(page), nodes: page.nodes }));
    const chosen = await this.app.dialog({
      title: this.t('forms.overview'), wide: true, actions: [{ label: this.t('shell.close'), value: null }],
      body: (/** @type {(value: any) => void} */ close) => overview(this.app, pages, (path) => this.#instanceOf(path), close),
    });
    if (chosen) this.#go(pages.findIndex((page) => page.path === chosen.page), chosen.question ?? '');
  }

  /** «Cell 2 of 3 · № 14» for a path inside a repeat. @param {string} path */
  #instanceOf(path) {
    const place = /^(.*)\[(\d+)\]/.exec(path);
    const range = place ? this.#session?.node(place[1]) : null;
    return place && range ? instanceTitle(range, Number(place[2]) - 1, this.#context) : '';
  }

  async #finish() {
    const wrong = this.#pages.flatMap((page) => merged(page.nodes).wrong);
    for (const page of this.#pages) this.#passed.add(page.path);
    if (wrong.length) {
      this.requestUpdate();
      this.app.notify({ kind: 'wait', text: this.t('forms.notYet', { n: wrong.length }) });
      await this.#overview();
      return;
    }
    await this.#saving?.revise({ complete: true, always: true });
    if (this.#saving?.state === 'failed') return;
    this.app.notify({ kind: 'ok', text: this.t('forms.finishedText') });
    this.app.back();
  }

  // --- what widgets may ask ---

  /** @returns {import('../../forms/context.js').FormContext} */
  get #context() {
    const session = /** @type {import('../../forms/session.js').FormSession} */ (this.#session);
    const { app } = this;
    return {
      session, readonly: this.opened?.readonly ?? false, icon, render: renderNode,
      t: (key, vars) => app.t(key, vars), multi: (value) => app.multi(value),
      text: (answer, path) => this.#text(answer, path),
      previous: (path) => this.#previous(path),
      complains: (node) => [...this.#passed].some((path) => pathOf(node) === path || pathOf(node).startsWith(`${path}/`) || pathOf(node).startsWith(`${path}[`)),
      touch: (node) => this.#touch(node),
      instance: (range) => this.#place.instances[pathOf(range)] ?? 0,
      showInstance: (range, index) => this.#showInstance(range, index),
      addInstance: (range) => this.#showInstance(range, session.addInstance(range)),
      removeInstance: (range, index) => this.#removeInstance(range, index),
      capture: (kind, node) => this.#capture(kind, node),
      medium: (id) => this.#attachments?.look(id) ?? null,
      detach: (node) => this.#detach(node),
      findingOf: (path) => this.#findings.get(path) ?? null,
      toFinding: (node) => this.#toFinding(node),
      toNote: (node) => this.#toNote(node),
    };
  }

  /** @param {any} node */
  #touch(node) {
    if (this.#place.question === pathOf(node)) return;
    this.#place.question = pathOf(node);
    this.#saving?.moved();
  }

  /** @param {any} answer @param {string} path */
  #text(answer, path) {
    const { app } = this;
    const question = this.opened?.form?.questions.find((one) => one.path === questionOf(path));
    return answerText(answer, question, {
      multi: (value) => app.multi(value), formatNumber: (n) => app.formatNumber(n, { maximumFractionDigits: 2 }),
      formatDate: (date) => app.formatDate(date), t: (key) => app.t(key),
    });
  }

  /** @param {string} path */
  #previous(path) {
    const found = previousAnswer(this.#before, path, (prefix) => {
      const instance = this.#session?.node(prefix);
      const name = instance ? [...leavesOf(instance)].find((leaf) => kindOf(leaf) === 'text') : null;
      return name ? { path: pathOf(name), value: answerOf(name) } : null;
    });
    return found ? { text: this.#text(found.value, path), date: this.app.formatDate(found.date, { month: 'long', year: 'numeric' }) } : null;
  }

  /** @param {any} range @param {number} index */
  async #showInstance(range, index) {
    this.#place.instances[pathOf(range)] = index;
    this.#place.question = '';
    this.#saving?.moved();
    this.requestUpdate();
    await this.updateComplete;
    /** @type {HTMLElement | null} */ (this.querySelector('#instance-title'))?.focus();
  }

  /** @param {any} range @param {number} index */
  async #removeInstance(range, index) {
    const what = instanceTitle(range, index, this.#context);
    const sure = await this.app.confirm({
      title: this.t('forms.removeTitle', { what }), text: this.t('forms.removeText'), yes: this.t('forms.removeYes'), no: this.t('shell.cancel'), danger: true,
    });
    if (!sure) return;
    this.#session?.removeInstance(range, index);
    await this.#showInstance(range, Math.max(0, index - 1));
  }

  /** @param {'image' | 'audio' | 'video'} kind @param {any} node */
  async #capture(kind, node) {
    const submission = await this.#saving?.revise({ always: true });
    if (!submission) return;
    this.#place.question = pathOf(node);
    const about = { channel: this.channel, submission, question: pathOf(node) };
    if (kind === 'image') this.app.go('photo', about);
    else this.app.go('record', { ...about, kind });
  }

  /** @param {any} node */
  async #detach(node) {
    const sure = await this.app.confirm({
      title: this.t('forms.detachTitle'), text: this.t('forms.detachText'), yes: this.t('forms.detach'), no: this.t('shell.cancel'),
    });
    if (sure) this.#session?.detach(node);
  }

  /** @param {any} node */
  async #toFinding(node) {
    const known = this.#findings.get(pathOf(node));
    if (known) {
      this.app.go('finding', { channel: this.channel, id: known });
      return;
    }
    const submission = this.opened?.readonly ? this.opened.document?._id : await this.#saving?.revise({ always: true });
    if (!submission) return;
    const rule = this.opened?.form?.rules?.find((one) => one.path === questionOf(pathOf(node)));
    const prefill = await findingPrefill(this.app.engine, { submission, path: pathOf(node), rule, title: node.currentState.label?.asString ?? '' });
    this.app.go('finding', { channel: this.channel, prefill });
  }

  /** @param {any} node */
  async #toNote(node) {
    const about = await this.#saving?.revise({ always: true });
    if (about) this.app.go('note', { channel: this.channel, about });
    this.#place.question = pathOf(node);
  }

  // --- drawing ---

  render() {
    const { app, opened } = this;
    if (this.failure) {
      const { what, safe, act } = app.explain(this.failure);
      return html`<div class="page"><section class="card stack" role="alert"><h2>${icon('warning')} ${this.t('forms.problem.title')}</h2><p>${what} ${safe} ${act}</p>
        <div class="row"><button class="btn primary" type="button" @click=${() => { this.failure = null; this.#open(); }}>${this.t('errors.retry')}</button></div></section></div>`;
    }
    if (!this.form && !this.submission) {
      return html`<aq-form-chooser .app=${app} .channel=${this.channel} @aq-choose=${(/** @type {CustomEvent} */ event) => app.go('form', { channel: this.channel, ...event.detail }, { replace: true })}></aq-form-chooser>`;
    }
    if (!opened) return html`<p class="opening" role="status">${this.t('forms.opening')}</p>`;
    if (!opened.session) {
      return answersOnly(app, opened, (answer, path) => this.#text(answer, path), () => app.go('form', { channel: this.channel, form: opened.form?._id }, { replace: true }));
    }
    return this.#filling(opened);
  }

  /** @param {import('./opening.js').Opened} opened */
  #filling(opened) {
    const pages = this.#pages;
    const [page, next] = [pages[this.#index], pages[this.#index + 1]];
    if (!page) return html`<div class="page"><p class="empty">${this.t('forms.empty')}</p></div>`;
    const context = this.#context;
    const saving = this.#saving;
    return html`
      ${pageHead(this.app, {
        n: this.#index + 1, of: pages.length, form: this.app.multi(opened.form?.title), title: this.#titleOf(page),
        open: pages.reduce((sum, one) => { const { open, wrong } = merged(one.nodes); return sum + open.length + wrong.length; }, 0),
        overview: () => this.#overview(),
      })}
      <div class="page stack form-page">
        ${opened.readonly ? html`<p class="notice info">${icon('eye')}<span>${this.t('forms.readonly', { name: this.app.person(opened.document?.created_by).name })}</span></p>` : nothing}
        ${page.node && kindOf(page.node) === 'group' ? contents(page.node, context) : page.nodes.map((node) => renderNode(node, context))}
      </div>
      <div class="form-foot">
        ${this.captures ? html`<aq-dock .app=${this.app} .channel=${this.channel}></aq-dock>` : nothing}
        ${pageFoot(this.app, {
          state: opened.readonly ? null : saving?.id || saving?.state !== 'saved' ? saving?.state ?? 'saved' : 'untouched',
          captures: this.captures, toggleCaptures: () => { this.captures = !this.captures; },
          before: this.#index > 0 ? () => this.#go(this.#index - 1) : null,
          next: next ? { title: this.#titleOf(next), go: () => this.#go(this.#index + 1) } : null,
          finish: opened.readonly ? null : () => this.#finish(),
        })}
      </div>
    `;
  }
}

customElements.define('aq-form', AqForm);
