import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { baseImages, dockerfiles, pin } from '../../scripts/base-images.ts';
import { currentDigest, RegistryError } from '../../scripts/image-registry.ts';

const root = join(import.meta.dirname, '..', '..');
const image = { registry: 'registry.example', repository: 'library/node', tag: '24-slim' };
const index = (...architectures: string[]) =>
  JSON.stringify({
    manifests: architectures.map((architecture) => ({ platform: { os: 'linux', architecture } })),
  });
const digestOf = (body: string) => `sha256:${createHash('sha256').update(body).digest('hex')}`;

interface Asked {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A registry that answers anyone with a token, as public ones do. */
function registry(
  body: string,
  { challenge = 'Bearer realm="https://registry.example/token/",service="s",scope="aws"' } = {},
) {
  const asked: Asked[] = [];
  const ask = (async (url: string, { headers = {} }: RequestInit = {}) => {
    asked.push({ url, headers: headers as Record<string, string> });
    if (url.startsWith('https://registry.example/token/')) return Response.json({ token: 'for-anyone' });
    const { authorization } = headers as Record<string, string>;
    if (authorization === 'Bearer for-anyone') return new Response(body);
    return new Response('', { status: 401, headers: { 'www-authenticate': challenge } });
  }) as typeof fetch;
  return { ask, asked };
}

describe('the digest of a tag', () => {
  test('is that of the index that the registry hands to anyone who fetches a token', async () => {
    const body = index('amd64', 'arm64');
    const { ask, asked } = registry(body);
    expect(await currentDigest(image, ask)).toBe(digestOf(body));
    const manifest = 'https://registry.example/v2/library/node/manifests/24-slim';
    expect(asked.map(({ url }) => url)).toEqual([
      manifest,
      'https://registry.example/token/?service=s&scope=aws',
      manifest,
    ]);
    expect(asked[2]?.headers.accept).toContain('application/vnd.oci.image.index.v1+json');
  });

  test('is refused if the image lacks a platform that our tasks run on', async () => {
    const asking = currentDigest(image, registry(index('amd64')).ask);
    await expect(asking).rejects.toThrow(
      'registry.example/library/node:24-slim is not available for linux/arm64.',
    );
  });

  test.each([
    ['a tag that is not there', 404, 'answered 404'],
    ['a registry in trouble', 503, 'answered 503'],
  ])('%s is reported with the status', async (_, status, words) => {
    const ask = (async () => new Response('', { status })) as typeof fetch;
    await expect(currentDigest(image, ask)).rejects.toThrow(words);
  });

  test('an unreachable registry is reported with the cause, and one that wants a password is not asked again', async () => {
    const cause = new TypeError('fetch failed', {
      cause: new Error('getaddrinfo ENOTFOUND registry.example'),
    });
    const unreachable = currentDigest(image, () => Promise.reject(cause));
    await expect(unreachable).rejects.toThrow(RegistryError);
    await expect(unreachable).rejects.toThrow('ENOTFOUND');
    const { ask, asked } = registry('', { challenge: 'Basic realm="private"' });
    await expect(currentDigest(image, ask)).rejects.toThrow('credentials');
    expect(asked).toHaveLength(1);
  });
});

describe('pinning', () => {
  const fresh = async () => 'sha256:new';

  test('adds or replaces digests and leaves everything else', async () => {
    const dockerfile =
      'FROM a.example/x/node:24\nRUN echo node:24\nFROM a.example/x/node:24@sha256:old AS second\n';
    expect(await pin(dockerfile, fresh)).toBe(
      'FROM a.example/x/node:24@sha256:new\nRUN echo node:24\nFROM a.example/x/node:24@sha256:new AS second\n',
    );
  });
});

test.each(dockerfiles)('%s starts from a digest on the public mirror, which has no pull limit', (file) => {
  const images = baseImages(readFileSync(join(root, file), 'utf8'));
  expect(images).toEqual([
    {
      registry: 'public.ecr.aws',
      repository: 'docker/library/node',
      tag: '24-trixie-slim',
      digest: expect.stringMatching(/^sha256:[0-9a-f]{64}$/),
    },
  ]);
});
