// What is drawn on a board, as data: strokes, boxes, arrows, ellipses, words, and the way back.
//
// Owns: the shape of a mark, its geometry in pixels of the board, and the history of undoing. Pure: knows no
// canvas, no pointer, no clock. A history is JSON, so that it can be kept as a draft.

/**
 * @typedef {[number, number]} Point
 * @typedef {object} Mark
 * @property {'pen' | 'eraser' | 'box' | 'arrow' | 'ellipse' | 'text'} kind
 * @property {number[]} points x, y, x, y …; two points for shapes, one for words
 * @property {number} width of its line, or height of its letters
 * @property {string} color
 * @property {string} [text]
 * @typedef {{done: Mark[], undone: Mark[]}} History
 */

/** A shape smaller than this, in thousandths of the board's longer side, was a tap. */
const LEAST = 6;
/** Points of a stroke lie at least so far apart, in the same measure: what is kept with every stroke stays small. */
const STEP = 1.5;
const ARROW_ANGLE = Math.PI / 7;

/** @returns {History} */
export function emptyHistory() {
  return { done: [], undone: [] };
}

/** @param {History} history @param {Mark} mark @returns {History} what was undone is gone */
export function addMark(history, mark) {
  return { done: [...history.done, mark], undone: [] };
}

/** @param {History} history @returns {History} */
export function undo({ done, undone }) {
  const last = done.at(-1);
  return last ? { done: done.slice(0, -1), undone: [...undone, last] } : { done, undone };
}

/** @param {History} history @returns {History} */
export function redo({ done, undone }) {
  const next = undone.at(-1);
  return next ? { done: [...done, next], undone: undone.slice(0, -1) } : { done, undone };
}

/** Whether anything of the picture is covered: an arrow hides nothing. @param {History} history */
export function covers(history) {
  return history.done.some(({ kind }) => kind === 'box');
}

/**
 * Thousandths of the longer side in pixels, so that a line looks alike on every picture.
 * @param {number} thousandths @param {{width: number, height: number}} board
 */
export function scaled(thousandths, { width, height }) {
  return Math.max(1, Math.round((thousandths * Math.max(width, height)) / 1000));
}

/**
 * A place on the screen as a place on the board.
 * @param {Point} at in CSS pixels
 * @param {{left: number, top: number, width: number, height: number}} shown where the board stands on the screen
 * @param {{width: number, height: number}} board
 * @returns {Point} whole pixels, on the board
 */
export function onBoard([x, y], shown, board) {
  const place = (/** @type {number} */ part, /** @type {number} */ whole) => Math.round(Math.min(1, Math.max(0, part)) * whole);
  return [place((x - shown.left) / (shown.width || 1), board.width), place((y - shown.top) / (shown.height || 1), board.height)];
}

/**
 * A mark with its pointer at a further place: a stroke grows, a shape changes its second corner.
 * @param {Mark} mark @param {Point} to @param {{width: number, height: number}} board
 * @returns {Mark} the same one where the pointer hardly moved
 */
export function drawnTo(mark, [x, y], board) {
  const { kind, points } = mark;
  if (kind === 'text') return { ...mark, points: [x, y] };
  if (kind !== 'pen' && kind !== 'eraser') return { ...mark, points: [points[0], points[1], x, y] };
  const [lastX, lastY] = points.slice(-2);
  if (Math.hypot(x - lastX, y - lastY) < scaled(STEP, board)) return mark;
  return { ...mark, points: [...points, x, y] };
}

/**
 * Whether a mark is one: a dot of the pen is, a box without extent or a word without letters is not.
 * @param {Mark} mark @param {{width: number, height: number}} board
 */
export function stands(mark, board) {
  const [x1, y1, x2 = x1, y2 = y1] = mark.points;
  const least = scaled(LEAST, board);
  switch (mark.kind) {
    case 'pen':
    case 'eraser':
      return true;
    case 'text':
      return Boolean(mark.text?.trim());
    case 'arrow':
      return Math.hypot(x2 - x1, y2 - y1) >= least;
    default:
      return Math.abs(x2 - x1) >= least && Math.abs(y2 - y1) >= least;
  }
}

/**
 * The whole pixels of a box, inside the board.
 * @param {number[]} points @param {{width: number, height: number}} board
 * @returns {{x: number, y: number, width: number, height: number}}
 */
export function boxPixels([x1, y1, x2, y2], board) {
  const left = Math.max(0, Math.floor(Math.min(x1, x2)));
  const top = Math.max(0, Math.floor(Math.min(y1, y2)));
  const right = Math.min(board.width, Math.ceil(Math.max(x1, x2)));
  const bottom = Math.min(board.height, Math.ceil(Math.max(y1, y2)));
  return { x: left, y: top, width: Math.max(0, right - left), height: Math.max(0, bottom - top) };
}

/**
 * The two ends of an arrow's head.
 * @param {number[]} points @param {number} length
 * @returns {[Point, Point]}
 */
export function arrowHead([x1, y1, x2, y2], length) {
  const angle = Math.atan2(y2 - y1, x2 - x1);
  const end = (/** @type {number} */ turn) => /** @type {Point} */ ([x2 - length * Math.cos(angle + turn), y2 - length * Math.sin(angle + turn)]);
  return [end(-ARROW_ANGLE), end(ARROW_ANGLE)];
}

/**
 * A history read back from a draft: whatever is no mark is left out.
 * @param {unknown} value
 * @returns {History}
 */
export function parseHistory(value) {
  const list = Array.isArray(value) ? value : [];
  const kinds = ['pen', 'eraser', 'box', 'arrow', 'ellipse', 'text'];
  const done = list.filter((mark) => kinds.includes(mark?.kind) && Array.isArray(mark.points) && mark.points.length >= 2
    && mark.points.every(Number.isFinite) && Number.isFinite(mark.width) && typeof mark.color === 'string');
  return { done, undone: [] };
}
