import { readdir, readFile, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { ownFiles } from './secret-kinds.ts';
import type { SecretWatch } from './secret-watch.ts';

/** Node's own: compiled code, which is no data of ours. */
const compileCache = 'compile-cache';

/** What secret files consist of: hex, Base64, tokens. Shorter pieces are words. */
const secretText = /[A-Za-z0-9+/=_-]{16,}/g;

/** The files at the top of a data folder that only their owner can read: the only places where secrets may be. */
async function secretFiles(dataDir: string): Promise<string[]> {
  const entries = await readdir(dataDir, { withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile() && !ownFiles.has(entry.name))
    .map(({ name }) => name);
  const modes = await Promise.all(files.map(async (name) => (await stat(join(dataDir, name))).mode & 0o777));
  return files.filter((_, index) => modes[index] === 0o600);
}

/** The secrets of a data folder: file names by value. Certificates are public. */
export async function secretsIn(dataDir: string): Promise<Map<string, string>> {
  const secrets = new Map<string, string>();
  for (const name of await secretFiles(dataDir)) {
    const text = await readFile(join(dataDir, name), 'utf8');
    if (text.startsWith('-----BEGIN CERTIFICATE')) continue;
    for (const [value] of text.matchAll(secretText)) {
      secrets.set(value, name);
      secrets.set(value.replace(/^[a-z]+_/, ''), name);
    }
  }
  return secrets;
}

/** Looks into every other file of the folder, and at the names of all. */
export async function lookIntoFolder(watch: SecretWatch, dataDir: string): Promise<void> {
  const secret = new Set(await secretFiles(dataDir));
  for (const entry of await readdir(dataDir, { recursive: true, withFileTypes: true })) {
    const path = relative(dataDir, join(entry.parentPath, entry.name));
    watch.look(`the name of a file in the data folder`, path);
    if (!entry.isFile() || secret.has(path) || path.startsWith(compileCache)) continue;
    watch.look(`data folder: ${path}`, await readFile(join(dataDir, path)));
  }
}
