// What a scanned picture may bring in.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readInvitationAddress } from '../../static/app/vault/invitation.js';

const ROOT = 'ab'.repeat(32);
const HOME = 'https://office.example';

test('an address of this app brings the code and the whole fingerprint', () => {
  const found = readInvitationAddress(`${HOME}/app/#code=ABCD-EFGH-04HM&root=${ROOT}`, HOME);
  assert.deepEqual(found, { code: 'ABCD-EFGH-04HM', root: ROOT });
});

test('anything else brings nothing', () => {
  for (const address of [
    `https://other.example/app/#code=ABCD-EFGH-04HM&root=${ROOT}`, `${HOME}/#code=ABCD-EFGH-04HM`, `${HOME}/app/`,
    `${HOME}/app/#code=ABCD`, 'ABCD-EFGH-04HM', 'javascript:alert(1)', '',
  ]) assert.equal(readInvitationAddress(address, HOME), null, address);
});
