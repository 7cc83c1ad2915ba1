/**
 * What an open provisional vault says, and the two things to do in it: begin to record where nobody could tell the
 * tablet of a visit, and type the office's code.
 */
import { html, icon, nothing } from '../element.js';
import { isWholeCode, writeCode } from './invitation.js';

/**
 * @param {import('../context.js').App} app
 * @param {boolean} begun whether a visit is there to record in
 */
export function provisionalNotice(app, begun) {
  if (!app.status?.provisional) return nothing;
  return html`
    <section class="card stack" data-part="provisional">
      <h2>${icon('key')} ${app.t('vault.second.open')}</h2>
      <p>${app.t('vault.second.open.text')}</p>
      <div class="row">
        <button class="btn ${begun ? '' : 'primary grow'}" type="button" data-action="begin" @click=${() => app.go('new-visit')}>${icon('plus')} ${app.t(begun ? 'facilities.special' : 'vault.second.record')}</button>
        <button class="btn" type="button" @click=${() => confirm(app)}>${icon('check')} ${app.t('vault.second.confirm')}</button>
      </div>
    </section>
  `;
}

/** @param {import('../context.js').App} app */
export async function confirm(app) {
  let code = '';
  const given = await app.dialog({
    title: app.t('vault.second.confirm'),
    body: () => html`<div class="stack"><p>${app.t('vault.second.confirm.text')}</p>
      <label class="field"><span class="label">${app.t('vault.code')}</span>
        <input class="code-input" autocomplete="off" autocapitalize="characters" spellcheck="false" maxlength="20" placeholder="XXXX-XXXX-XXXX"
          @input=${(/** @type {any} */ event) => { code = event.target.value; }}></label></div>`,
    actions: [{ label: app.t('shell.cancel'), value: null }, { label: app.t('vault.second.confirm.yes'), value: true, kind: 'primary' }],
  });
  if (!given) return;
  if (!isWholeCode(code)) {
    app.notify({ kind: 'bad', text: app.t('vault.code.short') });
    return;
  }
  try {
    app.setStatus(await app.engine.confirmVault({ code: writeCode(code) }));
    app.notify({ kind: 'ok', text: app.t('vault.second.confirmed') });
  } catch (error) {
    app.notifyError(error);
  }
}
