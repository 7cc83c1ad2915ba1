// Puts the third-party modules into static/vendor/, each bundled to one ES module.
//
// Owns: the list of what is vendored. Input: node_modules as package-lock.json pins it.
// Output: byte-for-byte reproducible files, and a .d.ts beside each so that tsc reads the
// package's own types. static/vendor/ is never committed. Run by ./run.sh.
import { build } from 'esbuild';
import { copyFile, mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const vendor = join(root, 'static', 'vendor');
const modules = join(root, 'node_modules');

/** Output name → the re-exports that make up its one module. */
const BUNDLES = {
  'lit.js': [
    "export * from 'lit';",
    "export { repeat } from 'lit/directives/repeat.js';",
    "export { live } from 'lit/directives/live.js';",
    "export { ref, createRef } from 'lit/directives/ref.js';",
    "export { classMap } from 'lit/directives/class-map.js';",
    "export { ifDefined } from 'lit/directives/if-defined.js';",
    "export { keyed } from 'lit/directives/keyed.js';",
    "export { guard } from 'lit/directives/guard.js';",
    "export { until } from 'lit/directives/until.js';",
  ],
  'idb.js': ["export * from 'idb';"],
  'argon2.js': ["export { argon2id } from 'hash-wasm';"],
  'hpke.js': ["export { CipherSuite, DhkemX25519HkdfSha256, HkdfSha256, Aes256Gcm } from '@hpke/core';"],
  'minisearch.js': ["export { default } from 'minisearch';"],
  'pkijs.js': ["export { Certificate, SignedData, TimeStampResp, TSTInfo } from 'pkijs';"],
  'shamir.js': ["export { combine, split } from 'shamir-secret-sharing';"],
  'zip.js': ["export { BlobReader, Uint8ArrayWriter, ZipReader, configure } from '@zip.js/zip.js';"],
  'xforms-engine.js': ["export * from '@getodk/xforms-engine';"],
};

const FONT_FILES = ['cyrillic-ext', 'cyrillic', 'latin-ext', 'latin'].map(
  (subset) => `golos-text-${subset}-wght-normal.woff2`,
);

await rm(vendor, { recursive: true, force: true });
await mkdir(join(vendor, 'fonts'), { recursive: true });

for (const [name, lines] of Object.entries(BUNDLES)) {
  const contents = lines.join('\n');
  await build({
    stdin: { contents, resolveDir: root, sourcefile: name },
    outfile: join(vendor, name),
    bundle: true,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    minify: true,
    legalComments: 'inline',
    charset: 'utf8',
    logLevel: 'error',
  });
  await writeFile(join(vendor, name.replace(/\.js$/, '.d.ts')), contents + '\n');
}
await copyFile(join(modules, 'htmx.org', 'dist', 'htmx.min.js'), join(vendor, 'htmx.min.js'));
for (const file of FONT_FILES) {
  await copyFile(join(modules, '@fontsource-variable', 'golos-text', 'files', file), join(vendor, 'fonts', file));
}
