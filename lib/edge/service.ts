import type { Clock } from '../net/clock.ts';
import { SharedBody, SharedBodyReader } from '../net/shared-body.ts';
import { isBearer } from '../protocol/http/bearer.ts';
import type { CacheState, EdgeCache, Served } from './cache.ts';
import type { CachedObject } from './cached-object.ts';
import type { EdgeAudience } from './edge-audience.ts';
import { ObjectReading } from './object-reading.ts';
import { OwnPages } from './own-pages.ts';
import type { Passed } from './pass-through.ts';
import { PassedBody } from './passed-body.ts';
import type { PlaybackCheck } from './playback-check.ts';
import { deniedBody, deniedHead, deniedPathOf, deniedRecordingOf } from './policy/access/denial.ts';
import { type PlaybackRefusal, splitToken } from './policy/access/playback.ts';
import { type CacheKey, cacheKeyOf } from './policy/cache-key.ts';
import { acceptsGzip } from './policy/encoding.ts';
import { VariantLimit } from './policy/limits/variant-limit.ts';
import { describeResponse, preflight, type Representation } from './policy/response.ts';
import type { EdgeRequest, EdgeResponse, EdgeService, Gzip } from './ports.ts';
import { bodyOf, textReply } from './text-reply.ts';

export interface EdgeHandlerOptions {
  /** `edge`, `shield` or `live-origin`, as shown to clients in `Server-Timing`. */
  readonly tier: string;
  readonly cache: EdgeCache;
  readonly clock: Clock;
  readonly gzip: Gzip;
  /**
   * For a tier that edges reach: the token that they send as `Authorization: Bearer …`. They have checked playback tokens; others may
   * read what `playback` gives to anyone, and nothing without it. @default open to all
   */
  readonly clientToken?: string | undefined;
  /** Checks playback tokens. @default everything is public, as for a tier that only edges reach */
  readonly playback?: PlaybackCheck | undefined;
  /** Counts viewers, and gives the counts to whoever has the token. @default nobody counts */
  readonly audience?: { readonly viewers: EdgeAudience; readonly token: string } | undefined;
}

type Reply = (response: EdgeResponse) => void;

/**
 * The edge, the shield and the live origin, without their sockets.
 *
 *     GET, HEAD /<object key>   from the cache, by the delivery policy table; 404 if no row matches, 410 if the stream
 *                               was taken down or deleted, or the recording was deleted; 403 if the stream is signed and the
 *                               path has no valid token (policy/access/playback-token.ts)
 *     OPTIONS                   a CORS preflight
 *     GET, HEAD /time           the current time, for DASH UTCTiming (urn:mpeg:dash:utc:http-iso:2014)
 *     GET, HEAD /healthz        {"status": "ok"}
 *     GET, HEAD /_metrics       {hits, misses, coalesced, revalidated, stale, errors, uncached, shed, refused, denied, unsigned,
 *                                fills, failedFills, upstreamBytes, fillsUnderWay, heldFills, objects, cacheBytes, evictions, cutReaders}
 *                                since startup
 *     GET /_audience            viewers counted since the last call (lib/audience/policy/tally.ts); with `Authorization: Bearer …` only
 */
export class EdgeHandler implements EdgeService {
  readonly #options: EdgeHandlerOptions;
  readonly #pages: OwnPages;
  /** `<region>/<streamId>` of denied streams, `<region>/<streamId>/<broadcastId>` of denied recordings. */
  #denied: ReadonlySet<string> = new Set();
  #denials = 0;
  #playbackRefusals = 0;
  readonly #variants = new VariantLimit();

