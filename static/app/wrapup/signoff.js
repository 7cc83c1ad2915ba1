/**
 * <aq-signoff>: the team's state, "I have finished", and the leader's sign-off, which never leaves a colleague out silently.
 *
 * Properties: `channel`, `material`. Everything it writes is an append-only event.
 */
import { AqElement, html, icon, nothing } from '../element.js';
import { checkVisit } from './checks.js';
import { missing, teamState } from './team.js';

const STATE_BADGE = /** @type {Record<string, string>} */ ({ finished: 'ok', delivering: 'info', silent: 'wait', 'no-tablet': '' });

class SignOff extends AqElement {
  static properties = { channel: {}, material: { attribute: false } };

  constructor() {
    super();
    this.channel = '';
    /** @type {import('./material.js').VisitMaterial | null} */ this.material = null;
  }

  get #me() {
    return this.app.status?.account?.id ?? '';
  }

  /** @param {string} kind @param {Record<string, any>} data @param {string} said */
  async #event(kind, data, said) {
    try {
      await this.app.engine.save(this.channel, { type: 'event', kind, at: new Date().toISOString(), data });
      this.app.notify({ kind: 'ok', text: this.t(said) });
    } catch (error) {
      this.app.notifyError(error);
    }
  }

  /** @param {string} person */
  async #noTablet(person) {
    const sure = await this.app.confirm({
      title: this.t('wrapup.noTabletTitle', { name: this.app.person(person).name }), text: this.t('wrapup.noTabletText'),
      yes: this.t('wrapup.noTabletYes'), no: this.t('wrapup.cancel'),
    });
    if (sure) await this.#event('no_tablet', { person, text: '' }, 'wrapup.noTabletSaid');
  }

  /** @param {import('./team.js').Member[]} team */
  async #signOff(team) {
    const without = missing(team);
    let reason = '';
    const chosen = await this.app.dialog({
      title: this.t('wrapup.signoffTitle'),
      body: html`<div class="stack">
        <p>${this.t('wrapup.signoffText')}</p>
        ${without.length ? html`<div class="notice wait">${icon('warning')}<p>${this.t('wrapup.signoffWithout', { names: without.map((id) => this.app.person(id).name).join(', ') })}</p></div>
          <label class="field"><span class="label">${this.t('wrapup.signoffReason')}</span>
            <textarea rows="3" autocomplete="off" spellcheck="false" data-field="reason" @input=${(/** @type {any} */ event) => { reason = event.target.value; }}></textarea></label>` : nothing}
      </div>`,
      actions: [{ label: this.t('wrapup.cancel'), value: false }, { label: this.t('wrapup.signoffYes'), value: true, kind: 'primary' }],
    });
    if (!chosen) return;
    if (without.length && !reason.trim()) {
      this.app.notify({ kind: 'bad', text: this.t('wrapup.signoffReasonNeeded') });
      return;
    }
    const checks = this.material ? checkVisit(this.material).map(({ code, n }) => ({ code, count: n })) : [];
    await this.#event('signoff', { without, reason: reason.trim(), checks }, 'wrapup.signedOff');
  }

  render() {
    const material = this.material;
    if (!material?.visit) return nothing;
    const team = teamState(material.visit, material.readings, this.#me);
    const signed = material.events.filter((event) => event.kind === 'signoff').at(-1);
    const own = team.find((member) => member.own);
    const leads = material.visit.leader === this.#me;
    return html`<section class="card stack" data-part="signoff"><h2>${this.t('wrapup.team')}</h2>
      <ul class="list">${team.map((member) => this.#member(member, leads))}</ul>
      ${material.conflicts.length ? html`<div class="notice bad">${icon('warning')}<div class="stack tight">
        <p>${this.t('wrapup.check.conflicts', { n: material.conflicts.length })}</p>
        <div class="row"><button class="btn small" type="button" data-action="versions"
          @click=${() => this.app.go('versions', { channel: this.channel, id: material.conflicts[0] })}>${this.t('wrapup.versions.see')}</button></div></div></div>` : nothing}
      ${signed ? html`<div class="notice ok">${icon('check')}<p>${this.t('wrapup.signedOffBy', { name: this.app.person(signed.created_by).name, day: this.app.formatDate(signed.created_at), time: this.app.formatTime(signed.created_at) })}</p></div>` : nothing}
      ${own && own.state !== 'finished' && !leads ? html`<button class="btn primary" type="button" data-action="finished"
        @click=${() => this.#event('finished', {}, 'wrapup.finishedSaid')}>${icon('check')} ${this.t('wrapup.finish')}</button>` : nothing}
      ${leads ? html`<p class="hint">${this.t('wrapup.signoffHint')}</p><button class="btn primary" type="button" data-action="signoff"
        ?disabled=${material.conflicts.length > 0} @click=${() => this.#signOff(team)}>${this.t(signed ? 'wrapup.signoffAgain' : 'wrapup.signoff')}</button>` : nothing}
    </section>`;
  }

  /** @param {import('./team.js').Member} member @param {boolean} leads */
  #member(member, leads) {
    const items = member.items ? this.t('wrapup.itemsHere', { n: member.items }) : '';
    const waiting = member.waiting ? this.t('wrapup.itemsWaiting', { n: member.waiting }) : '';
    const name = member.own ? this.t('wrapup.you', { name: this.app.person(member.person).name }) : this.app.person(member.person).name;
    return html`<li><div class="list-item">${icon('person')}
      <span class="body"><strong>${name}</strong>
        <span class="meta">${[member.part, items, waiting].filter(Boolean).join(' · ')}</span>
        <span class="badge ${STATE_BADGE[member.state]}">${this.t(`wrapup.state.${member.state}`)}</span></span>
      ${leads && !member.own && member.state === 'silent' ? html`<button class="btn small" type="button" @click=${() => this.#noTablet(member.person)}>${this.t('wrapup.noTablet')}</button>` : nothing}
    </div></li>`;
  }
}

customElements.define('aq-signoff', SignOff);
