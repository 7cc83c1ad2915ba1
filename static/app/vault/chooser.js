/**
 * Whose vault it is, on the locked screen of a shared tablet: only what each person chose to show, or a number.
 */
import { html, icon, nothing } from '../element.js';

/** @param {import('../context.js').App} app @param {{label: string, number: number}} vault */
export function vaultName(app, { label, number }) {
  return label || app.t('vault.chooser.number', { n: String(number) });
}

/**
 * @param {import('../context.js').App} app
 * @param {() => void} changed another vault is chosen
 */
export function chooser(app, changed) {
  const vaults = app.status?.vaults ?? [];
  const turn = async (/** @type {Promise<any>} */ asked) => {
    try {
      app.setStatus(await asked);
      changed();
    } catch (error) {
      app.notifyError(error);
    }
  };
  if (vaults.length < 2) return nothing;
  return html`
      <fieldset class="choices" data-part="vaults"><legend class="label">${app.t('vault.chooser')}</legend>
        ${vaults.map((/** @type {any} */ vault) => html`
          <label class="choice"><input type="radio" name="vault" autocomplete="off" .checked=${vault.chosen} @change=${() => turn(app.engine.chooseVault(vault.name))}>
            <span>${vaultName(app, vault)}${vault.provisional ? html` <span class="badge wait">${app.t('vault.second.badge')}</span>` : nothing}
            ${vault.waiting && !vault.chosen ? html`<br><span class="meta">${app.t('vault.chooser.waiting', { n: vault.waiting })}</span>` : nothing}</span></label>`)}
      </fieldset>`;
}

/** One more person on this tablet. @param {import('../context.js').App} app */
export function addVault(app) {
  const add = async () => {
    try {
      app.setStatus(await app.engine.addVault());
    } catch (error) {
      app.notifyError(error);
    }
  };
  return html`<button class="btn ghost" type="button" data-action="add-vault" @click=${add}>${icon('plus')} ${app.t('vault.chooser.add')}</button>`;
}
