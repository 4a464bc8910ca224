import { describe, expect, test } from '@jest/globals';
import {
  attachedTo,
  type Routing,
  withLiveOrigin,
} from '../../../../lib/edge/live-origins/policy/attachment.ts';
import { liveOriginText, readLiveOrigin } from '../../../../lib/edge/live-origins/policy/live-origin.ts';
import { liveOriginWork } from '../../../../lib/edge/live-origins/policy/resource-properties.ts';
import { failoverStatuses } from '../../../../lib/edge/policy/upstream/failover.ts';
import { heldTiming } from '../../../../lib/edge/policy/upstream/held.ts';

const live = { vpcOriginId: 'vo_1', domainName: 'live.elb.eu-central-1.amazonaws.com' };

/** As CloudFront returns it: with fields that nobody here knows. */
const deployed = (): Routing & { Comment: string } => ({
  Comment: 'media',
  Origins: {
    Quantity: 3,
    Items: [
      { Id: 'page', DomainName: 'page.s3' },
      { Id: 'eu-central-1', DomainName: 'eu.s3', OriginPath: '/kept' },
      { Id: 'us-east-1', DomainName: 'us.s3', OriginPath: '/kept' },
    ],
  },
  OriginGroups: { Quantity: 0 },
  CacheBehaviors: {
    Quantity: 4,
    Items: [
      { PathPattern: '/eu-central-1/*.m4s', TargetOriginId: 'eu-central-1' },
      { PathPattern: '/eu-central-1/*playlist.m3u8', TargetOriginId: 'eu-central-1' },
      { PathPattern: '/us-east-1/*.m4s', TargetOriginId: 'us-east-1' },
      { PathPattern: '/time', TargetOriginId: 'page' },
    ],
  },
});
const targets = ({ CacheBehaviors }: Routing) =>
  CacheBehaviors?.Items?.map(({ TargetOriginId }) => TargetOriginId);
const attached = withLiveOrigin(deployed(), 'eu-central-1', live);

