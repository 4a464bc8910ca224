import { useServices } from '../shell/services.ts';

/** Where the API is, as far as this page knows, and whether it asks for a token. */
export function useApiAddress(): {
  readonly api: string;
  readonly isKnown: boolean;
  readonly hasToken: boolean;
} {
  const { apiBaseUrl, console: door } = useServices().settings;
  if (apiBaseUrl !== undefined) return { api: apiBaseUrl, isKnown: true, hasToken: false };
  if (door && 'tokenApiBaseUrl' in door) return { api: door.tokenApiBaseUrl, isKnown: true, hasToken: true };
  return { api: '$API', isKnown: false, hasToken: true };
}
