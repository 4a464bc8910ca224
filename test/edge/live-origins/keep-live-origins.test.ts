import { describe, expect, test } from '@jest/globals';
import { LiveOrigins } from '../../../lib/edge/live-origins/keep-live-origins.ts';
import { attachedTo, type Routing } from '../../../lib/edge/live-origins/policy/attachment.ts';
import type { LiveOrigin } from '../../../lib/edge/live-origins/policy/live-origin.ts';

const live: LiveOrigin = { vpcOriginId: 'vo_1', domainName: 'live.example' };
const byTemplate = (): Routing => ({
  Origins: { Quantity: 1, Items: [{ Id: 'eu-central-1', DomainName: 'eu.s3' }] },
  OriginGroups: { Quantity: 0 },
  CacheBehaviors: {
    Quantity: 1,
    Items: [{ PathPattern: '/eu-central-1/*.m4s', TargetOriginId: 'eu-central-1' }],
  },
});

/** An edge whose distribution takes `polls` questions until it is everywhere. */
function edge({ polls = 0, gone = false } = {}) {
  const store = new Map<string, LiveOrigin>();
  let routing: Routing | undefined = gone ? undefined : byTemplate();
  let left = 0;
  let paused = 0;
  const origins = new LiveOrigins({
    store: {
      read: async (region) => store.get(region),
      write: async (region, entry) => void (entry ? store.set(region, entry) : store.delete(region)),
    },
    distribution: {
      routing: async () => routing,
      async edit(edit) {
        if (!routing) return;
        routing = edit(routing);
        left = polls;
      },
      isDeployed: async () => left-- <= 0,
    },
    pause: async () => void paused++,
  });
  return {
    origins,
    store,
    attached: () => routing && attachedTo(routing, 'eu-central-1'),
    /** What CloudFormation does when something in the template changes. */
    updateByTemplate() {
      routing = byTemplate();
    },
    paused: () => paused,
  };
}

describe('a region’s live origin', () => {
  test('is asked from its first deploy on, which does not wait for the edges', async () => {
    const at = edge({ polls: 30 });
    await at.origins.attach('eu-central-1', live);
    expect(at.attached()).toBe('vo_1');
    expect(at.paused()).toBe(0);
  });

  test('is asked again after an update of the distribution has taken it out', async () => {
    const at = edge();
    await at.origins.attach('eu-central-1', live);
    at.updateByTemplate();
    expect(at.attached()).toBeUndefined();
    await at.origins.reattach(['us-east-1', 'eu-central-1']);
    expect(at.attached()).toBe('vo_1');
  });

  test('is forgotten, and no edge asks it any more, before its VPC origin is deleted', async () => {
    const at = edge({ polls: 3 });
    await at.origins.attach('eu-central-1', live);
    await at.origins.detach('eu-central-1');
    expect(at.attached()).toBeUndefined();
    expect(at.store.size).toBe(0);
    expect(at.paused()).toBe(3);
    await at.origins.reattach(['eu-central-1']);
    expect(at.attached()).toBeUndefined();
  });

  test('that takes another’s place waits until no edge asks that one', async () => {
    const at = edge({ polls: 2 });
    await at.origins.attach('eu-central-1', live);
    await at.origins.attach('eu-central-1', { ...live, vpcOriginId: 'vo_2' });
    expect(at.attached()).toBe('vo_2');
    expect(at.paused()).toBe(2);
  });

  test('is detached although the edge went first', async () => {
    const at = edge({ gone: true });
    await expect(at.origins.detach('eu-central-1')).resolves.toBeUndefined();
  });

  test('fails in words if CloudFront takes longer than a function may run', async () => {
    const at = edge({ polls: 1000 });
    await expect(at.origins.detach('eu-central-1')).rejects.toMatchObject({ code: 'DISTRIBUTION_BUSY' });
  });
});
