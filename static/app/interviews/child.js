// A child is asked in plain words, and an adult answers for it: who, or why nobody was asked.
//
// Owns: the four fields of `interview.child`. Emits `child-change` with `{value, now}`.

import { AqElement, html, icon, nothing } from '../element.js';

/** @typedef {{assent: boolean, adult_consent: boolean, why_none: string, present: string}} ChildRules */

export class AqChild extends AqElement {
  static properties = { value: { attribute: false }, disabled: { type: Boolean } };

  constructor() {
    super();
    /** @type {ChildRules | null} */
    this.value = null;
    this.disabled = false;
  }

  /** @param {Partial<ChildRules>} patch @param {boolean} now */
  change(patch, now) {
    const value = { assent: false, adult_consent: false, why_none: '', present: '', ...this.value, ...patch };
    this.value = value;
    this.dispatchEvent(new CustomEvent('child-change', { detail: { value, now } }));
  }

  render() {
    const value = this.value ?? { assent: false, adult_consent: false, why_none: '', present: '' };
    const toggle = (/** @type {'assent' | 'adult_consent'} */ key) => html`<label class="choice">
      <input type="checkbox" autocomplete="off" .checked=${value[key]} ?disabled=${this.disabled}
        @change=${(/** @type {any} */ event) => this.change({ [key]: event.target.checked }, true)}>
      <span>${this.t(`interviews.child.${key}`)}<span class="meta">${this.t(`interviews.child.${key}.hint`)}</span></span></label>`;
    const line = (/** @type {'why_none' | 'present'} */ key) => html`<label class="field"><span class="label">${this.t(`interviews.child.${key}`)}</span>
      <input autocomplete="off" spellcheck="false" .value=${value[key]} ?disabled=${this.disabled} placeholder=${this.t(`interviews.child.${key}.example`)}
        @input=${(/** @type {any} */ event) => this.change({ [key]: event.target.value }, false)}></label>`;
    return html`<section class="card stack"><h2>${icon('people')} ${this.t('interviews.child')}</h2>
      <p>${this.t('interviews.child.words')}</p>
      ${toggle('assent')}
      ${value.assent ? nothing : html`<p class="notice wait">${icon('warning')}<span>${this.t('interviews.child.noassent')}</span></p>`}
      ${toggle('adult_consent')}
      ${value.adult_consent ? nothing : line('why_none')}
      ${line('present')}
      <p class="meta">${this.t('interviews.child.recording')}</p></section>`;
  }
}

customElements.define('aq-child', AqChild);
