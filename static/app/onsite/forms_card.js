// The forms of this facility, how far each has come, and the interviews below them.
//
// Owns: one card. Filling in belongs to the forms' own screens.

import { AqElement, html, icon, nothing } from '../element.js';
import { consentState } from '../interviews/consents.js';

const AT_FIRST = 6;

export class AqFormsCard extends AqElement {
  static properties = {
    channel: { type: String },
    progress: { attribute: false },
    readings: { attribute: false },
    all: { state: true },
  };

  constructor() {
    super();
    this.channel = '';
    /** @type {import('./standing.js').FormProgress[]} */
    this.progress = [];
    /** interview, consent, withdrawal, medium @type {import('./standing.js').Reading[]} */
    this.readings = [];
    this.all = false;
  }

  render() {
    const shown = this.all ? this.progress : this.progress.slice(0, AT_FIRST);
    return html`<section class="card" aria-label=${this.t('onsite.forms')}>
      <div class="row between"><h2>${this.t('onsite.forms')}</h2>
        ${this.progress.length > AT_FIRST ? html`<button type="button" class="btn ghost" @click=${() => { this.all = !this.all; }}>
          ${this.all ? this.t('onsite.forms.fewer') : this.t('onsite.forms.all', { n: this.progress.length })}</button>` : nothing}</div>
      <div class="list">
        ${shown.length ? shown.map((row) => this.renderForm(row)) : html`<p class="meta">${this.t('onsite.forms.none')}</p>`}
        ${this.renderInterviews()}
      </div>
    </section>`;
  }

  /** @param {import('./standing.js').FormProgress} row */
  renderForm({ form, own, others }) {
    const open = own && !own.complete;
    const { answered = 0, total = 0 } = own?.progress ?? {};
    const flags = own?.flags?.length ?? 0;
    const facts = [
      own?.complete ? this.t('onsite.forms.done') : '',
      own ? this.t('onsite.forms.progress', { n: answered, all: total }) : others.length ? '' : this.t('onsite.forms.new'),
      flags ? this.t('onsite.forms.flags', { n: flags }) : '',
    ].filter(Boolean).join(' · ');
    return html`<button type="button" class="list-item" @click=${() => this.app.go('form', { channel: this.channel, form: form._id, ...(own ? { submission: own._id } : {}) })}>
      ${icon('form')}<span class="body"><strong>${this.app.multi(form.title)}</strong>
        ${facts ? html`<span class=${own?.complete ? 'meta text-ok' : 'meta'}>${facts}</span>` : nothing}
        ${others.map((doc) => html`<span class="meta">${this.app.person(doc.created_by).name}: ${doc.complete ? this.t('onsite.forms.done')
          : this.t('onsite.forms.progress', { n: doc.progress?.answered ?? 0, all: doc.progress?.total ?? 0 })}</span>`)}
        ${open && total ? html`<progress max=${total} .value=${answered} aria-label=${this.t('onsite.forms.progress', { n: answered, all: total })}></progress>` : nothing}
      </span></button>`;
  }

  renderInterviews() {
    const of = (/** @type {string[]} */ ...types) => this.readings.filter(({ doc, erased }) => types.includes(doc.type) && !erased).map((reading) => reading.doc);
    const interviews = of('interview');
    const records = of('consent', 'withdrawal');
    const recordings = of('medium').filter((doc) => doc.interview && ['audio', 'video', 'appeal'].includes(doc.kind)).length;
    const open = interviews.filter((doc) => consentState(records, doc._id).interview === null).length;
    const facts = interviews.length ? [
      this.t('onsite.interviews.count', { n: interviews.length }), recordings ? this.t('onsite.interviews.recordings', { n: recordings }) : '',
      open ? this.t('onsite.interviews.unasked', { n: open }) : this.t('onsite.interviews.asked'),
    ].filter(Boolean).join(' · ') : this.t('onsite.interviews.none');
    return html`<button type="button" class="list-item tone-seal" @click=${() => this.app.go('interviews', { channel: this.channel })}>
      ${icon('interview')}<span class="body"><strong>${this.t('onsite.interviews')}</strong><span class="meta">${facts}</span></span></button>`;
  }
}

customElements.define('aq-forms-card', AqFormsCard);
