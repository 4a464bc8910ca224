import { AccountError } from '../../../teardown/ports.ts';

const noCredentials = new Set([
  'CredentialsProviderError',
  'UnrecognizedClientException',
  'InvalidClientTokenId',
  'AuthFailure',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidAccessKeyId',
]);
const notAllowed = new Set([
  'AccessDenied',
  'AccessDeniedException',
  'UnauthorizedOperation',
  'AccessDeniedFault',
]);
const unreachable = new Set(['ENOTFOUND', 'EAI_AGAIN', 'ECONNREFUSED', 'ETIMEDOUT', 'ENETUNREACH']);

/** An error of the SDK, as an `AccountError` for people. */
export function asAccountError(cause: unknown, region: string): AccountError {
  if (cause instanceof AccountError) return cause;
  const { name, message, code = '' } = cause as Error & { code?: string };
  const words = noCredentials.has(name)
    ? `There are no valid AWS credentials (${message}). Sign in until \`aws sts get-caller-identity\` succeeds, then run the command again.`
    : notAllowed.has(name)
      ? `The credentials do not allow a call that is needed: ${message}`
      : unreachable.has(code)
        ? `AWS in ${region} cannot be reached (${message}). Check the name of the region and this machine’s network.`
        : `AWS in ${region} refused a call: ${name}: ${message}`;
  return new AccountError(words, { cause });
}

/** Whether AWS says that something does not exist, so that it need not be deleted. */
export function isGone(cause: unknown): boolean {
  return /NotFound|NoSuch|NotActive|does not exist/.test(
    `${(cause as Error).name} ${(cause as Error).message}`,
  );
}

/** Runs a deletion of something that may already be gone. */
export async function ignoreGone(call: Promise<unknown>): Promise<void> {
  await call.catch((cause: unknown) => {
    if (!isGone(cause)) throw cause;
  });
}
