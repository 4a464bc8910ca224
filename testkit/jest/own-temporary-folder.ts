import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Gives a run a temporary folder of its own and removes it at the end: the CDK never removes the assemblies that it writes
 * (50 MB for a whole platform), and workers that Jest ends can't remove theirs.
 */
export default function ownTemporaryFolder(): void {
  const path = mkdtempSync(join(tmpdir(), 'headwater-tests-'));
  process.env.TMPDIR = path;
  process.once('exit', () => rmSync(path, { recursive: true, force: true, maxRetries: 3 }));
}
