/**
 * Answers that became irrelevant: kept aside, and put back when their question comes back.
 *
 * The form engine leaves them out of the XML, so after a restart they would be gone. Owns the map
 * `{path: answer}` of a submission (`aside`). Must not know: widgets, saving.
 */
import { answerOf, setAnswer } from './values.js';
import { isAnswerable, isUpload, leavesOf, nodeAt, pathOf } from './tree.js';

/** Bringing one answer back may make another question relevant; a form deeper than this has a circle. */
const ROUNDS = 8;

export class Aside {
  /** @type {Map<string, import('./values.js').Answer>} What each question held when last looked at. */
  #known = new Map();
  /** @type {Map<string, import('./values.js').Answer>} */
  #kept;
  #attach;

  /**
   * @param {Record<string, import('./values.js').Answer>} kept as stored in the submission
   * @param {(node: any, name: string) => void} attach puts an upload's file name back
   */
  constructor(kept, attach) {
    this.#kept = new Map(Object.entries(kept));
    this.#attach = attach;
  }

  /** As the submission stores it. @returns {Record<string, import('./values.js').Answer>} */
  get answers() {
    return Object.fromEntries(this.#kept);
  }

  /**
   * Looks at the form after a change (and once at the start): takes what went, puts back what came.
   * @param {any} root
   */
  follow(root) {
    for (let round = 0; round < ROUNDS && this.#once(root); round += 1);
  }

  /** @param {any} root @returns {boolean} whether something was put back */
  #once(root) {
    let changed = this.#makeRoom(root);
    for (const node of [...leavesOf(root)]) {
      if (!isAnswerable(node)) continue;
      const path = pathOf(node);
      if (!node.currentState.relevant) {
        const held = this.#known.get(path);
        if (held !== undefined) this.#kept.set(path, held);
        this.#known.delete(path);
        continue;
      }
      const kept = this.#kept.get(path);
      if (kept !== undefined) {
        this.#kept.delete(path);
        if (answerOf(node) === undefined) {
          if (isUpload(node)) this.#attach(node, String(kept));
          else setAnswer(node, kept);
          changed = true;
        }
      }
      const answer = answerOf(node);
      if (answer === undefined) this.#known.delete(path);
      else this.#known.set(path, answer);
    }
    return changed;
  }

  /** A repeat that came back has one instance; make as many as were kept. @param {any} root */
  #makeRoom(root) {
    let changed = false;
    for (const path of this.#kept.keys()) {
      for (const match of path.matchAll(/\[(\d+)\]/g)) {
        const range = nodeAt(root, path.slice(0, match.index));
        const missing = range?.nodeType === 'repeat-range:uncontrolled' && range.currentState.relevant
          ? Number(match[1]) - range.currentState.children.length : 0;
        if (missing > 0) {
          range.addInstances(range.currentState.children.length - 1, missing);
          changed = true;
        }
      }
    }
    return changed;
  }

  /**
   * An instance was removed by hand: its answers go, those behind it move up by one.
   * @param {string} range the repeat's path
   * @param {number} index from 0
   */
  removeInstance(range, index) {
    this.#kept = renumber(this.#kept, range, index);
    this.#known = renumber(this.#known, range, index);
  }
}

/**
 * @template T
 * @param {Map<string, T>} answers
 * @param {string} range
 * @param {number} index from 0
 * @returns {Map<string, T>}
 */
export function renumber(answers, range, index) {
  const moved = new Map();
  for (const [path, answer] of answers) {
    const rest = path.startsWith(`${range}[`) ? /^(\d+)(\].*)$/s.exec(path.slice(range.length + 1)) : null;
    if (!rest) {
      moved.set(path, answer);
    } else if (Number(rest[1]) !== index + 1) {
      const n = Number(rest[1]);
      moved.set(`${range}[${n > index + 1 ? n - 1 : n}${rest[2]}`, answer);
    }
  }
  return moved;
}