  constructor(options: EdgeHandlerOptions) {
    this.#options = options;
    const { clock, cache, audience } = options;
    const refusals = () => ({ denied: this.#denials, unsigned: this.#playbackRefusals });
    this.#pages = new OwnPages({ clock, cache, audience, refusals });
  }

  /**
   * Replaces the list of what is denied. Cached objects of what is newly denied are dropped, and so is everybody who waits for one or
   * reads one that still grows.
   */
  deny(denied: ReadonlySet<string>): void {
    const before = this.#denied;
    this.#denied = denied;
    for (const path of denied) {
      if (!before.has(path)) this.#options.cache.cutBelow(`/${path}/`);
    }
  }

  handle(request: EdgeRequest, reply: Reply): void {
    const { method } = request;
    const { path: target, token } = splitToken(request.target);
    const found = cacheKeyOf(target);
    const isEdge = this.#isEdge(request);
    if (!isEdge && !this.#mayAnyoneAsk(target, found !== undefined))
      reply(textReply(method, 401, 'Only edges may read from here.'));
    else if (method !== 'GET' && method !== 'HEAD') {
      reply(
        method === 'OPTIONS'
          ? preflight
          : textReply(method, 405, 'Only GET, HEAD and OPTIONS are supported.', {
              allow: 'GET, HEAD, OPTIONS',
            }),
      );
    } else if (found) {
      const askedMs = this.#options.clock.nowMs();
      const refusal = isEdge ? undefined : this.#options.playback?.refusal(found.key, token, request.address);
      if (this.#isDenied(found)) this.#refuse(method, reply);
      else if (refusal) this.#demandToken(method, refusal, reply);
      else this.#look(found, request, token, isEdge, askedMs, reply);
    } else {
      reply(this.#pages.answer(request, target));
    }
  }

  #look(
    found: CacheKey,
    request: EdgeRequest,
    token: string,
    isEdge: boolean,
    askedMs: number,
    reply: Reply,
  ): void {
    const { cache, playback } = this.#options;
    const { method, client = '', address } = request;
    const { key, unlessEnded = false } = this.#keyToAsk(found, client, askedMs);
    let isHit = true;
    const use = (served: Served) => {
      // The stream may have been taken down while we were asking the next tier, or the link revoked.
      const refusal = isHit || isEdge ? undefined : playback?.refusal(key.key, token, address);
      if (this.#isDenied(key)) this.#refuse(method, reply);
      else if (refusal) this.#demandToken(method, refusal, reply);
      else if (unlessEnded && isGrowing(served))
        reply(textReply(method, 400, 'Too far in the future.', { 'cache-control': 'public, max-age=1' }));
      else {
        if (statusOf(served) === 200) this.#options.audience?.viewers.see(request, key);
        this.#give(request, served, askedMs, reply);
      }
    };
    cache.get(key, use, client);
    isHit = false;
  }

  /**
   * The key to ask the cache for. `unlessEnded`: there can't be such a playlist yet, unless it has ended; then the directives mean nothing
   * (rfc8216bis 6.2.5.2). The playlist as it is tells.
   */
  #keyToAsk(found: CacheKey, client: string, nowMs: number): { key: CacheKey; unlessEnded?: boolean } {
    const { cache } = this.#options;
    const judged = cache.positions.judge(found.key, nowMs);
    if (judged === 'future')
      return { key: { ...found, key: found.key.split('?', 1)[0]! }, unlessEnded: true };
    if (judged !== undefined && !cache.isFresh(found.key) && cache.isFresh(judged.newer))
      return { key: { ...found, key: judged.newer } };
    // Other tiers ask for what their clients may ask for.
    return { key: cache.limitsClients ? this.#variants.limited(found, client, nowMs) : found };
  }

  /** An edge asks, which has checked its client. */
  #isEdge({ headers }: EdgeRequest): boolean {
    const { clientToken } = this.#options;
    const { authorization } = headers;
    return (
      clientToken !== undefined && typeof authorization === 'string' && isBearer(authorization, clientToken)
    );
  }

  #mayAnyoneAsk(target: string, isObject: boolean): boolean {
    const { clientToken, playback } = this.#options;
    return clientToken === undefined || target === '/healthz' || (isObject && playback !== undefined);
  }

  #isDenied({ key }: CacheKey): boolean {
    if (this.#denied.size === 0) return false;
    return this.#denied.has(deniedPathOf(key) ?? '') || this.#denied.has(deniedRecordingOf(key) ?? '');
  }

  #refuse(method: string, reply: Reply): void {
    this.#denials++;
    reply(method === 'HEAD' ? deniedHead : { ...deniedHead, body: bodyOf(deniedBody) });
  }

  #demandToken(method: string, { head, body }: PlaybackRefusal, reply: Reply): void {
    this.#playbackRefusals++;
    reply(method === 'HEAD' ? head : { ...head, body: bodyOf(body) });
  }

  #give(request: EdgeRequest, served: Served, askedMs: number, reply: Reply): void {
    if (served === 'shed') {
      reply(textReply(request.method, 503, 'Overloaded; try again.', { 'retry-after': '1' }));
      return;
    }
    if (served === 'refused') {
      const text = 'Too many requests for objects that do not exist; try again.';
      reply(textReply(request.method, 429, text, { 'retry-after': '1' }));
      return;
    }
    if (served.state === 'uncached') {
      reply(this.#passed(request, served, askedMs));
      return;
    }
    const { object, state } = served;
    const reading = new ObjectReading(request.client ?? '', askedMs);
    const release = this.#hold(object, reading);
    const give = (body: SharedBody, encoding: Representation['encoding']) => {
      const waitedMs = state === 'hit' ? 0 : this.#options.clock.nowMs() - askedMs;
      const head = this.#head(request, object, body, encoding, state, waitedMs);
      if (!head.window) release();
      const reader = head.window && new SharedBodyReader(body, head.window, release, reading);
      reply(reader ? { ...head, body: reader } : head);
    };
    if (!object.rule.compress || object.facts.status !== 200) {
      give(object.body, 'only-plain');
    } else if (!acceptsGzip(request.headers['accept-encoding']) || request.headers.range !== undefined) {
      give(object.body, 'plain');
    } else if (object.gzipped) {
      give(object.gzipped, 'gzip');
    } else {
      this.#compress(object).then(
        (gzipped) => (gzipped ? give(gzipped, 'gzip') : give(object.body, 'plain')),
        () => give(object.body, 'plain'),
      );
    }
  }

