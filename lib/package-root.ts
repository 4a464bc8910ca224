import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * The folder with the sources that are bundled at synthesis. As a package, the constructs themselves are compiled into `dist/`,
 * because Node strips no types below `node_modules`; esbuild reads the TypeScript beside it.
 */
export const packageRoot = rootOf(import.meta.dirname);

function rootOf(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : rootOf(dirname(folder));
}
