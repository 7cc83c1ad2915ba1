/**
 * What a widget may ask of the screen that shows it. Types only: nothing runs here.
 *
 * Widgets are functions `(node, context) → template`. They read the form engine's node, and write through
 * `context.session`; they hold no state of their own.
 *
 * @typedef {object} FormContext
 * @property {import('./session.js').FormSession} session
 * @property {boolean} readonly a colleague's submission: shown, not changed
 * @property {(key: string, vars?: Record<string, string | number>) => string} t
 * @property {(name: string) => unknown} icon a template
 * @property {(value: any) => string} multi
 * @property {(answer: import('./values.js').Answer | undefined, path: string) => string} text an answer in words
 * @property {(path: string) => {text: string, date: string} | null} previous the last visit's answer to this question
 * @property {(node: any) => boolean} complains whether a question may already say what is wrong with it
 * @property {(node: any, context: FormContext) => unknown} render the widget of any node
 * @property {(node: any) => void} touch the person has been at this question
 * @property {(range: any) => number} instance which instance of a repeat is shown, from 0
 * @property {(range: any, index: number) => void} showInstance
 * @property {(range: any, index: number) => void} removeInstance asks first
 * @property {(node: any) => void} addInstance
 * @property {(kind: 'image' | 'audio' | 'video', node: any) => void} capture
 * @property {(medium: string) => {at: string, size: string, duration: string, picture: string | null, problem: string | null} | null} medium
 * @property {(node: any) => void} detach asks first
 * @property {(path: string) => string | null} findingOf the finding that was made of a flag
 * @property {(node: any) => void} toFinding
 * @property {(node: any) => void} toNote
 */
export {};
