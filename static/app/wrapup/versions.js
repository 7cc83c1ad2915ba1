/**
 * <aq-versions channel id>: two tablets changed the same field. All versions side by side, one tap to choose, then saved.
 *
 * Nothing is chosen beforehand. What was chosen lives in a draft until it is saved; a version that arrives meanwhile is
 * shown before anything can be settled (the engine refuses a choice between fewer versions than stand).
 */
import { draftKey } from '../draft_key.js';
import { AqElement, html, icon, nothing } from '../element.js';
import { collect, describe } from './material.js';
import { choicesOf, combinedText, isLong, maySettle, questionsOf } from './version_choice.js';
import { valueWords, wholeLines } from './version_words.js';

/**
 * @typedef {import('./version_choice.js').Question} Question
 * @typedef {import('./version_choice.js').Option} Option
 * @typedef {import('./version_choice.js').Choice} Choice
 */

class Versions extends AqElement {
  static properties = { channel: {}, id: {}, reading: { state: true }, chosen: { state: true }, saving: { state: true } };

  /** @type {import('./version_choice.js').Version[]} */ #versions = [];
  /** @type {Map<string, string>} */ #names = new Map();
  /** @type {any[]} */ #formQuestions = [];
  /** @type {Record<string, any> | null} */ #visit = null;

  constructor() {
    super();
    this.channel = '';
    this.id = '';
    /** @type {import('../../engine/types.js').Reading | null | undefined} undefined: not read yet */ this.reading = undefined;
    /** @type {Record<string, Choice>} by a question's key */ this.chosen = {};
    this.saving = false;
  }

  connectedCallback() {
    super.connectedCallback();
    this.app.engine.draft(this.#draftKey)
      .then((/** @type {Record<string, Choice> | null} */ draft) => { this.chosen = { ...draft, ...this.chosen }; })
      .catch(() => undefined);
    this.follow(this.channel, () => this.#read());
  }

  get #draftKey() {
    return draftKey(this.channel, 'versions', this.id);
  }

  async #read() {
    const { engine } = this.app;
    try {
      const [reading, versions, material] = await Promise.all([
        engine.get(this.channel, this.id), engine.versions(this.channel, this.id), collect(this.app, this.channel),
      ]);
      const form = reading?.doc.type === 'submission' ? await engine.get('reference', reading.doc.form) : null;
      this.#formQuestions = form?.doc.questions ?? [];
      this.#versions = versions;
      this.#visit = material.visit;
      this.#names = new Map(material.readings.map(({ doc }) => [doc._id, describe(this.app, doc, material.interviews).title]));
      this.reading = reading;
    } catch (error) {
      // Locked in the middle of reading: the shell takes the screen away.
      if (/** @type {any} */ (error)?.code !== 'locked') this.app.notifyError(error);
    }
  }

  /** @param {string} key @param {Choice} choice */
  #choose(key, choice) {
    this.chosen = { ...this.chosen, [key]: choice };
    this.app.engine.saveDraft(this.#draftKey, this.chosen).catch((/** @type {any} */ error) => this.app.notifyError(error));
  }

