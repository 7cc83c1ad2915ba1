/** One or several of a list. A tap on the chosen one of «select one» takes it back. */
import { html, live } from '../vendor/lit.js';
import { card, describedBy, idOf } from './card.js';

/** @param {any} node @param {import('./context.js').FormContext} context */
export function selectOne(node, context) {
  const chosen = node.currentState.value[0];
  return card(node, context, html`
    <div class="choices" aria-describedby=${describedBy(node, context)}>
      ${node.currentState.valueOptions.map((/** @type {any} */ item) => html`
        <label class="choice">
          <input type="radio" name=${idOf(node, 'choice')} value=${item.value} autocomplete="off" .checked=${live(item.value === chosen)}
            @change=${() => context.session.answer(node, item.value)}
            @click=${() => { if (item.value === chosen) context.session.answer(node, undefined); }}>
          <span>${item.label.asString}</span>
        </label>`)}
    </div>
  `, { group: true });
}

/** @param {any} node @param {import('./context.js').FormContext} context */
export function selectMultiple(node, context) {
  const chosen = node.currentState.value;
  /** @param {string} value @param {boolean} on */
  const toggle = (value, on) => {
    // The form's own order, whatever the order of the taps: two monitors' answers compare.
    const order = node.currentState.valueOptions.map((/** @type {any} */ item) => item.value);
    context.session.answer(node, order.filter((/** @type {string} */ one) => (one === value ? on : chosen.includes(one))));
  };
  return card(node, context, html`
    <div class="choices" aria-describedby=${describedBy(node, context)}>
      ${node.currentState.valueOptions.map((/** @type {any} */ item) => html`
        <label class="choice">
          <input type="checkbox" autocomplete="off" .checked=${live(chosen.includes(item.value))}
            @change=${(/** @type {any} */ event) => toggle(item.value, event.target.checked)}>
          <span>${item.label.asString}</span>
        </label>`)}
    </div>
  `, { group: true });
}
