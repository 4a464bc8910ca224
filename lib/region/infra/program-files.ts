import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { buildSync } from 'esbuild';

const root = join(import.meta.dirname, '..', '..', '..');

/** A folder with a Dockerfile, and the program that it puts into an image. */
export type ImageName = 'encoder-image' | 'proxy-image';

const programs: Record<ImageName, string> = {
  'encoder-image': 'bin/encoder-worker.ts',
  'proxy-image': 'bin/ingest-proxy.ts',
};

const made = new Map<ImageName, ReadonlyMap<string, Uint8Array>>();

/**
 * Everything that an image is built from, by file name: the Dockerfile, the program bundled with all that it imports,
 * its source map, and the health check. The bytes are the same in whichever folder the repository is, and for every
 * platform. Throws esbuild's error where the program cannot be bundled.
 */
export function programFiles(image: ImageName): ReadonlyMap<string, Uint8Array> {
  const known = made.get(image);
  if (known) return known;
  const files = new Map<string, Uint8Array>([
    ['Dockerfile', readFileSync(join(root, image, 'Dockerfile'))],
    ...bundle(programs[image], 'main.mjs', true),
    ...bundle('bin/health-check.ts', 'healthcheck.mjs', false),
  ]);
  made.set(image, files);
  return files;
}

function bundle(entry: string, name: string, sourcemap: boolean): [string, Uint8Array][] {
  const { outputFiles } = buildSync({
    absWorkingDir: root,
    entryPoints: [entry],
    // Nothing is written there. Paths in the source map count from it, and so hold no folder of this machine.
    outfile: join(root, name),
    write: false,
    bundle: true,
    platform: 'node',
    target: 'node24',
    format: 'esm',
    // Packages that come in both forms come as modules, of which unused parts fall away.
    mainFields: ['module', 'main'],
    // Packages that come as CommonJS only ask for Node's own modules by `require`.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
    },
    // Packages count as lying here, also where the folder that holds them is only linked in.
    preserveSymlinks: true,
    sourcemap: sourcemap ? 'linked' : false,
    sourcesContent: false,
    tsconfigRaw: {},
    logLevel: 'silent',
  });
  return outputFiles.map(({ path, contents }) => [basename(path), contents]);
}
