/**
 * <aq-wrapup channel>: the third step of a visit. Findings, recommendations, what a reader would miss, the team, sign-off.
 */
import { AqElement, html, icon, nothing, repeat } from '../element.js';
import { collect } from './material.js';
import { checkVisit, flagsWithoutFinding } from './checks.js';
import { combine } from './finding_fields.js';
import './signoff.js';

class WrapUp extends AqElement {
  static properties = { channel: {}, material: { state: true }, picking: { state: true }, picked: { state: true } };

  constructor() {
    super();
    this.channel = '';
    /** @type {import('./material.js').VisitMaterial | null} */ this.material = null;
    this.picking = false;
    /** @type {string[]} */ this.picked = [];
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.channel, () => this.#read());
  }

  async #read() {
    try {
      this.material = await collect(this.app, this.channel);
    } catch (error) {
      this.app.notifyError(error);
    }
  }

  #combine() {
    const chosen = (this.material?.findings ?? []).filter((finding) => this.picked.includes(finding._id));
    const severities = this.app.catalogue('severities').map((entry) => entry.id);
    this.picking = false;
    this.picked = [];
    this.app.go('finding', { channel: this.channel, prefill: combine(chosen, severities) });
  }

  render() {
    const material = this.material;
    if (!material) return html`<p class="page meta">${this.t('wrapup.loading')}</p>`;
    return html`
      <div class="page wide stack loose">
        <div class="wrapup-columns">
          <div class="stack loose">${this.#findings(material)}${this.#flags(material)}</div>
          ${this.#recommendations(material)}
        </div>
        <div class="wrapup-columns">
          ${this.#checks(material)}
          <aq-signoff .channel=${this.channel} .material=${material}></aq-signoff>
        </div>
      </div>`;
  }

  /** @param {import('./material.js').VisitMaterial} material */
  #findings({ findings }) {
    return html`<section class="card stack" data-part="findings">
      <div class="row between"><h2>${this.t('wrapup.findings')} <span class="badge">${findings.length}</span></h2>
        ${findings.length > 1 ? html`<button class="btn ghost" type="button" data-action="pick" aria-pressed=${this.picking}
          @click=${() => { this.picking = !this.picking; this.picked = []; }}>${this.t(this.picking ? 'wrapup.stopPicking' : 'wrapup.pickToCombine')}</button>` : nothing}</div>
      ${this.picking ? html`<p class="hint">${this.t('wrapup.pickHint')}</p>` : nothing}
      ${findings.length ? html`<ul class="list">${repeat(findings, (finding) => finding._id, (finding) => html`<li>${this.picking ? this.#pickable(finding) : this.#finding(finding)}</li>`)}</ul>`
        : html`<p class="meta">${this.t('wrapup.noFindings')}</p>`}
      ${this.picking
        ? html`<button class="btn" type="button" data-action="combine" ?disabled=${this.picked.length < 2} @click=${() => this.#combine()}>${this.t('wrapup.combine', { n: this.picked.length })}</button>`
        : html`<button class="btn" type="button" data-action="add-finding" @click=${() => this.app.go('finding', { channel: this.channel })}>${icon('plus')} ${this.t('wrapup.addFinding')}</button>`}
    </section>`;
  }

  /** @param {Record<string, any>} finding */
  #finding(finding) {
    return html`<button class="list-item" type="button" @click=${() => this.app.go('finding', { channel: this.channel, id: finding._id })}>
      ${icon('flag')}
      <span class="body"><strong>${finding.title}</strong>
        <span class="meta">${[this.app.label('themes', finding.theme), this.app.label('severities', finding.severity), this.app.person(finding.created_by).name].filter(Boolean).join(' · ')}</span>
        <span class="row">
          ${finding.status === 'draft' ? html`<span class="badge wait">${this.t('wrapup.draft')}</span>` : nothing}
          ${finding.combines?.length ? html`<span class="badge info">${this.t('wrapup.combined', { n: finding.combines.length })}</span>` : nothing}
          ${finding.sources?.length === 1 ? html`<span class="badge">${this.t('wrapup.oneSource')}</span>` : nothing}
        </span></span></button>`;
  }

  /** @param {Record<string, any>} finding */
  #pickable(finding) {
    return html`<label class="choice"><input type="checkbox" autocomplete="off" .checked=${this.picked.includes(finding._id)}
      @change=${(/** @type {any} */ event) => { this.picked = event.target.checked ? [...this.picked, finding._id] : this.picked.filter((id) => id !== finding._id); }}>
      <span class="grow">${finding.title}<span class="meta">${this.app.person(finding.created_by).name}</span></span></label>`;
  }

  /** @param {import('./material.js').VisitMaterial} material */
  #flags({ submissions, allFindings }) {
    const flags = flagsWithoutFinding(submissions, allFindings);
    if (!flags.length) return nothing;
    return html`<section class="card stack" data-part="flags"><h2>${this.t('wrapup.flags', { n: flags.length })}</h2>
      <ul class="list">${flags.map((flag) => html`<li><div class="list-item">${icon('flag', 'text-bad')}<span class="body">${this.app.multi(flag.label)}</span>
        <button class="btn small" type="button" @click=${() => this.app.go('finding', {
          channel: this.channel,
          prefill: { rule: { submission: flag.submission, path: flag.path }, norms: flag.norm ? [flag.norm] : [], title: this.app.multi(flag.label) },
        })}>${this.t('wrapup.toFinding')}</button></div></li>`)}</ul></section>`;
  }

  /** @param {import('./material.js').VisitMaterial} material */
  #recommendations({ recommendations }) {
    return html`<section class="card stack" data-part="recommendations">
      <h2>${this.t('wrapup.recommendations')} <span class="badge">${recommendations.length}</span></h2>
      ${recommendations.length ? html`<ul class="list">${repeat(recommendations, (entry) => entry._id, (entry) => html`
        <li><button class="list-item" type="button" @click=${() => this.app.go('recommendation', { channel: this.channel, id: entry._id })}>
          ${icon('target')}<span class="body"><strong>${entry.text}</strong>
          <span class="meta">${[entry.addressee_name || this.app.label('authorities', entry.addressee), entry.deadline ? this.t('wrapup.until', { day: this.app.formatDate(entry.deadline) }) : this.t('wrapup.noDeadline')].filter(Boolean).join(' · ')}</span></span></button></li>`)}</ul>`
        : html`<p class="meta">${this.t('wrapup.noRecommendations')}</p>`}
      <button class="btn" type="button" data-action="add-recommendation" @click=${() => this.app.go('recommendation', { channel: this.channel })}>${icon('plus')} ${this.t('wrapup.addRecommendation')}</button>
    </section>`;
  }

  /** @param {import('./material.js').VisitMaterial} material */
  #checks(material) {
    const checks = checkVisit(material);
    return html`<section class="card stack" data-part="checks"><h2>${this.t('wrapup.checks')}</h2>
      ${checks.length ? html`<p class="hint">${this.t('wrapup.checksHint')}</p>
        <ul class="list">${checks.map((check) => html`<li><div class="list-item">${icon('info', 'text-wait')}
          <span class="body">${this.t(`wrapup.check.${check.code}`, { n: check.n })}</span>
          ${this.#mend(check)}</div></li>`)}</ul>`
        : html`<div class="notice ok">${icon('check')}<p>${this.t('wrapup.checksNone')}</p></div>`}
    </section>`;
  }

  /** The way to what a check names, where one screen mends it. @param {import('./checks.js').Check} check */
  #mend(check) {
    const [id] = check.ids;
    const way = /** @type {Record<string, () => void>} */ ({
      conflicts: () => this.app.go('versions', { channel: this.channel, id }),
      'not-verified': () => this.app.go('verification', { channel: this.channel }),
      'no-interviews': () => this.app.go('interview', { channel: this.channel }),
      'no-findings': () => this.app.go('finding', { channel: this.channel }),
      'no-recommendations': () => this.app.go('recommendation', { channel: this.channel }),
      'no-access': () => this.app.go('visit', { channel: this.channel, step: 'onsite' }),
      'no-summary': () => this.app.go('interview', { channel: this.channel, id }),
      'open-forms': () => this.app.go('form', { channel: this.channel, submission: id }),
      'finding-alone': () => this.app.go('recommendation', { channel: this.channel, finding: id }),
    })[check.code] ?? (id?.startsWith('finding:') ? () => this.app.go('finding', { channel: this.channel, id })
      : id?.startsWith('recommendation:') ? () => this.app.go('recommendation', { channel: this.channel, id }) : null);
    return way ? html`<button class="btn small" type="button" @click=${way}>${this.t('wrapup.mend')}</button>` : nothing;
  }
}

customElements.define('aq-wrapup', WrapUp);
