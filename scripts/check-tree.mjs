// A folder that grew too large hides its parts: beyond this many files at one level it needs rooms.
import { spawnSync } from 'node:child_process';
import { dirname } from 'node:path';

const limit = 20;
/** Lists that only grow: one file a decision, and what tools expect at the top. */
const exempt = new Set(['.', 'docs/decisions']);

const { stdout } = spawnSync(
  'git',
  ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate'],
  {
    encoding: 'utf8',
  },
);
const counts = new Map();
for (const file of stdout.split('\n')) {
  if (file === '') continue;
  const folder = dirname(file);
  counts.set(folder, (counts.get(folder) ?? 0) + 1);
}
const crowded = [...counts].filter(([folder, count]) => count > limit && !exempt.has(folder));
for (const [folder, count] of crowded) {
  process.stderr.write(
    `${folder}/ has ${count} files at one level, more than ${limit}: give its parts folders of their own (docs/architecture.md).\n`,
  );
}
process.exit(crowded.length > 0 ? 1 : 0);
