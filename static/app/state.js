/**
 * The dialog behind the bar's badge: what is only here, the connection in words, the last delivery.
 */
import { html, icon, nothing } from './element.js';

/** A clock this far off is worth a word. */
const CLOCK_MS = 5 * 60 * 1000;

/** @param {import('./context.js').App} app */
export async function stateDialog(app) {
  const chosen = await app.dialog({
    title: app.t('state.title'),
    body: () => stateBody(app),
    actions: [{ label: app.t('shell.close'), value: null }, { label: app.t('state.deliver'), value: 'deliver', kind: 'primary' }],
  });
  if (chosen !== 'deliver') return;
  app.notify({ kind: 'wait', text: app.t('state.delivering') });
  try {
    // Its own answer: the `status` event comes a moment later.
    const status = await app.engine.deliver();
    app.setStatus(status);
    const waiting = status.waiting.documents;
    if (status.connection !== 'online') app.notifyError(status.connection);
    else app.notify(waiting ? { kind: 'wait', text: app.t('state.here', { n: waiting }) } : { kind: 'ok', text: app.t('state.clear') });
  } catch (error) {
    app.notifyError(error);
  }
}

/** @param {import('./context.js').App} app */
export function stateBody(app) {
  const status = app.status ?? {};
  const { connection = 'offline', waiting = { documents: 0, chunks: 0, bytes: 0 } } = status;
  const minutes = Math.round(Math.abs(status.clockOffsetMs ?? 0) / 60000);
  const parts = [
    waiting.documents && app.t('state.waitingText', { n: waiting.documents }),
    waiting.chunks && app.t('state.parts', { n: waiting.chunks }),
    waiting.bytes && app.formatBytes(waiting.bytes),
  ].filter(Boolean);
  return html`
    <div class="stack">
      <dl class="facts">
        <dt>${app.t('state.waiting')}</dt><dd>${parts.length ? parts.join(' · ') : app.t('state.nothing')}</dd>
        <dt>${app.t('state.connection')}</dt><dd>${icon(connection === 'online' ? 'wifi' : connection === 'offline' ? 'wifi-off' : 'warning')} ${app.t(`state.${connection}`)}</dd>
        <dt>${app.t('state.last')}</dt>
        <dd>${status.lastDelivery ? `${app.formatDate(status.lastDelivery, { day: 'numeric', month: 'long' })}, ${app.formatTime(status.lastDelivery)}` : app.t('state.never')}</dd>
        <dt>${app.t('state.device')}</dt><dd>${status.device?.name ?? ''}</dd>
      </dl>
      <p class="meta">${app.t(`state.${connection}.text`)}</p>
      ${'SyncManager' in window ? nothing : html`<p class="meta">${app.t('state.background')}</p>`}
      ${Math.abs(status.clockOffsetMs ?? 0) >= CLOCK_MS ? notice('wait', 'clock', app.t('state.clock', { minutes })) : nothing}
      ${status.damaged ? notice('bad', 'warning', app.t('state.damaged', { n: status.damaged })) : nothing}
      ${status.rootMismatch ? notice('bad', 'warning', app.t('state.foreign.text')) : nothing}
      ${status.revoked ? notice('bad', 'warning', app.t('state.revoked')) : nothing}
    </div>
  `;
}

/** @param {string} kind @param {string} sign @param {string} text */
function notice(kind, sign, text) {
  return html`<div class="notice ${kind}">${icon(sign)}<p>${text}</p></div>`;
}
