// Marks on a canvas: how each kind looks, the paper below them, and the finished picture.
//
// Owns: drawing only. What is drawn is decided in marks.js; a black box is one colour to its last pixel, and the
// finished picture is new pixels: nothing of a file that it came from passes, and nothing below a box.

import { arrowHead, boxPixels, scaled } from './marks.js';

/**
 * @typedef {import('./marks.js').Mark} Mark
 * @typedef {import('./picture.js').Picture} Picture
 * @typedef {{width: number, height: number}} Size
 * @typedef {object} Ground what lies below the marks
 * @property {ImageBitmap | null} picture
 * @property {'plain' | 'grid'} paper where there is no picture
 */

const PAPER = '#ffffff';
const GRID = '#d5dde2';
/** Squares of the paper along its longer side. */
const SQUARES = 32;
const HEAD = 5;

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Size} board
 * @param {Ground} ground
 */
export function drawGround(context, board, { picture, paper }) {
  if (picture) {
    context.drawImage(picture, 0, 0, board.width, board.height);
    return;
  }
  context.fillStyle = PAPER;
  context.fillRect(0, 0, board.width, board.height);
  if (paper !== 'grid') return;
  const step = Math.max(board.width, board.height) / SQUARES;
  context.fillStyle = GRID;
  for (let x = step; x < board.width; x += step) context.fillRect(Math.round(x), 0, 2, board.height);
  for (let y = step; y < board.height; y += step) context.fillRect(0, Math.round(y), board.width, 2);
}

/**
 * @param {CanvasRenderingContext2D} context
 * @param {Mark} mark
 * @param {Size} board
 */
export function drawMark(context, mark, board) {
  const { kind, points, width, color } = mark;
  context.save();
  context.globalCompositeOperation = kind === 'eraser' ? 'destination-out' : 'source-over';
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.lineWidth = width;
  context.strokeStyle = color;
  context.fillStyle = color;
  if (kind === 'text') drawWords(context, mark);
  else if (kind === 'box') {
    const box = boxPixels(points, board);
    context.fillStyle = '#000000';
    context.fillRect(box.x, box.y, box.width, box.height);
  } else {
    context.beginPath();
    if (kind === 'ellipse') traceEllipse(context, points);
    else traceLine(context, points);
    if (kind === 'arrow' && points.length === 4) {
      for (const [x, y] of arrowHead(points, Math.max(width * HEAD, scaled(20, board)))) {
        context.moveTo(points[2], points[3]);
        context.lineTo(x, y);
      }
    }
    context.stroke();
  }
  context.restore();
}

/** @param {CanvasRenderingContext2D} context @param {number[]} points */
function traceLine(context, points) {
  context.moveTo(points[0], points[1]);
  // One point alone is a dot: a line of no length with round ends.
  if (points.length === 2) context.lineTo(points[0], points[1]);
  for (let i = 2; i < points.length; i += 2) context.lineTo(points[i], points[i + 1]);
}

/** @param {CanvasRenderingContext2D} context @param {number[]} points */
function traceEllipse(context, [x1, y1, x2 = x1, y2 = y1]) {
  context.ellipse((x1 + x2) / 2, (y1 + y2) / 2, Math.abs(x2 - x1) / 2, Math.abs(y2 - y1) / 2, 0, 0, 2 * Math.PI);
}

/** Words with a rim, so that they can be read on light and dark. @param {CanvasRenderingContext2D} context @param {Mark} mark */
function drawWords(context, { points: [x, y], width, color, text = '' }) {
  context.font = `600 ${width}px "Golos Text Variable", "Golos Text", sans-serif`;
  context.textBaseline = 'middle';
  context.strokeStyle = color === '#ffffff' ? '#000000' : '#ffffff';
  context.lineWidth = Math.max(2, width / 6);
  context.strokeText(text, x, y);
  context.fillText(text, x, y);
}

/**
 * @param {Size} board
 * @param {Mark[]} marks
 * @returns {HTMLCanvasElement} the marks alone: an eraser takes away marks, never paper or photo
 */
export function layerOf(board, marks) {
  const layer = blank(board);
  const context = contextOf(layer);
  for (const mark of marks) drawMark(context, mark, board);
  return layer;
}

/**
 * @param {Size} board
 * @param {Ground} ground
 * @param {Mark[]} marks
 * @param {'image/png' | 'image/jpeg'} mime
 * @returns {Promise<Picture>} marks burned in
 */
export async function burn(board, ground, marks, mime) {
  const canvas = blank(board);
  const layer = layerOf(board, marks);
  const context = contextOf(canvas);
  drawGround(context, board, ground);
  context.drawImage(layer, 0, 0);
  /** @type {Blob | null} */
  const blob = await new Promise((resolve) => canvas.toBlob(resolve, mime, 0.88));
  // The canvases hold the picture in the clear: let go of their pixels at once.
  canvas.width = 0;
  layer.width = 0;
  if (!blob) throw new Error('no picture');
  return { bytes: await blob.arrayBuffer(), width: board.width, height: board.height, mime };
}

/** @param {Size} board */
function blank({ width, height }) {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

/** @param {HTMLCanvasElement} canvas @returns {CanvasRenderingContext2D} */
export function contextOf(canvas) {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('no canvas');
  return context;
}
