// Makes what home-image/Dockerfile puts into the image: every program of one machine, bundled, and the page.
//   node scripts/home-image.ts FOLDER
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { build } from 'esbuild';
import { writePage } from '../lib/player/write-page.ts';
import { bundleOptions } from '../lib/region/infra/program-files.ts';

const root = join(import.meta.dirname, '..');
const programs = [
  'control',
  'edge',
  'encoder-worker',
  'ingest-proxy',
  'live',
  'origin',
  'page',
  'pop',
] as const;

/** Bundles into `folder`: `bin/<program>.mjs`, the chunks that they share, and `page/`. Throws the bundlers' errors. */
export async function writeHomeImage(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true });
  await build({
    ...bundleOptions,
    absWorkingDir: root,
    entryPoints: programs.map((name) => `bin/${name}.ts`),
    outdir: folder,
    outbase: '.',
    outExtension: { '.js': '.mjs' },
    chunkNames: 'chunks/[name]-[hash]',
    splitting: true,
    // The page is made already, and nothing is watched: no program gets to where the bundler is loaded.
    external: ['esbuild'],
    sourcemap: 'linked',
    logLevel: 'warning',
  });
  await writePage(join(folder, 'page'));
}

if (import.meta.main) {
  const [folder] = process.argv.slice(2);
  if (folder === undefined) {
    process.stderr.write('home-image: name the folder to write to\n');
    process.exitCode = 2;
  } else await writeHomeImage(resolve(folder));
}
