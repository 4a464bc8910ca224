import { describe, expect, test } from '@jest/globals';
import { LiveOrigins } from '../../../lib/edge/live-origins/keep-live-origins.ts';
import {
  attachedTo,
  type Routing,
  withLiveOrigin,
} from '../../../lib/edge/live-origins/policy/attachment.ts';
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
function edge({ polls = 0, gone = false, onPause = (_paused: number): void => {} } = {}) {
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
        if (!routing) return false;
        const before = routing;
        const edited = await edit(before);
        // As by its ETag: whoever was overtaken reads again.
        if (routing !== before) return this.edit(edit);
        if (edited === before) return false;
        routing = edited;
        left = polls;
        return true;
      },
      isDeployed: async () => left-- <= 0,
    },
    pause: async () => onPause(++paused),
  });
  return {
    origins,
    store,
    /** Somebody else writes the distribution. */
    write(edit: (routing: Routing) => Routing) {
      if (routing) routing = edit(routing);
    },
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
    // It looks once more than CloudFront is asked in vain.
    expect(at.paused()).toBe(4);
    await at.origins.reattach(['eu-central-1']);
    expect(at.attached()).toBeUndefined();
  });

  test('is taken out again if somebody who had read the store before puts it back', async () => {
    const at = edge({
      onPause: (paused) => {
        if (paused === 1) at.write((routing) => withLiveOrigin(routing, 'eu-central-1', live));
      },
    });
    await at.origins.attach('eu-central-1', live);
    await at.origins.detach('eu-central-1');
    expect(at.attached()).toBeUndefined();
  });

  test('is not put back by somebody who was about to when it went', async () => {
    const at = edge();
    await at.origins.attach('eu-central-1', live);
    at.updateByTemplate();
    let isFirst = true;
    const read = at.store.get.bind(at.store);
    at.store.get = (region) => {
      const found = read(region);
      if (isFirst) {
        isFirst = false;
        at.store.delete(region);
        at.write((routing) => ({ ...routing }));
      }
      return found;
    };
    await at.origins.reattach(['eu-central-1']);
    expect(at.attached()).toBeUndefined();
  });

  test('is back as soon as an update of the distribution has taken it out, although that still goes on', async () => {
    const at = edge({
      polls: 1000,
      onPause: (paused) => {
        if (paused === 3) at.updateByTemplate();
      },
    });
    await at.origins.attach('eu-central-1', live);
    await at.origins.watch(['us-east-1', 'eu-central-1']);
    expect(at.attached()).toBe('vo_1');
    expect(at.paused()).toBe(3);
  });

  test('is not waited for without end if no update comes', async () => {
    const at = edge();
    await at.origins.attach('eu-central-1', live);
    await at.origins.watch(['eu-central-1']);
    expect(at.paused()).toBe(90);
  });

  test('that takes another’s place waits until no edge asks that one', async () => {
    const at = edge({ polls: 2 });
    await at.origins.attach('eu-central-1', live);
    await at.origins.attach('eu-central-1', { ...live, vpcOriginId: 'vo_2' });
    expect(at.attached()).toBe('vo_2');
    expect(at.paused()).toBe(3);
  });

  test('is detached although the edge went first', async () => {
    const at = edge({ gone: true });
    await expect(at.origins.detach('eu-central-1')).resolves.toBeUndefined();
  });

  test('fails in words if CloudFront takes longer than a function may run', async () => {
    const at = edge({ polls: 1000 });
    await at.origins.attach('eu-central-1', live);
    await expect(at.origins.detach('eu-central-1')).rejects.toMatchObject({ code: 'DISTRIBUTION_BUSY' });
  });
});
