import { isOwnUser, type RequestOrigin } from '../../net/policy/loopback.ts';
import { atName, isOwnName, nameIn } from '../../net/policy/own-names.ts';
import type { RuntimeConfig } from './runtime-config.ts';
import type { StreamCard } from './stream-card.ts';

/**
 * The page's configuration for a request, on a machine that others reach under `ownNames`: its own user needs no token, and everybody
 * else finds API and edge under the name that they called, and the supervisor not at all.
 */
export function configFor(
  request: RequestOrigin,
  { apiBaseUrl, processApiBaseUrl, ...config }: RuntimeConfig,
  ownNames: readonly string[] | undefined,
): RuntimeConfig {
  const own = { ...config, apiBaseUrl, processApiBaseUrl };
  if (ownNames === undefined || isOwnUser(request)) return own;
  const called = nameIn(request.host ?? '');
  const at = (url: string) => (isOwnName(called, ownNames) ? atName(url, called) : url);
  return {
    ...config,
    ...(config.edgeBaseUrl !== undefined && { edgeBaseUrl: at(config.edgeBaseUrl) }),
    ...(apiBaseUrl !== undefined && { console: { tokenApiBaseUrl: at(apiBaseUrl) } }),
  };
}

/** A stream's card for whoever called this machine `host`: its picture is at the same name. */
export function cardFor(card: StreamCard, host: string, ownNames: readonly string[] | undefined): StreamCard {
  const called = nameIn(host);
  if (card.poster === undefined || ownNames === undefined || !isOwnName(called, ownNames)) return card;
  return { ...card, poster: atName(card.poster, called) };
}
