import { shieldRegionOf } from '../../policy/shield-region.ts';
import { failoverStatuses } from '../../policy/upstream/failover.ts';
import { heldTiming } from '../../policy/upstream/held.ts';
import type { LiveOrigin } from './live-origin.ts';

/** Lists as CloudFront's API has them. */
export interface Listed<Item> {
  Quantity: number | undefined;
  Items?: Item[] | undefined;
}

/** The parts of a distribution's configuration that decide where requests go, in the words of CloudFront's API. */
export interface Routing {
  Origins: Listed<Origin> | undefined;
  OriginGroups?: Listed<OriginGroup> | undefined;
  CacheBehaviors?: Listed<Behaviour> | undefined;
}

interface Origin {
  Id: string | undefined;
  DomainName: string | undefined;
  OriginPath?: string | undefined;
  CustomHeaders?: { Quantity: number | undefined } | undefined;
  VpcOriginConfig?:
    | {
        VpcOriginId: string | undefined;
        OriginReadTimeout?: number | undefined;
        OriginKeepaliveTimeout?: number | undefined;
      }
    | undefined;
  ConnectionAttempts?: number | undefined;
  ConnectionTimeout?: number | undefined;
  OriginShield?: { Enabled: boolean | undefined; OriginShieldRegion?: string | undefined } | undefined;
}

interface OriginGroup {
  Id: string | undefined;
  FailoverCriteria:
    | { StatusCodes: { Quantity: number | undefined; Items: number[] | undefined } | undefined }
    | undefined;
  Members:
    | { Quantity: number | undefined; Items: { OriginId: string | undefined }[] | undefined }
    | undefined;
}

interface Behaviour {
  PathPattern: string | undefined;
  TargetOriginId: string | undefined;
}

/** A live origin is in the same network as its balancer: what takes longer is broken, and the store answers instead. */
const connectSeconds = 1;
const connectAttempts = 1;
/** As patient as the local shield: a held request gets its 503 from the live origin before. Chunks of a segment come more often. */
const readSeconds = Math.ceil(heldTiming.shieldMs / 1_000);
/** Longer than any pause between the requests of a stream. */
const keepAliveSeconds = 60;

const originId = (region: string): string => `live-${region}`;
const groupId = (region: string): string => `media-${region}`;

/**
 * The routing with a region's live origin in front of its bucket, or without: the region's behaviours ask the live origin first and, for
 * the statuses of failover.ts, the bucket. Its origin has the region's name (lib/edge/infra/distribution.ts); without it the edge does not
 * know the region yet. Everything else stays as it is. Returns `config` itself if it is so already: CloudFront would distribute each
 * update, for minutes, and returns fields that nobody has set.
 */
export function withLiveOrigin<Config extends Routing>(
  config: Config,
  region: string,
  live: LiveOrigin | undefined,
): Config {
  if (live && !config.Origins?.Items?.some(({ Id }) => Id === region)) return config;
  if (isAsWanted(config, region, live)) return config;
  const [origin, group] = [originId(region), groupId(region)];
  const others = <Item extends { Id: string | undefined }>(
    list: Listed<Item> | undefined,
    id: string,
  ): Item[] => (list?.Items ?? []).filter(({ Id }) => Id !== id);
  const target = live ? group : region;
  return {
    ...config,
    Origins: listed([...others(config.Origins, origin), ...(live ? [originOf(region, live)] : [])]),
    OriginGroups: listed([...others(config.OriginGroups, group), ...(live ? [groupOf(region)] : [])]),
    CacheBehaviors: listed(
      (config.CacheBehaviors?.Items ?? []).map((behaviour) =>
        isOf(behaviour, region) ? { ...behaviour, TargetOriginId: target } : behaviour,
      ),
    ),
  };
}

function isAsWanted(config: Routing, region: string, live: LiveOrigin | undefined): boolean {
  const origin = config.Origins?.Items?.find(({ Id }) => Id === originId(region));
  const group = config.OriginGroups?.Items?.find(({ Id }) => Id === groupId(region));
  const facts = [origin && originFacts(origin), group && groupFacts(group)];
  const wanted = live ? [originFacts(originOf(region, live)), groupFacts(groupOf(region))] : [];
  const target = live ? groupId(region) : region;
  const behaviours = (config.CacheBehaviors?.Items ?? []).filter((behaviour) => isOf(behaviour, region));
  return (
    facts.filter((each) => each !== undefined).join() === wanted.join() &&
    behaviours.every(({ TargetOriginId }) => TargetOriginId === target)
  );
}

/** What we decide of an origin. */
const originFacts = (origin: Origin): string =>
  JSON.stringify([
    origin.DomainName,
    origin.VpcOriginConfig?.VpcOriginId,
    origin.VpcOriginConfig?.OriginReadTimeout,
    origin.VpcOriginConfig?.OriginKeepaliveTimeout,
    origin.ConnectionAttempts,
    origin.ConnectionTimeout,
    origin.OriginShield?.Enabled ?? false,
    origin.OriginShield?.OriginShieldRegion ?? '',
  ]);

/** The order of members says who is asked first, that of statuses nothing. */
const groupFacts = ({ FailoverCriteria, Members }: OriginGroup): string =>
  JSON.stringify([
    (FailoverCriteria?.StatusCodes?.Items ?? []).toSorted((a, b) => a - b),
    (Members?.Items ?? []).map(({ OriginId }) => OriginId),
  ]);

const isOf = ({ PathPattern }: Behaviour, region: string): boolean =>
  PathPattern?.startsWith(`/${region}/`) === true;

/** The live origin that a region's behaviours ask now. */
export const attachedTo = ({ Origins }: Routing, region: string): string | undefined =>
  Origins?.Items?.find(({ Id }) => Id === originId(region))?.VpcOriginConfig?.VpcOriginId;

/** An empty list has no items. */
const listed = <Item>(items: Item[]): Listed<Item> =>
  items.length === 0 ? { Quantity: 0 } : { Quantity: items.length, Items: items };

function originOf(region: string, { vpcOriginId, domainName }: LiveOrigin): Origin {
  const shield = shieldRegionOf(region);
  return {
    Id: originId(region),
    DomainName: domainName,
    OriginPath: '',
    CustomHeaders: { Quantity: 0 },
    VpcOriginConfig: {
      VpcOriginId: vpcOriginId,
      OriginReadTimeout: readSeconds,
      OriginKeepaliveTimeout: keepAliveSeconds,
    },
    ConnectionAttempts: connectAttempts,
    ConnectionTimeout: connectSeconds,
    OriginShield: shield === undefined ? { Enabled: false } : { Enabled: true, OriginShieldRegion: shield },
  };
}

const groupOf = (region: string): OriginGroup => ({
  Id: groupId(region),
  FailoverCriteria: { StatusCodes: { Quantity: failoverStatuses.length, Items: [...failoverStatuses] } },
  Members: { Quantity: 2, Items: [{ OriginId: originId(region) }, { OriginId: region }] },
});
