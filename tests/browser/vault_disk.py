"""Where a vault lies on a tablet's disk: its names are random, so that a test has to look for them."""

from __future__ import annotations

# JavaScript expressions, for use inside an async function; the first vault that is found.
DATABASE = (
    "(await indexedDB.databases()).map(one => one.name)"
    ".find(name => name.startsWith('aigaq-') && name !== 'aigaq-register')"
)
OPEN_DATABASE = f"""(await (async () => {{
  const name = {DATABASE};
  return new Promise((resolve, reject) => {{
    const opening = indexedDB.open(name);
    opening.onsuccess = () => resolve(opening.result);
    opening.onerror = () => reject(opening.error);
  }});
}})())"""
FOLDER = """(await (async () => {
  for await (const [name, handle] of (await navigator.storage.getDirectory()).entries()) {
    if (handle.kind === 'directory' && /^[0-9a-f]{16}$/.test(name)) return handle;
  }
  return null;
})())"""
