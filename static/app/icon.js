/**
 * Line icons from the sprite of the design. An icon is decoration: a word always stands beside it.
 */
import { html } from '../vendor/lit.js';

const SPRITE = new URL('../design/icons.svg', import.meta.url).pathname;

/**
 * @param {string} name an id in static/design/icons.svg
 * @param {string} [extra] further classes
 */
export function icon(name, extra = '') {
  return html`<svg class="icon ${extra}" aria-hidden="true" focusable="false"><use href="${SPRITE}#${name}"></use></svg>`;
}
