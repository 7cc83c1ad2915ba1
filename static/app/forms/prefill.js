/**
 * What a flag brings to the finding made of it: its rule, its norm, and the norm's theme in the library.
 */

/**
 * @param {{get: (channel: string, id: string) => Promise<any>}} engine
 * @param {{submission: string, path: string, title: string, rule?: {norm: string | null, theme?: string} | undefined}} flag
 */
export async function findingPrefill(engine, { submission, path, title, rule }) {
  const norms = rule?.norm ? [rule.norm] : [];
  return { rule: { submission, path }, norms, title, theme: rule?.theme ?? await themeOf(engine, rule?.norm) };
}

/** The first theme of the norm's article; null where the library does not know it. @param {{get: (channel: string, id: string) => Promise<any>}} engine @param {string | null | undefined} norm */
async function themeOf(engine, norm) {
  if (!norm) return null;
  const [slug, article] = [norm.slice(0, norm.indexOf('/')), norm.slice(norm.indexOf('/') + 1)];
  const library = await engine.get('reference', `library:${slug}`).catch(() => null);
  return library?.doc.articles?.find((/** @type {any} */ one) => one.id === article)?.themes?.[0] ?? null;
}
