// Prints what the browser's verification finds in packages: `node verify.mjs <job.json>`, where the job is
// [{package, root?, authority?, openings?}], each a path but for `openings` ({medium: base64url}) and `root`.

import { readFile } from 'node:fs/promises';

import { fromBase64 } from '../../static/engine/crypto/wire.js';
import { NotEvidence, PackageFile } from '../../static/office/verify/package_file.js';
import { certificates } from '../../static/office/verify/timestamps.js';
import { verifyPackage } from '../../static/office/verify/verification.js';

const answers = [];
for (const job of JSON.parse(await readFile(process.argv[2], 'utf8'))) {
  try {
    const file = await PackageFile.open(new Blob([await readFile(job.package)]));
    const report = await verifyPackage(file, {
      root: job.root,
      authorities: job.authority ? certificates(new Uint8Array(await readFile(job.authority))) : [],
      openings: new Map(Object.entries(job.openings ?? {}).map(([medium, key]) => [medium, fromBase64(key)])),
    });
    answers.push({ ...report, stamps: Object.fromEntries(report.stamps) });
  } catch (error) {
    if (!(error instanceof NotEvidence)) throw error;
    answers.push({ verdict: 'none' });
  }
}
process.stdout.write(JSON.stringify(answers));
