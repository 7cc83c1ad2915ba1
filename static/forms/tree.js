/**
 * The tree of a filled form as the form engine keeps it: kinds of nodes, pages, walking.
 *
 * Owns what our widgets call a node (`kindOf`) and the order of pages. Must not know: widgets, saving, the app.
 *
 * @typedef {import('@getodk/xforms-engine').AnyNode} AnyNode
 * @typedef {import('@getodk/xforms-engine').RootNode} RootNode
 * @typedef {'text' | 'integer' | 'decimal' | 'date' | 'time' | 'datetime' | 'select_one' | 'select_multiple' | 'note' |
 *   'image' | 'audio' | 'video' | 'acknowledge' | 'calculate' | 'group' | 'repeat' | 'repeat-instance' | 'unknown'} Kind
 */

/** @type {Record<string, Kind>} */
const INPUTS = { string: 'text', int: 'integer', decimal: 'decimal', date: 'date', time: 'time', dateTime: 'datetime' };
/** @type {Kind[]} Kinds that hold an answer of the person. */
const ANSWERABLE = ['text', 'integer', 'decimal', 'date', 'time', 'datetime', 'select_one', 'select_multiple', 'image', 'audio', 'video', 'acknowledge'];
const UPLOADS = ['image', 'audio', 'video'];

/**
 * @param {any} node
 * @returns {Kind}
 */
export function kindOf(node) {
  switch (node.nodeType) {
    case 'group': return 'group';
    case 'repeat-instance': return 'repeat-instance';
    case 'repeat-range:controlled':
    case 'repeat-range:uncontrolled': return 'repeat';
    case 'note': return 'note';
    case 'model-value': return 'calculate';
    case 'select': return node.selectType === 'select' ? 'select_multiple' : 'select_one';
    case 'trigger': return 'acknowledge';
    case 'input': {
      const kind = INPUTS[node.valueType] ?? 'unknown';
      // A read-only input shows what a formula put there.
      return kind !== 'unknown' && node.currentState.readonly ? 'calculate' : kind;
    }
    case 'upload': {
      const type = node.nodeOptions.media.type;
      return UPLOADS.includes(type) ? type : 'unknown';
    }
    default: return 'unknown';
  }
}

/** Whether a person can answer here. @param {any} node */
export function isAnswerable(node) {
  return ANSWERABLE.includes(kindOf(node));
}

/** @param {any} node */
export function isUpload(node) {
  return UPLOADS.includes(kindOf(node));
}

/** The path of a node, with `[n]` for repeat instances. @param {any} node @returns {string} */
export function pathOf(node) {
  return node.currentState.reference;
}

/** A path without its `[n]`: the question, whatever the instance. @param {string} path */
export function questionOf(path) {
  return path.replace(/\[\d+\]/g, '');
}

/** @param {any} node @returns {any[]} */
export function childrenOf(node) {
  return node.currentState.children ?? [];
}

/**
 * Every node below and including `node` that has no children, in order; the form's own metadata left out.
 * @param {any} node
 * @returns {Generator<any>}
 */
export function* leavesOf(node) {
  if (pathOf(node).endsWith('/meta')) return;
  const { children } = node.currentState;
  if (children === null || children === undefined) yield node;
  else for (const child of children) yield* leavesOf(child);
}

/**
 * The pages of a form: its relevant top-level groups and repeats; questions that stand outside any make
 * a page of their own, in their place.
 * @param {RootNode} root
 * @returns {{path: string, node: any | null, nodes: any[]}[]}
 */
export function pagesOf(root) {
  /** @type {{path: string, node: any | null, nodes: any[]}[]} */
  const pages = [];
  /** @type {{path: string, node: null, nodes: any[]} | null} */
  let loose = null;
  for (const node of childrenOf(root)) {
    if (!node.currentState.relevant || pathOf(node).endsWith('/meta')) continue;
    if (childrenOf(node).length > 0 || kindOf(node) === 'repeat') {
      pages.push({ path: pathOf(node), node, nodes: [node] });
      loose = null;
    } else if (loose) {
      loose.nodes.push(node);
    } else if (kindOf(node) !== 'group') {
      loose = { path: pathOf(node), node: null, nodes: [node] };
      pages.push(loose);
    }
  }
  return pages;
}

/**
 * The node at a path, or null.
 * @param {any} node where to begin
 * @param {string} path
 * @returns {any}
 */
export function nodeAt(node, path) {
  if (pathOf(node) === path) return node;
  for (const child of childrenOf(node)) {
    const own = pathOf(child);
    if (own === path) return child;
    if (path.startsWith(`${own}/`) || path.startsWith(`${own}[`)) {
      const found = nodeAt(child, path);
      if (found) return found;
    }
  }
  return null;
}
