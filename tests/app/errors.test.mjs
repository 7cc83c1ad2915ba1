import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import errors from '../../static/app/strings/errors.js';

test('every code of docs/engine.md says what happened, what is safe and what to do', async () => {
  const docs = await readFile(new URL('../../docs/engine.md', import.meta.url), 'utf8');
  const section = docs.slice(docs.indexOf('## Error codes'));
  const codes = [...section.matchAll(/`([a-z-]+)`/g)].map(([, code]) => code);
  assert.ok(codes.length > 20);
  for (const code of codes) for (const part of ['what', 'safe', 'do']) assert.ok(errors[`errors.${code}.${part}`], `${code}.${part}`);
});
