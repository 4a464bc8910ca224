import { exposedHeaders } from '../../edge/policy/cors.ts';
import { type DeliveryRule, deliveryRuleFor } from '../../edge/policy/delivery.ts';
import { playerBufferMs, segmentMs } from '../../packaging/segment-grid.ts';
import { type Check, seconds } from './check.ts';

/** What the edge answered to a player's request for media, without the body. */
export interface Delivered {
  readonly path: string;
  readonly status: number;
  /** By name in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /** The edge had delivered the same path before. */
  readonly repeated: boolean;
}

/** The answers that aren't segments: a preflight, and a range of a segment. */
export interface SpecialAnswers {
  readonly preflight?: Omit<Delivered, 'repeated'>;
  readonly range?: Omit<Delivered, 'repeated'> & { readonly bytes: number };
}
export const rangeBytes = 100;

/** Whether players and pages of other sites may use what the edge answers, and caches keep it as long as they should. */
export function judgeHeaders(delivered: readonly Delivered[], { preflight, range }: SpecialAnswers): Check {
  const good = delivered.filter(({ status }) => status === 200);
  const faults = new Map<string, number>();
  for (const { path, headers } of good)
    for (const fault of wrongHeaders(deliveryRuleFor(path), headers))
      faults.set(fault, (faults.get(fault) ?? 0) + 1);
  return {
    name: 'headers',
    faults: [
      ...[...faults].map(([fault, times]) => `${fault}, ${times} times`),
      ...preflightFaults(preflight),
      ...rangeFaults(range),
    ],
    figures: { responses: good.length },
  };
}

function wrongHeaders(rule: DeliveryRule | undefined, headers: Readonly<Record<string, string>>): string[] {
  if (!rule) return ['a path that no rule of delivery knows'];
  const { kind, contentType, cacheControl } = rule;
  const exposed = (headers['access-control-expose-headers'] ?? '').toLowerCase().split(/, */);
  const hidden = exposedHeaders.filter((name) => !exposed.includes(name.toLowerCase()));
  const wrong = (name: string, right: string): string[] =>
    headers[name] === right ? [] : [`${kind}: ${name} is ${shown(headers[name])} (right: ${right})`];
  return [
    ...wrong('content-type', contentType),
    ...wrong('cache-control', cacheControl),
    ...wrong('access-control-allow-origin', '*'),
    ...wrong('timing-allow-origin', '*'),
    ...(hidden.length > 0 ? [`${kind}: access-control-expose-headers lacks ${hidden.join(', ')}`] : []),
  ];
}

function preflightFaults(preflight: SpecialAnswers['preflight']): string[] {
  if (!preflight) return ['no answer to a preflight'];
  const { status, headers } = preflight;
  const allowed = (headers['access-control-allow-headers'] ?? '').toLowerCase();
  const right =
    status >= 200 &&
    status < 300 &&
    headers['access-control-allow-origin'] === '*' &&
    ['range', 'cmcd-session'].every((name) => allowed.includes(name));
  return right
    ? []
    : [`a preflight got ${status}, allowed headers ${shown(headers['access-control-allow-headers'])}`];
}

function rangeFaults(range: SpecialAnswers['range']): string[] {
  if (!range) return ['no answer to a range request'];
  const { status, headers, bytes } = range;
  const wanted = `bytes 0-${rangeBytes - 1}/`;
  return status === 206 && bytes === rangeBytes && headers['content-range']?.startsWith(wanted)
    ? []
    : [
        `a range of ${rangeBytes} bytes got ${status} with ${bytes} bytes, ${shown(headers['content-range'])}`,
      ];
}

const shown = (value: string | undefined): string => (value === undefined ? 'missing' : `'${value}'`);

/** The share of repeated requests for immutable objects that must be hits: a CDN's location has several caches. */
const hitShare = 0.8;

/** Whether the edge answers from its cache what it has delivered before. */
export function judgeCache(delivered: readonly Delivered[]): Check {
  const states = delivered
    .filter(({ path, status, repeated }) => repeated && status === 200 && isImmutable(path))
    .map(({ headers }) => headers['x-cache']);
  const hits = states.filter((state) => state !== undefined && isHit(state)).length;
  const share = states.length === 0 ? 0 : hits / states.length;
  const unnamed = states.filter((state) => state === undefined).length;
  return {
    name: 'cache',
    faults: [
      ...(states.length === 0 ? ['no segment was requested twice'] : []),
      ...(unnamed > 0 ? [`${unnamed} of ${states.length} repeated requests got no X-Cache header`] : []),
      ...(states.length > 0 && share < hitShare
        ? [
            `${hits} of ${states.length} repeated requests for segments were cache hits (right: ${hitShare * 100}% at least)`,
          ]
        : []),
    ],
    figures: { repeats: states.length, hits, hitPercent: Math.round(share * 100) },
  };
}

const isImmutable = (path: string): boolean => (deliveryRuleFor(path)?.ttlSeconds.default ?? 0) > 60;

/** Ours: `hit`, `coalesced`, `revalidated`. CloudFront's: `Hit from cloudfront`, `RefreshHit from cloudfront`. */
const isHit = (state: string): boolean => /hit\b|^coalesced$|^revalidated$/i.test(state);

/** Each tier may keep a playlist for its whole TTL, and Age is in whole seconds. */
const ageSlackSeconds = 2;
/** A playlist changes every segment; a takeover by another worker may delay one. */
const standstillMs = playerBufferMs + segmentMs;

export interface FreshnessFound {
  readonly delivered: readonly Delivered[];
  /** The longest time in which a playlist or manifest didn't change while on air, by its path. */
  readonly standstills: readonly { readonly path: string; readonly forMs: number }[];
}

/** Whether playlists and manifests are as new as promised. */
export function judgeFreshness({ delivered, standstills }: FreshnessFound): Check {
  const lists = delivered.flatMap(({ path, status, headers }) => {
    const rule = status === 200 ? deliveryRuleFor(path) : undefined;
    return rule && !isImmutable(path)
      ? [{ path, rule, state: headers['x-cache'] ?? '', age: Number(headers.age ?? 0) }]
      : [];
  });
  const stale = lists.filter(({ state }) => /stale/i.test(state));
  const old = lists.filter(({ rule, age }) => age > rule.ttlSeconds.max + ageSlackSeconds);
  const oldest = Math.max(0, ...lists.map(({ age }) => age));
  const still = standstills.filter(({ forMs }) => forMs > standstillMs);
  return {
    name: 'freshness',
    faults: [
      ...(stale.length > 0
        ? [`${stale.length} of ${lists.length} playlists were stale, first: ${stale[0]?.path}`]
        : []),
      ...(old.length > 0
        ? [
            `${old.length} of ${lists.length} playlists were too old, up to ${oldest} s (right: ${old[0]!.rule.ttlSeconds.max + ageSlackSeconds} s at most)`,
          ]
        : []),
      ...still.map(
        ({ path, forMs }) =>
          `${path}: unchanged for ${seconds(forMs)} (right: ${seconds(standstillMs)} at most)`,
      ),
    ],
    figures: {
      playlists: lists.length,
      oldestSeconds: oldest,
      longestStandstillMs: Math.round(Math.max(0, ...standstills.map(({ forMs }) => forMs))),
    },
  };
}
