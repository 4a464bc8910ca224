import type { Clock } from '../net/clock.ts';
import { SharedBody } from '../net/shared-body.ts';
import { downloadPathPattern } from '../object-store/object-names.ts';
import { retry } from '../retry/retry.ts';
import { CachedObject, type ObjectFacts, type ObjectTimes } from './cached-object.ts';
import type { ObjectMemory } from './object-memory.ts';
import { deniedBody } from './policy/access/denial.ts';
import type { CacheKey } from './policy/cache-key.ts';
import { UpstreamError } from './policy/errors.ts';
import {
  ageOnArrivalMs,
  errorLifetimeMs,
  forbidsStoring,
  lifetimeMs,
  preciseMaxAgeHeader,
} from './policy/freshness.ts';
import { untilTierIsUp } from './policy/upstream/fill-retries.ts';
import { mayBeHeld } from './policy/upstream/held.ts';
import type { Upstream, UpstreamAnswer, UpstreamRequest } from './ports.ts';

export interface FillContext {
  readonly key: CacheKey;
  /** The cached version, which is no longer fresh. */
  readonly stored: CachedObject | undefined;
  readonly upstream: Upstream;
  readonly clock: Clock;
  readonly memory: ObjectMemory;
  readonly maxObjectBytes: number;
  /** 503 from the next tier means that the object is elsewhere, and is passed on. */
  readonly isLiveOrigin: boolean;
}

/** A response that isn't stored, because there is no room for it. Exactly one of `answer.body` and `answer.discard` must be used. */
export interface PassedObject {
  readonly facts: ObjectFacts;
  readonly times: ObjectTimes;
  readonly sizeBytes: number | undefined;
  readonly answer: UpstreamAnswer;
}

/** The result of a fill. `arrival` settles when all bytes of the object have arrived, or never will. */
export type FillAnswer =
  | {
      readonly state: 'miss' | 'revalidated';
      readonly object: CachedObject;
      readonly arrival?: Promise<void>;
    }
  | { readonly state: 'uncached'; readonly passed: PassedObject };

/** The object exceeds the size limit. */
export class TooLargeError extends Error {
  override readonly name = 'TooLargeError';
  readonly code = 'OBJECT_TOO_LARGE';
}

/** Statuses that mean the object does not exist; S3 answers 403 if listing is not permitted. */
const absent = new Set([403, 404, 410]);

/** Fetches an object from the next tier and stores it in memory as it arrives. Rejects if there is no usable response. */
export async function fillObject(context: FillContext): Promise<FillAnswer> {
  const { key, stored, clock } = context;
  const askedMs = clock.nowMs();
  const ifNoneMatch = stored?.facts.status === 200 ? stored.facts.etag : undefined;
  const hasUsableCopy = stored?.facts.status === 200 && stored.freshness(askedMs) !== 'expired';
  const held = mayBeHeld(key);
  const answer = await ask(context.upstream, { target: key.key, ifNoneMatch, held }, hasUsableCopy);
  const atMs = clock.nowMs();
  // What was held is made just now: the wait is no age.
  const ageMs = ageOnArrivalMs(answer.headers, held ? 0 : atMs - askedMs);
  const cacheControl = text(answer.headers['cache-control']);
  const times: ObjectTimes = { atMs, ageMs, lifetimeMs: lifetimeOf(key, answer) };
  if (answer.status === 304 && stored && ifNoneMatch !== undefined) {
    answer.discard();
    stored.revalidated(times);
    holdIfStale(stored, answer, atMs);
    // It may have been evicted while we were asking.
    if (stored.dropped && context.memory.makeRoom(stored.costBytes)) context.memory.add(stored);
    return { state: 'revalidated', object: stored };
  }
  if (answer.status === 410 && forbidsStoring(cacheControl)) {
    answer.discard();
    // The next tier denies it although we don't: not yet, or no longer. Whoever waited for it need not ask again to know.
    return addError(context, 410, { ...times, lifetimeMs: 0 });
  }
  if (absent.has(answer.status)) {
    answer.discard();
    return addError(context, 404, { ...times, lifetimeMs: errorLifetimeMs(key.rule, cacheControl) });
  }
  if (answer.status === 400) {
    answer.discard();
    return addError(context, 400, { ...times, lifetimeMs: errorLifetimeMs(key.rule, cacheControl) });
  }
  if (answer.status === 503 && context.isLiveOrigin) {
    answer.discard();
    return addError(context, 503, { ...times, lifetimeMs: elsewhereMs });
  }
  if (answer.status !== 200) {
    answer.discard();
    throw new UpstreamError('UPSTREAM_BROKEN', `The next tier answered ${answer.status}`, { ageMs });
  }
  return addObject(context, answer, times);
}

/**
 * Sends the request; a GET that got no response at all is retried. An error response isn't: the next tier has already retried its
 * own hop.
 */
async function ask(
  upstream: Upstream,
  request: UpstreamRequest,
  hasUsableCopy: boolean,
): Promise<UpstreamAnswer> {
  const get = () => upstream.get(request);
  try {
    return await get();
  } catch (fault) {
    if (!isUnreachable(fault)) throw fault;
    // A keep-alive connection may have been closed under the request, so the first retry is immediate. If there is an older copy
    // that may be served, it is the only retry.
    return hasUsableCopy ? get() : retry(get, untilTierIsUp, { again: isUnreachable });
  }
}

const isUnreachable = (fault: unknown): boolean =>
  fault instanceof UpstreamError && fault.code === 'UPSTREAM_UNREACHABLE';

/** What is elsewhere now may be here in a moment: a broadcast begins, or is taken over. */
const elsewhereMs = 250;

