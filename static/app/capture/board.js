// The board: a surface that takes a finger, a pen or a mouse, with its tools below it.
//
// Owns: the canvas, the mark under the pointer, the choice of tool and the history. Emits `marks-change` after every
// mark, undo and redo, never in the middle of one. Stores nothing; who holds the board keeps drafts and pictures.

import { AqElement, html, icon, nothing } from '../element.js';
import { burn, contextOf, drawGround, drawMark, layerOf } from './draw.js';
import { addMark, drawnTo, emptyHistory, onBoard, redo, scaled, stands, undo } from './marks.js';

/** @typedef {import('./marks.js').Mark} Mark */

/** Widths in thousandths of the longer side. */
const WIDTHS = /** @type {Record<string, number>} */ ({ thin: 3, medium: 7, thick: 16 });
const ERASER_TIMES = 4;
const LETTERS = /** @type {Record<string, number>} */ ({ thin: 22, medium: 32, thick: 46 });
const COLORS = /** @type {Record<string, string>} */ ({ black: '#14191d', red: '#c8102e', blue: '#0b5cad', white: '#ffffff' });

export class AqBoard extends AqElement {
  static properties = {
    width: { attribute: false },
    height: { attribute: false },
    picture: { attribute: false },
    paper: { type: String },
    tools: { attribute: false },
    colors: { attribute: false },
    marks: { attribute: false },
    label: { type: String },
    tool: { state: true },
    line: { state: true },
    color: { state: true },
    words: { state: true },
  };

  /** @type {Mark | null} */ #drawing = null;
  #pointer = -1;
  /** @type {HTMLCanvasElement | null} */ #layer = null;
  /** What the layer shows. @type {Mark[] | null} */ #drawn = null;

  constructor() {
    super();
    this.width = 1600;
    this.height = 1200;
    /** @type {ImageBitmap | null} */
    this.picture = null;
    /** @type {'plain' | 'grid'} */
    this.paper = 'plain';
    /** @type {Mark['kind'][]} */
    this.tools = ['pen', 'eraser', 'text'];
    this.colors = ['black', 'red', 'blue'];
    this.marks = emptyHistory();
    this.label = '';
    /** @type {Mark['kind'] | ''} '' until one is chosen: the first */
    this.tool = '';
    this.line = 'medium';
    this.color = '';
    this.words = '';
  }

