/**
 * Three small drawings in a row: where the browser's menu is, which line of it to press, and what it looks like then.
 *
 * Drawn here, in lines of the text's colour, so that they need no file, no style and no words of their own: the
 * sentence beside them says the same.
 */
import { html } from '../element.js';

/** The sign that opens the menu, and where it is on the tablet (of 96 × 72). @type {Record<string, {x: number, y: number, sign: 'share' | 'dots' | 'install', row: 'plus' | 'install'}>} */
const WAYS = {
  ios: { x: 78, y: 12, sign: 'share', row: 'plus' },
  android: { x: 86, y: 12, sign: 'dots', row: 'install' },
  firefox: { x: 86, y: 12, sign: 'dots', row: 'plus' },
  desktop: { x: 74, y: 12, sign: 'install', row: 'install' },
};

const SIGNS = {
  share: html`<svg overflow="visible"><path d="M-4 -1v6h8v-6M0 2v-8M-3 -3l3 -3l3 3"></path></svg>`,
  dots: html`<svg overflow="visible"><path d="M0 -4v.01M0 0v.01M0 4v.01" stroke-width="3"></path></svg>`,
  install: html`<svg overflow="visible"><path d="M0 -5v6M-3 -2l3 3l3 -3M-5 5h10"></path></svg>`,
  plus: html`<svg overflow="visible"><path d="M-5 -5h10v10h-10zM0 -3v6M-3 0h6"></path></svg>`,
};

/** @param {'ios' | 'firefox' | 'android' | 'desktop'} browser @param {string} words for who does not see it */
export function installPicture(browser, words) {
  const { x, y, sign, row } = WAYS[browser];
  return html`
    <svg class="install-picture" viewBox="0 0 344 84" width="344" height="84" role="img" aria-label=${words} fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round">
      <g transform="translate(4 6)">
        <rect x="0" y="0" width="96" height="72" rx="7"></rect><path d="M0 22h96"></path><path d="M10 12h${x - 26}" stroke-opacity=".45" stroke-width="6"></path>
        <path d="M12 36h52M12 48h64M12 60h38" stroke-opacity=".3"></path>
        <g transform="translate(${x} ${y})">${SIGNS[sign]}</g><circle cx=${x} cy=${y} r="11" stroke-width="3"></circle>
      </g>
      <path d="M108 42h12M116 37l5 5l-5 5"></path>
      <g transform="translate(128 6)">
        <rect x="0" y="0" width="88" height="72" rx="7"></rect>
        <path d="M28 14h46M28 60h38" stroke-opacity=".3"></path><path d="M14 14h2M14 60h2" stroke-opacity=".3"></path>
        <rect x="5" y="25" width="78" height="24" rx="5" stroke-width="3"></rect><g transform="translate(18 37)">${SIGNS[row]}</g><path d="M32 37h42"></path>
      </g>
      <path d="M224 42h12M232 37l5 5l-5 5"></path>
      <g transform="translate(244 6)">
        <rect x="0" y="0" width="96" height="72" rx="7"></rect>
        <path d="M14 14h12v12h-12zM42 14h12v12h-12zM70 14h12v12h-12zM14 46h12v12h-12zM70 46h12v12h-12z" stroke-opacity=".3"></path>
        <rect x="36" y="40" width="24" height="24" rx="6" stroke-width="3"></rect><path d="M42 58l6 -12l6 12M44.500 54h7"></path>
      </g>
    </svg>
  `;
}