const errorTexts = {
  400: 'Too far in the future, or a part of no segment (_HLS_part without _HLS_msn).',
  404: 'Object not found.',
  410: deniedBody,
  503: 'Not here; the object store may have it.',
} as const;

function addError(
  { key, memory }: FillContext,
  status: keyof typeof errorTexts,
  times: ObjectTimes,
): FillAnswer {
  const facts: ObjectFacts = {
    status,
    contentType: status === 410 ? 'application/problem+json' : 'text/plain; charset=utf-8',
    cacheControl:
      status === 503 || status === 410 ? 'no-store' : `public, max-age=${key.rule.errorTtlSeconds}`,
  };
  const body = SharedBody.of(Buffer.from(errorTexts[status]));
  const object = new CachedObject(key.key, key.rule, facts, body, times);
  if (memory.makeRoom(object.costBytes)) memory.add(object);
  return { state: 'miss', object };
}

function addObject(context: FillContext, answer: UpstreamAnswer, times: ObjectTimes): FillAnswer {
  const { key, memory, maxObjectBytes } = context;
  const declared = declaredSize(answer);
  const isLarge = declared !== undefined && declared > maxObjectBytes;
  if (isLarge && downloadPathPattern.test(key.key)) {
    return { state: 'uncached', passed: { facts: factsOf(answer, key), times, sizeBytes: declared, answer } };
  }
  if (isLarge) {
    answer.discard();
    throw new TooLargeError(`${key.key} has ${declared} bytes`);
  }
  const facts = factsOf(answer, key);
  // Room first: a buffer of this size must not be allocated beyond the budget.
  if (!memory.makeRoom(CachedObject.costBytesOf(key.key, SharedBody.capacityFor(declared)))) {
    return { state: 'uncached', passed: { facts, times, sizeBytes: declared, answer } };
  }
  const object = new CachedObject(key.key, key.rule, facts, new SharedBody(declared), times);
  holdIfStale(object, answer, times.atMs);
  // A playlist replaces the older one only once it is complete (see EdgeCache); until then it only counts towards memory.
  if (key.rule.compress) memory.recount(object);
  else memory.add(object);
  return { state: 'miss', object, arrival: receive(context, object, answer) };
}

const factsOf = ({ headers }: UpstreamAnswer, { rule }: CacheKey): ObjectFacts => ({
  status: 200,
  contentType: text(headers['content-type']) ?? rule.contentType,
  cacheControl: text(headers['cache-control']) ?? rule.cacheControl,
  etag: text(headers.etag),
  contentDisposition: text(headers['content-disposition']),
});

/** Asks for an object once more, to pass it on without storing it. Rejects if there is no usable response. */
export async function passObject(key: CacheKey, upstream: Upstream, clock: Clock): Promise<PassedObject> {
  const askedMs = clock.nowMs();
  const held = mayBeHeld(key);
  const answer = await upstream.get({ target: key.key, held });
  const atMs = clock.nowMs();
  const ageMs = ageOnArrivalMs(answer.headers, held ? 0 : atMs - askedMs);
  if (answer.status !== 200) {
    answer.discard();
    throw new UpstreamError('UPSTREAM_BROKEN', `The next tier answered ${answer.status}`, { ageMs });
  }
  const times = { atMs, ageMs, lifetimeMs: lifetimeOf(key, answer) };
  return { facts: factsOf(answer, key), times, sizeBytes: declaredSize(answer), answer };
}

/** Receives the bytes. If they are truncated or too many, fails the body, removes it from the cache, and rejects. */
async function receive(context: FillContext, object: CachedObject, answer: UpstreamAnswer): Promise<void> {
  const { memory, maxObjectBytes } = context;
  const { body } = object;
  try {
    for await (const chunk of answer.body) {
      const total = body.filledBytes + chunk.length;
      if (total > (body.declaredBytes ?? maxObjectBytes)) {
        throw new TooLargeError(`${object.key} is larger than ${body.declaredBytes ?? maxObjectBytes} bytes`);
      }
      const growth = body.growthFor(chunk.length);
      if (growth > 0 && !memory.makeRoom(growth))
        throw new TooLargeError(`Not enough cache memory for ${object.key}`);
      body.append(chunk);
      if (growth > 0) memory.recount(object);
    }
    if (body.declaredBytes !== undefined && body.filledBytes < body.declaredBytes) {
      throw new UpstreamError(
        'UPSTREAM_BROKEN',
        `${object.key} was truncated after ${body.filledBytes} bytes`,
      );
    }
    body.complete();
    memory.recount(object);
    if (object.rule.compress) memory.add(object);
    memory.release(object);
  } catch (fault) {
    body.fail();
    memory.drop(object);
    throw fault;
  }
}

/** The next tier serves it stale because the tier behind it is failing: asking again at every request would not help. */
function holdIfStale(object: CachedObject, answer: UpstreamAnswer, nowMs: number): void {
  if (answer.headers['x-cache'] === 'stale') object.holdUntilMs = nowMs + staleHoldMs;
}

/** Short compared to the second that the next tier holds, so that recovery takes little longer through two tiers. */
const staleHoldMs = 250;

const lifetimeOf = ({ rule }: CacheKey, { headers }: UpstreamAnswer): number =>
  lifetimeMs(rule, text(headers['cache-control']), headers[preciseMaxAgeHeader]);

function declaredSize(answer: UpstreamAnswer): number | undefined {
  const value = text(answer.headers['content-length']);
  return value !== undefined && /^\d{1,12}$/.test(value) ? Number(value) : undefined;
}

const text = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;