  /** @param {Record<string, any>} choices */
  async #save(choices) {
    this.saving = true;
    try {
      await this.app.engine.settle(this.channel, this.id, choices, this.#versions.map(({ rev }) => rev));
      await this.app.engine.dropDraft(this.#draftKey);
      this.app.notify({ kind: 'ok', text: this.t('wrapup.versions.saved') });
      this.app.back();
    } catch (error) {
      if (/** @type {any} */ (error)?.code === 'refused') {
        this.app.notify({ kind: 'wait', text: this.t('wrapup.versions.another') });
        await this.#read();
      } else this.app.notifyError(error);
    } finally {
      this.saving = false;
    }
  }

  render() {
    const { reading } = this;
    if (reading === undefined) return html`<p class="page meta">${this.t('wrapup.loading')}</p>`;
    if (!reading?.conflicts.length) {
      return html`<div class="page"><div class="card stack"><div class="notice ok">${icon('check')}<p>${this.t('wrapup.versions.none')}</p></div>
        <div class="row"><button class="btn" type="button" @click=${() => this.app.back()}>${this.t('wrapup.versions.back')}</button></div></div></div>`;
    }
    const questions = questionsOf(reading, this.#versions);
    const allowed = maySettle(reading.doc, this.app.status?.account, this.#visit);
    const choices = choicesOf(questions, this.chosen);
    return html`
      <div class="page stack loose">
        <section class="card stack">
          <h2>${this.#names.get(this.id) ?? ''}</h2>
          <p>${this.t('wrapup.versions.why')}</p>
          ${allowed ? nothing : html`<div class="notice info">${icon('info')}<p>${this.t('wrapup.versions.notYours', { name: this.app.person(reading.doc.created_by).name })}</p></div>`}
        </section>
        ${questions.map((question) => this.#question(reading.doc, question, allowed))}
      </div>
      ${allowed ? html`<footer class="footer-bar">
        <span class="hint" role="status">${this.t(choices ? 'wrapup.versions.ready' : 'wrapup.versions.open')}</span>
        <button class="btn primary" type="button" data-action="settle" ?disabled=${!choices || this.saving}
          @click=${() => choices && this.#save(choices)}>${icon('check')} ${this.t('wrapup.versions.save')}</button>
      </footer>` : nothing}`;
  }

  /** @param {Record<string, any>} doc @param {Question} question @param {boolean} allowed */
  #question(doc, question, allowed) {
    const { key, kind, options } = question;
    const choice = this.chosen[key];
    const name = this.app.has(`wrapup.field.${key}`) ? this.t(`wrapup.field.${key}`) : this.t('wrapup.field.other', { field: key });
    return html`<fieldset class="card stack" data-field=${key} ?disabled=${!allowed}>
      <legend class="sr-only">${name}</legend><h2 aria-hidden="true">${name}</h2>
      <div class="choices versions">${options.map((option) => html`
        <label class="choice"><input type="radio" autocomplete="off" .checked=${Boolean(choice && 'rev' in choice && choice.rev === option.rev)}
          @change=${() => this.#choose(key, { rev: option.rev })}>
          <span class="grow">${this.#content(doc, question, option)}<span class="meta">${this.#circumstances(doc, option)}</span></span></label>`)}</div>
      ${kind === 'text' && allowed ? this.#combined(question, choice) : nothing}
    </fieldset>`;
  }

  /** @param {Record<string, any>} doc @param {Question} question @param {Option} option */
  #content(doc, { kind, fields: [field], options }, option) {
    if (kind === 'whole') {
      const lines = wholeLines(this.app, doc, option, options, this.#formQuestions);
      return html`<dl class="facts">${lines.map(({ name, value }) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>`;
    }
    return html`<span class="version-text">${valueWords(this.app, field, option.values[field], (id) => this.#names.get(id) ?? '')}</span>`;
  }

  /** An interview has a day, never a time. @param {Record<string, any>} doc @param {Option} option */
  #circumstances(doc, { by, at }) {
    const spoken = doc.type === 'interview' || doc.interview;
    return [this.app.person(by).name, this.app.formatDate(at, { day: 'numeric', month: 'long' }), spoken ? '' : this.app.formatTime(at)].filter(Boolean).join(', ');
  }

  /** @param {Question} question @param {Choice | undefined} choice */
  #combined(question, choice) {
    const own = choice && 'text' in choice ? choice.text : null;
    if (own === null) {
      return html`<div class="row"><button class="btn" type="button" data-action="combine-text"
        @click=${() => this.#choose(question.key, { text: combinedText(question) })}>${icon('edit')} ${this.t('wrapup.versions.combine')}</button></div>`;
    }
    const write = (/** @type {any} */ event) => this.#choose(question.key, { text: event.target.value });
    return html`<label class="field"><span class="label">${this.t('wrapup.versions.together')}</span>
      <textarea rows=${isLong(question.key) ? 6 : 2} autocomplete="off" spellcheck="false" .value=${own} @input=${write}></textarea></label>`;
  }
}

customElements.define('aq-versions', Versions);
