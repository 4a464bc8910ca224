import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundlePage } from './bundle.ts';

/** Bundles the page into a folder, as an asset for `EdgeStack`. @throws PageBuildError */
export async function writePage(folder: string): Promise<void> {
  for (const [path, { body }] of await bundlePage()) {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, body);
  }
}
