// Pins the Dockerfiles' base images to the digests that their tags stand for now.
//   npm run base-images             rewrites the Dockerfiles
//   npm run base-images -- --check  only says what is behind; exit code 1 if something is
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { currentDigest, type ImageReference, RegistryError } from './image-registry.ts';

const root = join(import.meta.dirname, '..');

/** Every Dockerfile of this repository. */
export const dockerfiles = [
  'encoder-image/Dockerfile',
  'home-image/Dockerfile',
  'proxy-image/Dockerfile',
] as const;

const fromLine = /^FROM (?<registry>[^/\s]+)\/(?<repository>[^:@\s]+):(?<tag>[^@\s]+)(?:@(?<digest>\S+))?/gm;

/** The images that a Dockerfile starts from. */
export const baseImages = (dockerfile: string): ImageReference[] =>
  [...dockerfile.matchAll(fromLine)].map(({ groups }) => ({ ...groups }) as unknown as ImageReference);

const nameOf = ({ registry, repository, tag }: ImageReference) => `${registry}/${repository}:${tag}`;

/** The Dockerfile with each base image at the digest that `digestOf` resolves to; the rest stays as it is. */
export async function pin(
  dockerfile: string,
  digestOf: (image: ImageReference) => Promise<string>,
): Promise<string> {
  const digests = new Map<string, string>();
  for (const image of baseImages(dockerfile)) digests.set(nameOf(image), await digestOf(image));
  return dockerfile.replace(fromLine, (...match) => {
    const name = nameOf(match.at(-1) as ImageReference);
    return `FROM ${name}@${digests.get(name)}`;
  });
}

async function main(args: string[]): Promise<void> {
  const { check } = parseArgs({ args, options: { check: { type: 'boolean', default: false } } }).values;
  for (const file of dockerfiles) {
    const path = join(root, file);
    const text = readFileSync(path, 'utf8');
    const fresh = await pin(text, currentDigest);
    if (fresh === text) process.stdout.write(`${file}: up to date\n`);
    else if (check) {
      process.stdout.write(`${file}: behind its tag. Run: npm run base-images\n`);
      process.exitCode = 1;
    } else {
      writeFileSync(path, fresh);
      process.stdout.write(`${file}: updated. Run: npm run test:images\n`);
    }
  }
}

if (import.meta.main) {
  try {
    await main(process.argv.slice(2));
  } catch (fault) {
    const usage = (fault as { code?: string }).code?.startsWith('ERR_PARSE_ARGS');
    if (!(fault instanceof RegistryError) && !usage) throw fault;
    process.stderr.write(`base-images: ${(fault as Error).message}\n`);
    process.exitCode = usage ? 2 : 1;
  }
}
