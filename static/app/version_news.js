/**
 * What a person is told of the app's own version: that it has changed, that another waits, that one was refused.
 *
 * Owns the words and where fingerprints stand in them; knows nothing of how versions are fetched or judged.
 */
import { html, icon, nothing } from './element.js';
import { fingerprint } from './update.js';

/** @typedef {import('./update.js').Updates} Updates */

const REASONS = ['unsigned', 'foreign', 'older', 'damaged'];

/** @param {import('./context.js').App} app @param {Updates} updates @returns {string} */
function refusal(app, updates) {
  const { why, version } = /** @type {{why: string, version: string}} */ (updates.refused);
  const reason = app.t(`update.refused.${REASONS.includes(why) ? why : 'damaged'}`);
  return `${reason} ${app.t('update.refused.safe', { to: fingerprint(version) })}`;
}

/** @param {import('./context.js').App} app @param {Updates} updates */
export function sayRefused(app, updates) {
  if (updates.refused) app.notify({ kind: 'bad', text: refusal(app, updates) });
}

/** The old and the new version's fingerprints. @param {import('./context.js').App} app @param {Updates} updates */
export function changeOf(app, updates) {
  return app.t('update.versions', { from: fingerprint(updates.running), to: fingerprint(updates.next) });
}

/**
 * For the locked screen.
 * @param {import('./context.js').App} app
 * @param {Updates | null} updates
 * @param {() => void} accept
 */
export function versionNews(app, updates, accept) {
  if (!updates) return nothing;
  return html`
    ${updates.before ? html`<section class="notice info" data-news="changed">${icon('info')}
      <p>${app.t('update.changed')} ${app.t('update.versions', { from: fingerprint(updates.before), to: fingerprint(updates.running) })}</p></section>` : nothing}
    ${updates.refused ? html`<section class="notice bad" role="alert" data-news="refused">${icon('warning')}<p>${refusal(app, updates)}</p></section>` : nothing}
    ${updates.offered ? html`<section class="notice info" data-news="offered">${icon('download')}
      <div class="stack tight"><p>${app.t('update.ready')}</p><p class="meta">${changeOf(app, updates)}</p></div>
      <button class="btn small" type="button" @click=${accept}>${app.t('update.now')}</button></section>` : nothing}
  `;
}
