import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const made: string[] = [];

/** A folder like the bundled page's, removed when the process exits. */
export function makePageDir(): string {
  const dir = mkdtempSync(join(tmpdir(), 'headwater-page-'));
  // One listener for all: a test may synthesize many deployments.
  if (made.length === 0)
    process.once('exit', () => {
      for (const each of made) rmSync(each, { recursive: true, force: true });
    });
  made.push(dir);
  mkdirSync(join(dir, 'assets'));
  writeFileSync(join(dir, 'index.html'), '<!doctype html>');
  writeFileSync(join(dir, 'embed.html'), '<!doctype html>');
  writeFileSync(join(dir, 'icon.svg'), '<svg/>');
  writeFileSync(join(dir, 'assets', 'page-AB12.js'), '');
  return dir;
}
