/**
 * Giving the person a file of sealed bytes, by the browser's own downloads.
 */

/** The browser reads it while it writes the download, which may take long; it holds no memory meanwhile. */
const GIVEN_MS = 600_000;

/** @param {string} name @param {Blob} file */
export function offerFile(name, file) {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), GIVEN_MS);
}
