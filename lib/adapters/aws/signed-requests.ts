import { createHash, createHmac } from 'node:crypto';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { CanaryUnusableError } from '../../canary/policy/errors.ts';
import type { Credentials } from '../node/http/api-requests.ts';

/** Requests to API Gateway, signed with the credentials that the SDK finds: environment, profile, the task's role. */
export function iamCredentials(region: string): Credentials {
  const credentials = defaultProvider();
  const signer = new SignatureV4({ service: 'execute-api', region, credentials, sha256: Sha256 });
  return {
    identity: 'these IAM credentials',
    async authorize({ method, url, headers, body }) {
      // Asked first, so that no other fault is taken for theirs.
      await credentials().catch((cause: Error) => {
        throw new CanaryUnusableError(
          `No AWS credentials (${firstLine(cause.message)}). Sign in, or set HEADWATER_API_TOKEN if the deployment has api.jwt.`,
          { cause },
        );
      });
      const signed = await signer.sign({
        method,
        protocol: url.protocol,
        hostname: url.hostname,
        ...(url.port && { port: Number(url.port) }),
        path: url.pathname,
        query: Object.fromEntries(url.searchParams),
        headers: { ...headers, host: url.host },
        ...(body !== undefined && { body }),
      });
      return signed.headers;
    },
  };
}

type SourceData = string | ArrayBuffer | ArrayBufferView;

const firstLine = (text: string): string => text.split('\n', 1)[0] ?? '';

/** Node's SHA-256, and its HMAC if there is a secret, as the signer wants it. */
class Sha256 {
  readonly #secret: Uint8Array | undefined;
  #hash;

  constructor(secret?: SourceData) {
    this.#secret = secret === undefined ? undefined : bytesOf(secret);
    this.#hash = this.#begin();
  }

  update(data: SourceData): void {
    this.#hash.update(bytesOf(data));
  }

  async digest(): Promise<Uint8Array> {
    return new Uint8Array(this.#hash.digest());
  }

  reset(): void {
    this.#hash = this.#begin();
  }

  #begin() {
    return this.#secret === undefined ? createHash('sha256') : createHmac('sha256', this.#secret);
  }
}

function bytesOf(data: SourceData): Uint8Array {
  if (typeof data === 'string') return Buffer.from(data);
  return ArrayBuffer.isView(data)
    ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
    : new Uint8Array(data);
}
