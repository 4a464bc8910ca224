import { readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '../../testkit/temporary-folder.ts';
import { type ImageStore, run } from './image-store.ts';

/** Takes the place of what the Dockerfiles begin with. */
export const baseImage = 'localhost/headwater-base:trixie';
const release = 'trixie';
/** Changes with what is done here, so that an image made otherwise is made anew. */
const recipe = `2 ${process.version} ${process.arch}`;
const recipeLabel = 'headwater.recipe';
const npmScript = '../lib/node_modules/npm/bin/npm-cli.js';

/**
 * Stands in for the Dockerfiles' base image, which no registry is asked for: a small Debian 13 from the mirror that
 * this machine's apt uses, with the Node that runs this and the npm that is here. Made once per store.
 */
export async function ensureBaseImage(store: ImageStore): Promise<void> {
  if ((await store.label(baseImage, recipeLabel)) === recipe) return;
  const folder = await temporaryFolder();
  try {
    const tar = join(folder.path, 'base.tar');
    const aptConfig = join(folder.path, 'apt.conf');
    await writeFile(aptConfig, await downloadSettings());
    await run('mmdebstrap', [
      ...['--variant=apt', '--include=passwd', `--aptopt=${aptConfig}`],
      ...['--customize-hook=chroot "$1" groupadd --gid 1000 node'],
      ...['--customize-hook=chroot "$1" useradd --uid 1000 --gid node --create-home node'],
      ...[release, tar, await debianMirror()],
    ]);
    const container = await store.from('scratch');
    await store.buildah('add', container, tar, '/');
    await rm(tar);
    await store.buildah('copy', container, await realpath(process.execPath), '/usr/local/bin/node');
    const npm = join(await realpath((await run('sh', ['-c', 'command -v npm'])).trim()), '..', '..');
    await store.buildah('copy', container, npm, '/usr/local/lib/node_modules/npm');
    await store.buildah(
      'run',
      '--isolation',
      'chroot',
      container,
      'ln',
      '-s',
      npmScript,
      '/usr/local/bin/npm',
    );
    const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
    await store.buildah('config', '--env', `PATH=${path}`, '--label', `${recipeLabel}=${recipe}`, container);
    await store.commit(container, baseImage);
  } finally {
    await folder.remove();
  }
}

/** Where this machine's apt has Debian's own packages from. */
async function debianMirror(): Promise<string> {
  const codename = /^VERSION_CODENAME=(\S+)$/m.exec(await readFile('/etc/os-release', 'utf8'))?.[1];
  const targets = await run('apt-get', [
    'indextargets',
    '--format',
    '$(RELEASE) $(COMPONENT) $(REPO_URI)',
    'Created-By: Packages',
  ]);
  const mirror = targets.split('\n').find((line) => line.startsWith(`${codename} main `));
  if (!mirror)
    throw new Error('The images are built from a Debian mirror, and apt on this machine has none.');
  return mirror.split(' ')[2] ?? '';
}

/** How this machine's apt downloads (proxies, what it checks), for the apt in the image. */
async function downloadSettings(): Promise<string> {
  const all = await run('apt-config', ['dump']);
  return all
    .split('\n')
    .filter((line) => /^Acquire::(https?::|Check-|Retries|Force)/.test(line))
    .join('\n');
}

/** How this machine's npm downloads, for the npm in the image: files of `folder`, and of the host, and where they go. */
export async function npmSettings(folder: string): Promise<Record<string, string>> {
  const setting = async (name: string) => (await run('npm', ['config', 'get', name])).trim();
  const file = join(folder, 'npmrc');
  const authorities = await setting('cafile');
  const hasAuthorities = authorities !== 'null' && authorities !== '';
  const lines = [
    `registry=${await setting('registry')}`,
    ...(hasAuthorities ? ['cafile=/run/npm-ca.pem'] : []),
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return { [file]: '/root/.npmrc', ...(hasAuthorities && { [authorities]: '/run/npm-ca.pem' }) };
}
