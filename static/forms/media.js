/** Photo, sound and video: taken by the app's own capture, kept in the vault; here only what is attached. */
import { html, nothing } from '../vendor/lit.js';
import { card } from './card.js';
import { kindOf } from './tree.js';

const ICONS = { image: 'camera', audio: 'mic', video: 'video' };

/** @param {any} node @param {import('./context.js').FormContext} context */
export function mediaQuestion(node, context) {
  const kind = /** @type {'image' | 'audio' | 'video'} */ (kindOf(node));
  const id = context.session.mediumOf(node);
  const medium = id ? context.medium(id) : null;
  const take = context.readonly ? nothing : html`
    <button class="btn" type="button" @click=${() => context.capture(kind, node)}>
      ${context.icon(ICONS[kind])} ${context.t(id ? `forms.again.${kind}` : `forms.take.${kind}`)}</button>`;
  const control = !id
    ? html`<div class="row">${context.readonly ? html`<p class="meta">${context.t('forms.noAnswer')}</p>` : take}</div>`
    : html`
      <div class="attached">
        ${medium?.picture ? html`<img src=${medium.picture} alt=${context.t('forms.photoOf', { question: node.currentState.label?.asString ?? '' })}>` : nothing}
        <div class="stack tight grow">
          <p>${context.icon(ICONS[kind])} ${context.t(`forms.kept.${kind}`)}${medium ? html` <span class="meta">${[medium.at, medium.duration, medium.size].filter(Boolean).join(' · ')}</span>` : nothing}</p>
          ${kind === 'image' ? nothing : html`<p><span class="badge seal">${context.icon('seal')} ${context.t('forms.sealed')}</span></p>`}
          ${medium?.problem ? html`<p class="meta">${medium.problem}</p>` : nothing}
          ${context.readonly ? nothing : html`<div class="row">${take}
            <button class="btn ghost danger" type="button" @click=${() => context.detach(node)}>${context.t('forms.detach')}</button></div>`}
        </div>
      </div>`;
  return card(node, context, control, { group: true });
}
