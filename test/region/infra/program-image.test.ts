import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { App, Stack } from 'aws-cdk-lib';
import { Platform } from 'aws-cdk-lib/aws-ecr-assets';
import { Compatibility, TaskDefinition } from 'aws-cdk-lib/aws-ecs';
import { type ImageName, programFiles } from '../../../lib/region/infra/program-files.ts';
import { ProgramImage } from '../../../lib/region/infra/program-image.ts';
import { temporaryFolder } from '../../../testkit/temporary-folder.ts';

const root = join(import.meta.dirname, '..', '..', '..');
const images: readonly ImageName[] = ['encoder-image', 'proxy-image'];

let folder: Awaited<ReturnType<typeof temporaryFolder>>;
beforeEach(async () => {
  folder = await temporaryFolder();
});
afterEach(() => folder.remove());

/** Synthesizes both images for a platform; what the assets manifest says of them. */
function dockerAssets(outdir: string, platform: Platform) {
  const app = new App({ outdir, analyticsReporting: false, builtinCloudFormationValidation: false });
  const stack = new Stack(app, 'Test', { env: { account: '111122223333', region: 'eu-central-1' } });
  for (const image of images) {
    const { containerImage } = new ProgramImage(stack, image, { image, platform });
    new TaskDefinition(stack, `${image}-task`, {
      compatibility: Compatibility.FARGATE,
      cpu: '256',
      memoryMiB: '512',
    }).addContainer('Program', { image: containerImage });
  }
  app.synth();
  const manifest = JSON.parse(readFileSync(join(outdir, 'Test.assets.json'), 'utf8')) as {
    dockerImages: Record<string, { source: { directory: string; platform: string } }>;
  };
  return Object.entries(manifest.dockerImages).map(([hash, { source }]) => ({ hash, ...source }));
}

describe('the images of programs', () => {
  test('are built of the Dockerfile, the bundle, its source map and the health check, for the platform asked for', () => {
    const out = join(folder.path, 'out');
    const assets = dockerAssets(out, Platform.LINUX_ARM64);
    expect(assets).toHaveLength(2);
    for (const { directory, platform } of assets) {
      expect(platform).toBe('linux/arm64');
      expect(readdirSync(join(out, directory)).sort()).toEqual([
        'Dockerfile',
        'healthcheck.mjs',
        'main.mjs',
        'main.mjs.map',
      ]);
    }
  });

  test('keep their hash from one synthesis to the next, and change it with the platform', () => {
    const hashes = (out: string, platform: Platform) =>
      dockerAssets(join(folder.path, out), platform).map(({ hash }) => hash);
    const first = hashes('first', Platform.LINUX_ARM64);
    expect(hashes('second', Platform.LINUX_ARM64)).toEqual(first);
    const other = hashes('other', Platform.LINUX_AMD64);
    expect(other.filter((hash) => first.includes(hash))).toEqual([]);
  });

  test('are the same bytes from a clone in another folder', () => {
    const clone = join(folder.path, 'somewhere', 'else');
    mkdirSync(clone, { recursive: true });
    for (const name of ['bin', 'lib', ...images, 'package.json']) {
      cpSync(join(root, name), join(clone, name), { recursive: true });
    }
    // What npm put into this folder, as it would into that one.
    symlinkSync(join(root, 'node_modules'), join(clone, 'node_modules'));
    const script = `
      import { programFiles } from './lib/region/infra/program-files.ts';
      import { createHash } from 'node:crypto';
      const hashes = {};
      for (const image of ${JSON.stringify(images)})
        for (const [name, bytes] of programFiles(image))
          hashes[image + '/' + name] = createHash('sha256').update(bytes).digest('hex');
      console.log(JSON.stringify(hashes));`;
    const hashesFrom = (cwd: string) =>
      JSON.parse(
        execFileSync(process.execPath, ['--input-type=module-typescript', '--eval', script], {
          cwd,
          encoding: 'utf8',
        }),
      );
    expect(hashesFrom(clone)).toEqual(hashesFrom(root));
  });

  test.each(images)('%s: the bundle runs alone, and tells what its environment lacks', (image) => {
    for (const [name, bytes] of programFiles(image)) writeFileSync(join(folder.path, name), bytes);
    const { status, stdout } = spawnSync(process.execPath, ['--enable-source-maps', 'main.mjs'], {
      cwd: folder.path,
      env: {},
      encoding: 'utf8',
    });
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ event: 'process.failed', code: 'BAD_ENVIRONMENT' });
  });

  test.each(images)('%s: the source map names our sources and no folder of this machine', (image) => {
    const map = JSON.parse(Buffer.from(programFiles(image).get('main.mjs.map') ?? []).toString('utf8')) as {
      sources: string[];
    };
    expect(map.sources).toContain('lib/adapters/node/program.ts');
    expect(map.sources.filter((source) => source.startsWith('/') || source.startsWith('..'))).toEqual([]);
  });

  test.each(images)(
    '%s: runs as a user other than root, says how it is stopped and how it is checked',
    (image) => {
      const lines = readFileSync(join(root, image, 'Dockerfile'), 'utf8').split('\n');
      expect(lines.findLast((line) => line.startsWith('USER '))).toMatch(/^USER [1-9]\d*:[1-9]\d*$/);
      expect(lines).toContain('STOPSIGNAL SIGTERM');
      expect(lines.find((line) => line.startsWith('HEALTHCHECK '))).toContain('["node", "healthcheck.mjs"]');
      // An entry point in a shell would keep signals from the program.
      expect(lines.find((line) => line.startsWith('ENTRYPOINT '))).toMatch(/^ENTRYPOINT \["node", /);
    },
  );

  test('canary-image: the encoder’s Dockerfile, and a bundle that runs alone and tells which flags it lacks', () => {
    const files = programFiles('canary-image');
    for (const [name, bytes] of files) writeFileSync(join(folder.path, name), bytes);
    expect(Buffer.from(files.get('Dockerfile') ?? [])).toEqual(
      readFileSync(join(root, 'encoder-image', 'Dockerfile')),
    );
    const { status, stdout, stderr } = spawnSync(process.execPath, ['main.mjs'], {
      cwd: folder.path,
      env: {},
      encoding: 'utf8',
    });
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr).toMatch(/^canary: --api is missing\n/);
  });
});
