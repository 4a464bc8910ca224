import { clientSettings } from '../../lib/adapters/aws/client-settings.ts';
import type { Fact, Unread } from '../finding.ts';

/** For every client: reads are small, and Service Quotas throttles. */
export const readerSettings = clientSettings({ timeoutMs: 10_000, tries: 5, maxConnections: 4 });

const denials = /AccessDenied|UnauthorizedOperation|AuthorizationError|Forbidden/;

/** Reads something; a refusal or failure becomes a fact. `call` is named as in IAM policies. */
export async function read<T>(call: string, ask: () => Promise<T>): Promise<Fact<T>> {
  try {
    return { value: await ask() };
  } catch (cause) {
    return { unread: unreadOf(call, cause) };
  }
}

function unreadOf(call: string, cause: unknown): Unread {
  const { name, message, $metadata } = cause as Error & { $metadata?: { httpStatusCode?: number } };
  // Names the call that was refused, which may be a later one of the same check.
  const refused = /not authorized to perform: ([\w-]+:\w+)/.exec(message)?.[1];
  const denied = denials.test(name) || $metadata?.httpStatusCode === 403;
  return { call: refused ?? call, denied, message: (message || name).split('\n')[0] ?? name };
}

/** Resolves to undefined if the call fails with one of these errors. */
export async function unless<T>(missing: readonly string[], call: Promise<T>): Promise<T | undefined> {
  try {
    return await call;
  } catch (cause) {
    if (missing.includes((cause as Error).name)) return undefined;
    throw cause;
  }
}
