import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { type BuildOptions, buildSync } from 'esbuild';
import { packageRoot } from '../../package-root.ts';

/** An image by its program. */
export type ImageName = 'encoder-image' | 'proxy-image' | 'canary-image' | 'live-origin-image';

/** The folder of the Dockerfile, and the program to put into the image. */
const programs: Record<ImageName, { readonly folder: string; readonly program: string }> = {
  'encoder-image': { folder: 'encoder-image', program: 'bin/encoder-worker.ts' },
  'proxy-image': { folder: 'proxy-image', program: 'bin/ingest-proxy.ts' },
  // Needs the same ffmpeg. An image of its own, so that a change of the canary doesn't replace workers.
  'canary-image': { folder: 'encoder-image', program: 'bin/canary.ts' },
  // Needs Node alone, as a proxy does.
  'live-origin-image': { folder: 'proxy-image', program: 'bin/edge.ts' },
};

/** How every program is bundled for an image. */
export const bundleOptions = {
  bundle: true,
  platform: 'node',
  target: 'node24',
  format: 'esm',
  // Packages available in both forms are bundled as modules, so that unused parts are dropped.
  mainFields: ['module', 'main'],
  // CommonJS-only packages load Node's built-in modules with `require`.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module';\nconst require = requireFrom(import.meta.url);",
  },
  sourcesContent: false,
  tsconfigRaw: {},
} satisfies BuildOptions;

const made = new Map<ImageName, ReadonlyMap<string, Uint8Array>>();

/**
 * Everything an image is built from, by file name: the Dockerfile, the program bundled with all its imports, its source map,
 * and the health check. The bytes do not depend on the repository's folder or on the platform. Throws esbuild's error if the
 * program cannot be bundled.
 */
export function programFiles(image: ImageName): ReadonlyMap<string, Uint8Array> {
  const known = made.get(image);
  if (known) return known;
  const { folder, program } = programs[image];
  const files = new Map<string, Uint8Array>([
    ['Dockerfile', readFileSync(join(packageRoot, folder, 'Dockerfile'))],
    ...bundle(program, 'main.mjs', true),
    ...bundle('bin/health-check.ts', 'healthcheck.mjs', false),
  ]);
  made.set(image, files);
  return files;
}

function bundle(entry: string, name: string, sourcemap: boolean): [string, Uint8Array][] {
  const { outputFiles } = buildSync({
    ...bundleOptions,
    absWorkingDir: packageRoot,
    entryPoints: [entry],
    // Nothing is written there. Paths in the source map are relative to it, so they contain no local folder.
    outfile: join(packageRoot, name),
    write: false,
    // Packages are treated as being here, even if their folder is only linked.
    preserveSymlinks: true,
    sourcemap: sourcemap ? 'linked' : false,
    logLevel: 'silent',
  });
  return outputFiles.map(({ path, contents }) => [basename(path), contents]);
}