describe('a distribution with a live origin', () => {
  test('asks it first for all media of its region, and the bucket on exactly the statuses of the shield', () => {
    expect(targets(attached)).toEqual(['media-eu-central-1', 'media-eu-central-1', 'us-east-1', 'page']);
    expect(attached.OriginGroups).toEqual({
      Quantity: 1,
      Items: [
        {
          Id: 'media-eu-central-1',
          FailoverCriteria: { StatusCodes: { Quantity: 4, Items: [...failoverStatuses] } },
          Members: { Quantity: 2, Items: [{ OriginId: 'live-eu-central-1' }, { OriginId: 'eu-central-1' }] },
        },
      ],
    });
  });

  test('reaches it through its VPC origin, behind the same shield as the bucket', () => {
    expect(attached.Origins?.Quantity).toBe(4);
    expect(attached.Origins?.Items?.at(-1)).toMatchObject({
      Id: 'live-eu-central-1',
      DomainName: live.domainName,
      VpcOriginConfig: { VpcOriginId: 'vo_1' },
      OriginShield: { Enabled: true, OriginShieldRegion: 'eu-central-1' },
    });
  });

  test('gives it up within a second if it can’t connect, and waits longer than a request is held', () => {
    const origin = attached.Origins?.Items?.at(-1);
    expect(Number(origin?.ConnectionAttempts) * Number(origin?.ConnectionTimeout)).toBe(1);
    expect(origin?.VpcOriginConfig?.OriginReadTimeout).toBeGreaterThan(heldTiming.liveOriginMs / 1_000);
  });

  test('is otherwise as it was, in every field', () => {
    expect(attached).toMatchObject({ Comment: 'media' });
    expect(attached.Origins?.Items?.slice(0, 3)).toEqual(deployed().Origins?.Items);
  });

  test('may have one in several regions', () => {
    const both = withLiveOrigin(attached, 'us-east-1', { ...live, vpcOriginId: 'vo_2' });
    expect(targets(both)).toEqual(['media-eu-central-1', 'media-eu-central-1', 'media-us-east-1', 'page']);
    expect([attachedTo(both, 'eu-central-1'), attachedTo(both, 'us-east-1')]).toEqual(['vo_1', 'vo_2']);
  });

  test('does not change if it is attached again, whatever CloudFront adds to it and however it orders it', () => {
    expect(withLiveOrigin(attached, 'eu-central-1', live)).toBe(attached);
    const [bucket, other, page, origin] = attached.Origins!.Items!;
    const returned: Routing = {
      ...attached,
      Origins: {
        Quantity: 4,
        Items: [{ ...origin!, ...{ OriginAccessControlId: '' } }, page!, other!, bucket!],
      },
      OriginGroups: {
        Quantity: 1,
        Items: attached.OriginGroups!.Items!.map((group) => ({
          ...group,
          FailoverCriteria: { StatusCodes: { Quantity: 4, Items: [...failoverStatuses].reverse() } },
        })),
      },
    };
    expect(withLiveOrigin(returned, 'eu-central-1', live)).toBe(returned);
  });

  test.each([
    ['its balancer', { ...live, domainName: 'another.elb' }, attached],
    [
      'who is asked first',
      live,
      {
        ...attached,
        OriginGroups: {
          Quantity: 1,
          Items: attached.OriginGroups!.Items!.map((group) => ({
            ...group,
            Members: { Quantity: 2, Items: group.Members!.Items!.toReversed() },
          })),
        },
      },
    ],
    ['a behaviour', live, { ...attached, CacheBehaviors: deployed().CacheBehaviors }],
  ])('is put right if %s differs', (_, wanted, found) => {
    const edited = withLiveOrigin(found, 'eu-central-1', wanted);
    expect(edited).not.toBe(found);
    expect(edited).toEqual(withLiveOrigin(deployed(), 'eu-central-1', wanted));
  });

  test('stays as it is while it has no bucket of the region: a group needs both', () => {
    const config = deployed();
    expect(withLiveOrigin(config, 'sa-east-1', live)).toBe(config);
  });

  test('asks another one in its place', () => {
    const next = withLiveOrigin(attached, 'eu-central-1', { ...live, vpcOriginId: 'vo_9' });
    expect(next.Origins?.Quantity).toBe(4);
    expect(attachedTo(next, 'eu-central-1')).toBe('vo_9');
  });

  test('is as it was before, once it is detached', () => {
    expect(withLiveOrigin(attached, 'eu-central-1', undefined)).toEqual(deployed());
    const config = deployed();
    expect(withLiveOrigin(config, 'eu-central-1', undefined)).toBe(config);
  });
});

test('a live origin is kept as a line of text', () => {
  expect(readLiveOrigin(liveOriginText(live))).toEqual(live);
  expect(readLiveOrigin('')).toBeUndefined();
});

describe('a custom resource', () => {
  const region = 'eu-central-1';
  const attach = { step: 'attach', region, ...live };

  test('attaches when it is created and with each deploy, and detaches when it is deleted', () => {
    for (const request of ['Create', 'Update'] as const)
      expect(liveOriginWork(request, attach)).toEqual({ kind: 'attach', region, live });
    expect(liveOriginWork('Delete', attach)).toEqual({ kind: 'detach', region });
  });

  test('detaches before the VPC origin changes, and only then', () => {
    const release = { step: 'release', region, of: '[]' };
    expect(liveOriginWork('Update', release)).toEqual({ kind: 'detach', region });
    expect(liveOriginWork('Create', release)).toEqual({ kind: 'nothing' });
    expect(liveOriginWork('Delete', release)).toEqual({ kind: 'nothing' });
  });

  test('attaches all again after the edge was deployed', () => {
    const again = { step: 'reattach', regions: [region] };
    expect(liveOriginWork('Update', again)).toEqual({ kind: 'reattach', regions: [region] });
    expect(liveOriginWork('Delete', again)).toEqual({ kind: 'nothing' });
  });
});