  /** Counts a reader of the object; call the result once to release it. */
  #hold(object: CachedObject, reading: ObjectReading): () => void {
    object.readings.add(reading);
    return () => {
      object.readings.delete(reading);
      this.#options.cache.memory.release(object);
    };
  }

  /** The response to a client that is passed on what the next tier answers. */
  #passed(request: EdgeRequest, { passed, begin }: Passed, askedMs: number): EdgeResponse {
    const { tier, clock } = this.#options;
    const { facts, times, sizeBytes, answer } = passed;
    const nowMs = clock.nowMs();
    const head = describeResponse(request.method, request.headers, {
      ...facts,
      sizeBytes,
      ageMs: times.ageMs + nowMs - times.atMs,
      lifetimeMs: times.lifetimeMs,
      encoding: 'only-plain',
      state: 'uncached',
      tier,
      waitedMs: nowMs - askedMs,
    });
    if (!head.window) {
      answer.discard();
      return head;
    }
    const reading = new ObjectReading(request.client ?? '', askedMs);
    return { ...head, body: new PassedBody(answer.body, head.window, reading, begin(reading)) };
  }

  #head(
    request: EdgeRequest,
    object: CachedObject,
    body: SharedBody,
    encoding: Representation['encoding'],
    state: CacheState,
    waitedMs: number,
  ) {
    const { tier, clock } = this.#options;
    const { facts, lifetimeMs } = object;
    const ageMs = object.ageMs(clock.nowMs());
    const { sizeBytes } = body;
    return describeResponse(request.method, request.headers, {
      ...facts,
      sizeBytes,
      ageMs,
      lifetimeMs,
      encoding,
      state,
      tier,
      waitedMs,
    });
  }

  /** The gzip form, made once per version, however many clients request it meanwhile. */
  #compress(object: CachedObject): Promise<SharedBody | undefined> {
    object.gzip ??= (async () => {
      const plain = object.body.view(0, object.body.filledBytes);
      const bytes = await this.#options.gzip(plain);
      if (bytes.length >= plain.length) return undefined;
      object.gzipped = SharedBody.of(bytes);
      this.#options.cache.memory.recount(object);
      return object.gzipped;
    })();
    return object.gzip;
  }
}

/** The status that the object was fetched with; undefined if there is none. */
function statusOf(served: Served): number | undefined {
  if (typeof served === 'string') return undefined;
  return served.state === 'uncached' ? served.passed.facts.status : served.object.facts.status;
}

/** A playlist that something will be appended to. */
const isGrowing = (served: Served): boolean =>
  typeof served === 'object' &&
  served.state !== 'uncached' &&
  served.object.facts.status === 200 &&
  !served.object.hasLine('#EXT-X-ENDLIST');
