import { createHash } from 'node:crypto';

/** A base image as a Dockerfile names it, `registry/repository:tag@digest`. */
export interface ImageReference {
  /** Host name, for example `public.ecr.aws`. */
  readonly registry: string;
  readonly repository: string;
  readonly tag: string;
  /** `sha256:…` of the image index. */
  readonly digest?: string;
}

/** The platforms that tasks run on: Fargate's ARM64 tasks, and x86-64 GPU instances. */
export const imagePlatforms = ['linux/amd64', 'linux/arm64'] as const;

/** The registry can't be asked, or its answer can't be used. */
export class RegistryError extends Error {
  override readonly name = 'RegistryError';
  readonly code = 'REGISTRY';
}

const indexTypes = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
const timeoutMs = 20_000;

/**
 * The digest of the index that a tag stands for now (OCI Distribution 1.1, "Pulling manifests"). The index is fetched and
 * hashed, not taken at its word, and must have every platform in `imagePlatforms`. Throws `RegistryError`.
 */
export async function currentDigest(image: ImageReference, ask: typeof fetch = fetch): Promise<string> {
  const { registry, repository, tag } = image;
  const name = `${registry}/${repository}:${tag}`;
  const url = `https://${registry}/v2/${repository}/manifests/${tag}`;
  const get = async (address: string, headers: Record<string, string>) => {
    try {
      return await ask(address, { headers, signal: AbortSignal.timeout(timeoutMs) });
    } catch (cause) {
      throw new RegistryError(`${name}: ${registry} can't be reached: ${reasonOf(cause)}`, { cause });
    }
  };
  const headers = { accept: indexTypes.join(', ') };
  let response = await get(url, headers);
  if (response.status === 401) {
    const realm = tokenUrl(response.headers.get('www-authenticate') ?? '');
    if (!realm) throw new RegistryError(`${name}: ${registry} wants credentials of a kind we don't have.`);
    const { token } = (await (await get(realm, {})).json()) as { token?: string };
    response = await get(url, { ...headers, authorization: `Bearer ${token}` });
  }
  if (!response.ok) throw new RegistryError(`${name}: ${registry} answered ${response.status}.`);
  const bytes = Buffer.from(await response.arrayBuffer());
  const missing = missingPlatforms(bytes.toString());
  if (missing.length > 0) throw new RegistryError(`${name} is not available for ${missing.join(', ')}.`);
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Where a registry hands out tokens to anyone, from its challenge (RFC 6750, `Bearer realm="…",service="…",scope="…"`). */
function tokenUrl(challenge: string): string | undefined {
  if (!/^bearer /i.test(challenge)) return undefined;
  const fields = new Map([...challenge.matchAll(/(\w+)="([^"]*)"/g)].map(([, key, value]) => [key, value]));
  const realm = fields.get('realm');
  if (!realm || !URL.canParse(realm)) return undefined;
  const url = new URL(realm);
  for (const key of ['service', 'scope']) {
    const value = fields.get(key);
    if (value) url.searchParams.set(key, value);
  }
  return url.href;
}

interface Index {
  readonly manifests?: readonly {
    readonly platform?: { readonly os: string; readonly architecture: string };
  }[];
}

function missingPlatforms(json: string): string[] {
  const { manifests = [] } = JSON.parse(json) as Index;
  const has = manifests.map(({ platform }) => `${platform?.os}/${platform?.architecture}`);
  return imagePlatforms.filter((platform) => !has.includes(platform));
}

/** `fetch` says only "fetch failed"; its cause says why. */
function reasonOf(fault: unknown): string {
  const { cause, message } = fault as Error;
  return cause instanceof Error ? cause.message : message;
}
