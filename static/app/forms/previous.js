/**
 * The last visit's answer to a question, from the visit's brief. Pure.
 *
 * A cell is found again by its name, not by its place in the list: what was cell 2 then may be cell 5 today.
 */

/**
 * @param {Record<string, {value: any, date: string}>} answers of this form, by path
 * @param {string} path of the question, with `[n]`
 * @param {(prefix: string) => {path: string, value: any} | null} nameOf the naming answer of the instance at `prefix`
 * @returns {{value: any, date: string} | null}
 */
export function previousAnswer(answers, path, nameOf) {
  const place = /^(.*?)\[(\d+)\]/.exec(path);
  if (!place) return answers[path] ?? null;
  const [instance, range] = place;
  const name = nameOf(instance);
  if (!name || name.value === undefined || name.path === path) return null;
  const rest = path.slice(instance.length);
  const nameRest = name.path.slice(instance.length);
  for (const [then, answer] of Object.entries(answers)) {
    if (!then.startsWith(`${range}[`) || !then.endsWith(`]${nameRest}`)) continue;
    if (String(answer.value).trim().toLowerCase() !== String(name.value).trim().toLowerCase()) continue;
    return answers[then.slice(0, -nameRest.length) + rest] ?? null;
  }
  return null;
}