  disconnectedCallback() {
    this.letGo();
    if (this.#layer) this.#layer.width = 0;
    this.#layer = null;
    this.#drawn = null;
    super.disconnectedCallback();
  }

  get size() {
    return { width: this.width, height: this.height };
  }

  /** @returns {Mark['kind']} */
  get chosen() {
    return this.tool || this.tools[0];
  }

  /** @param {Map<string, unknown>} changed */
  updated(changed) {
    super.updated(changed);
    if (['width', 'height', 'picture', 'paper', 'marks'].some((name) => changed.has(name))) this.#paint();
  }

  /**
   * What is on the board, with all marks burned in.
   * @param {'image/png' | 'image/jpeg'} mime
   */
  finished(mime) {
    return burn(this.size, { picture: this.picture, paper: this.paper }, this.marks.done, mime);
  }

  #paint() {
    const canvas = this.querySelector('canvas');
    if (!canvas) return;
    if (this.#drawn !== this.marks.done || !this.#layer) {
      if (this.#layer) this.#layer.width = 0;
      this.#layer = layerOf(this.size, this.marks.done);
      this.#drawn = this.marks.done;
    }
    const context = contextOf(canvas);
    drawGround(context, this.size, { picture: this.picture, paper: this.paper });
    if (this.#drawing?.kind === 'eraser') {
      // An eraser works on the marks only: it is drawn into the layer, which the next mark draws anew.
      drawMark(contextOf(this.#layer), this.#drawing, this.size);
      context.drawImage(this.#layer, 0, 0);
      return;
    }
    context.drawImage(this.#layer, 0, 0);
    if (this.#drawing) drawMark(context, this.#drawing, this.size);
  }

  /** @param {PointerEvent} event @returns {import('./marks.js').Point} */
  #at(event) {
    return onBoard([event.clientX, event.clientY], /** @type {Element} */ (event.currentTarget).getBoundingClientRect(), this.size);
  }

  /** @param {PointerEvent} event */
  #begin(event) {
    // A second finger or the palm is not a second pen.
    if (this.#drawing || event.button > 0) return;
    event.preventDefault();
    const kind = this.chosen;
    if (kind === 'text' && !this.words.trim()) {
      /** @type {HTMLInputElement | null} */ (this.querySelector('.board-words'))?.focus();
      return;
    }
    this.#pointer = event.pointerId;
    /** @type {Element} */ (event.currentTarget).setPointerCapture(event.pointerId);
    const width = kind === 'text' ? LETTERS[this.line] : kind === 'eraser' ? WIDTHS[this.line] * ERASER_TIMES : WIDTHS[this.line];
    const [x, y] = this.#at(event);
    this.#drawing = {
      kind, points: [x, y], width: scaled(width, this.size), color: COLORS[this.color || this.colors[0]],
      ...kind === 'text' ? { text: this.words.trim() } : {},
    };
    if (kind === 'box' || kind === 'arrow' || kind === 'ellipse') this.#drawing.points = [x, y, x, y];
    this.#paint();
  }

  /** @param {PointerEvent} event */
  #move(event) {
    if (!this.#drawing || event.pointerId !== this.#pointer) return;
    const steps = event.getCoalescedEvents?.() ?? [];
    const shown = /** @type {Element} */ (event.currentTarget).getBoundingClientRect();
    for (const { clientX, clientY } of steps.length ? steps : [event]) {
      this.#drawing = drawnTo(this.#drawing, onBoard([clientX, clientY], shown, this.size), this.size);
    }
    this.#paint();
  }

  /** @param {PointerEvent} event */
  #end(event) {
    if (!this.#drawing || event.pointerId !== this.#pointer) return;
    const mark = this.#drawing;
    this.#drawing = null;
    this.#pointer = -1;
    if (stands(mark, this.size)) this.#become(addMark(this.marks, mark));
    else this.#paint();
  }

  /** The screen goes, or the keys do, in the middle of a mark: what was drawn so far stays. */
  letGo() {
    const mark = this.#drawing;
    this.#drawing = null;
    this.#pointer = -1;
    if (mark && stands(mark, this.size)) this.#become(addMark(this.marks, mark));
  }

  /** The system took the pointer away: what was drawn so far stays. @param {PointerEvent} event */
  #cancel(event) {
    this.#end(event);
  }

  /** @param {import('./marks.js').History} history */
  #become(history) {
    if (history.done.length === this.marks.done.length) return;
    this.marks = history;
    this.dispatchEvent(new CustomEvent('marks-change', { detail: history }));
  }

  render() {
    const tool = this.chosen;
    // The surface first: on a phone the tools below it are in reach, and above it they would push it out of sight.
    return html`<div class="stack tight">
      <canvas class="board" role="img" aria-label=${this.label} width=${this.width} height=${this.height}
        @pointerdown=${this.#begin} @pointermove=${this.#move} @pointerup=${this.#end} @pointercancel=${this.#cancel}></canvas>
      <div class="board-tools" role="toolbar" aria-label=${this.t('pictures.tools')}>
        ${this.tools.map((kind) => this.#chip(this.t(`pictures.tool.${kind}`), kind === tool, () => { this.tool = kind; }))}
        <span class="board-way">
          <button type="button" class="btn" ?disabled=${!this.marks.done.length} @click=${() => this.#become(undo(this.marks))}>${icon('arrow-left')}${this.t('pictures.undo')}</button>
          <button type="button" class="btn" ?disabled=${!this.marks.undone.length} @click=${() => this.#become(redo(this.marks))}>${icon('arrow-right')}${this.t('pictures.redo')}</button>
        </span>
      </div>
      ${tool === 'box' ? html`<p class="meta">${this.t('pictures.box.hint')}</p>` : html`<div class="board-tools">
        <span class="chips" role="group" aria-label=${this.t('pictures.width')}>
          ${Object.keys(WIDTHS).map((id) => this.#chip(this.t(`pictures.width.${id}`), id === this.line, () => { this.line = id; }))}</span>
        ${tool === 'eraser' ? nothing : html`<span class="chips" role="group" aria-label=${this.t('pictures.color')}>
          ${this.colors.map((id, index) => this.#chip(this.t(`pictures.color.${id}`), id === this.color || (!this.color && !index), () => { this.color = id; }))}</span>`}
      </div>`}
      ${tool === 'text' ? html`<label class="field"><span class="label">${this.t('pictures.words')}</span>
        <input class="board-words" autocomplete="off" spellcheck="false" maxlength="60" .value=${this.words} @input=${(/** @type {any} */ event) => { this.words = event.target.value; }}>
        <span class="hint">${this.t('pictures.words.hint')}</span></label>` : nothing}
    </div>`;
  }

  /** @param {string} label @param {boolean} pressed @param {() => void} pick */
  #chip(label, pressed, pick) {
    return html`<button type="button" class="chip" aria-pressed=${pressed ? 'true' : 'false'} @click=${pick}>${label}</button>`;
  }
}

customElements.define('aq-board', AqBoard);
