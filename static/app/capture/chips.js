// Big choice buttons in a row that wraps: one tap instead of a list that opens.
//
// Owns: their markup and their pressed state. Knows nothing of what is chosen.

import { html, nothing } from '../element.js';

/**
 * @typedef {{id: string, label: string}} Chip
 * @typedef {object} ChipsOptions
 * @property {string} label says what is chosen; read aloud, and shown unless `quiet`
 * @property {Chip[]} items
 * @property {string | string[] | null} value one id, or several
 * @property {(id: string) => void} onPick
 * @property {string} [hint]
 * @property {boolean} [quiet]
 * @property {boolean} [disabled]
 */

/** @param {ChipsOptions} options */
export function chips({ label, items, value, onPick, hint, quiet = false, disabled = false }) {
  const chosen = new Set(Array.isArray(value) ? value : [value]);
  return html`<div class="field" role="group" aria-label=${label}>
    ${quiet ? nothing : html`<span class="label">${label}</span>`}
    <div class="chips">
      ${items.map((item) => html`<button type="button" class="chip" aria-pressed=${chosen.has(item.id) ? 'true' : 'false'}
        ?disabled=${disabled} @click=${() => onPick(item.id)}>${item.label}</button>`)}
    </div>
    ${hint ? html`<span class="hint">${hint}</span>` : nothing}
  </div>`;
}
