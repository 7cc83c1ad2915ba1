/**
 * <aq-form-chooser channel>: the forms of this visit, begun ones first. Shown where no form was named.
 *
 * Event: `aq-choose {form, submission?}`.
 */
import { AqElement, html, icon, nothing } from '../element.js';
import { visitId } from '../visit/days.js';

export class AqFormChooser extends AqElement {
  static properties = { channel: { type: String }, forms: { state: true }, begun: { state: true } };

  constructor() {
    super();
    this.channel = '';
    /** @type {any[] | null} */
    this.forms = null;
    /** @type {any[]} */
    this.begun = [];
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.channel, () => this.#read());
  }

  async #read() {
    const { engine } = this.app;
    const [visit, forms, begun] = await Promise.all([
      engine.get(this.channel, visitId(this.channel)), engine.list('reference', 'form'), engine.list(this.channel, 'submission'),
    ]);
    const type = this.app.facility(visit?.doc.facility)?.doc.facility_type;
    this.begun = begun.map((/** @type {any} */ reading) => reading.doc);
    this.forms = forms.map((/** @type {any} */ reading) => reading.doc)
      .filter((/** @type {any} */ form) => !form.facility_types?.length || form.facility_types.includes(type));
  }

  render() {
    if (!this.forms) return html`<p class="opening" role="status">${this.t('forms.opening')}</p>`;
    const me = this.app.status?.account?.id;
    return html`
      <div class="page stack">
        ${this.begun.length ? html`
          <section class="card"><h2>${this.t('forms.begun')}</h2><div class="list">
            ${this.begun.map((doc) => this.#row(doc.title || this.#title(doc.form), [
              doc.created_by === me ? '' : this.app.person(doc.created_by).name,
              doc.complete ? this.t('forms.finished') : this.t('forms.answeredOf', { answered: doc.progress?.answered ?? 0, total: doc.progress?.total ?? 0 }),
            ], { form: doc.form, submission: doc._id }))}
          </div></section>` : nothing}
        <section class="card"><h2>${this.t('forms.new')}</h2>
          ${this.forms.length ? html`<div class="list">${this.forms.map((form) => this.#row(this.app.multi(form.title), [this.t('forms.questions', { n: count(form) })], { form: form._id }))}</div>`
            : html`<div class="empty">${icon('form')}<p>${this.t('forms.none')}</p></div>`}
        </section>
      </div>
    `;
  }

  /** @param {string} id */
  #title(id) {
    return this.app.multi(this.forms?.find((form) => form._id === id)?.title) || id;
  }

  /** @param {string} title @param {string[]} facts @param {{form: string, submission?: string}} choice */
  #row(title, facts, choice) {
    return html`
      <button class="list-item" type="button" @click=${() => this.dispatchEvent(new CustomEvent('aq-choose', { detail: choice, bubbles: true }))}>
        ${icon('form')}<span class="body"><strong>${title}</strong><span class="meta">${facts.filter(Boolean).join(' · ')}</span></span>${icon('arrow-right')}
      </button>`;
  }
}

/** @param {any} form */
function count(form) {
  return form.questions.filter((/** @type {any} */ question) => !['group', 'repeat', 'note', 'calculate'].includes(question.type)).length;
}

customElements.define('aq-form-chooser', AqFormChooser);
