import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { FailoverUpstream } from '../../lib/edge/failover-upstream.ts';
import { failoverStatuses } from '../../lib/edge/policy/upstream/failover.ts';
import { ScriptedUpstream, settled } from './scripted-upstream.ts';

const playlist = '/local/s/b/v/playlist.m3u8';
const reload = `${playlist}?_HLS_msn=7&_HLS_part=2`;
const segment = '/local/s/b/v/1.m4s';

/** A shield's two upstreams. */
class Tiers {
  readonly liveOrigin = new ScriptedUpstream();
  readonly store = new ScriptedUpstream();
  readonly events: string[] = [];
  readonly upstream = new FailoverUpstream({
    liveOrigin: this.liveOrigin,
    store: this.store,
    clock: { nowMs: () => performance.now() },
    emit: (event) => this.events.push(event),
  });

  ask(target: string, held = false): { status?: number } {
    const result: { status?: number } = {};
    void this.upstream.get({ target, held }).then(({ status }) => {
      result.status = status;
    });
    return result;
  }

  /** What either was asked for, without probes. */
  get asked(): [string[], string[]] {
    const of = ({ calls }: ScriptedUpstream) =>
      calls.map(({ target }) => target).filter((target) => target !== '/healthz');
    return [of(this.liveOrigin), of(this.store)];
  }

  get probes(): number {
    return this.liveOrigin.calls.filter(({ target }) => target === '/healthz').length;
  }
}

let tiers: Tiers;
beforeEach(() => {
  jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick'] });
  tiers = new Tiers();
});
afterEach(() => {
  jest.useRealTimers();
});

const pass = (ms: number) => jest.advanceTimersByTimeAsync(ms);

describe('the live origin', () => {
  test.each([200, 304, 400, 404])('has the last word with %i', async (status) => {
    const asked = tiers.ask(reload, true);
    await tiers.liveOrigin.last.head(status);
    expect(asked.status).toBe(status);
    expect(tiers.asked).toEqual([[reload], []]);
  });

  test.each(failoverStatuses)('leaves it to the object store with %i', async (status) => {
    const asked = tiers.ask(segment, true);
    await tiers.liveOrigin.last.head(status);
    expect(tiers.liveOrigin.last.discarded).toBe(true);
    await tiers.store.last.head(200);
    expect(asked.status).toBe(200);
    expect(tiers.events).toEqual([]);
  });

  test('blocks; the store has one version of a playlist, whatever is asked for', async () => {
    tiers.ask(reload, true);
    await tiers.liveOrigin.last.head(503);
    expect(tiers.asked[1]).toEqual([playlist]);
  });

  test('has parts, the store has none', async () => {
    const asked = tiers.ask('/local/s/b/v/7.2-1-1.m4s', true);
    await tiers.liveOrigin.last.head(503);
    expect(asked.status).toBe(404);
    expect(tiers.asked[1]).toEqual([]);
  });

  test('is asked again at once if a kept connection was closed under the request', async () => {
    const asked = tiers.ask(segment, true);
    await tiers.liveOrigin.last.refuse('UPSTREAM_UNREACHABLE');
    await tiers.liveOrigin.last.head(200);
    expect(asked.status).toBe(200);
    expect(tiers.asked).toEqual([[segment, segment], []]);
  });
});

describe('a live origin that is not there', () => {
  async function die(): Promise<void> {
    tiers.ask(segment, true);
    await tiers.liveOrigin.last.refuse('UPSTREAM_UNREACHABLE');
    await tiers.liveOrigin.last.refuse('UPSTREAM_UNREACHABLE');
    await settled();
  }

  test('is left out, until a probe is answered', async () => {
    await die();
    expect(tiers.asked[1]).toEqual([segment]);
    const [before] = tiers.asked;
    for (let request = 0; request < 10; request++) {
      tiers.ask(playlist);
      tiers.ask(reload, true);
    }
    await pass(400);
    expect(tiers.asked[0]).toEqual(before);
    expect(tiers.asked[1]).toHaveLength(21);
    tiers.ask(playlist);
    expect(tiers.probes).toBe(1);
    await tiers.liveOrigin.last.refuse('UPSTREAM_UNREACHABLE');
    for (let request = 0; request < 10; request++) tiers.ask(playlist);
    expect(tiers.probes).toBe(1);
    await pass(1_000);
    tiers.ask(playlist);
    await tiers.liveOrigin.last.head(200);
    tiers.ask(reload, true);
    expect(tiers.asked[0]).toEqual([...before, reload]);
    expect(tiers.events).toEqual(['edge.live-origin.lost', 'edge.live-origin.back']);
  });
});

describe('a live origin that hangs', () => {
  test('costs each request that is on its way its limit, and the following ones nothing', async () => {
    const blocked = tiers.ask(reload, true);
    tiers.ask(playlist);
    await tiers.liveOrigin.last.refuse('UPSTREAM_TIMEOUT');
    expect(tiers.asked[1]).toEqual([playlist]);
    tiers.ask(playlist);
    expect(tiers.asked[0]).toEqual([reload, playlist]);
    expect(tiers.asked[1]).toHaveLength(2);
    // It may have been one slow answer: what is held goes on, and is still sent.
    tiers.ask(`${playlist}?_HLS_msn=8`, true);
    expect(tiers.asked[0]).toHaveLength(3);
    expect(tiers.liveOrigin.calls.filter(({ aborted }) => aborted)).toEqual([]);
    const probe = tiers.liveOrigin.calls.find(({ target }) => target === '/healthz');
    await probe?.refuse('UPSTREAM_TIMEOUT');
    await settled();
    expect(tiers.liveOrigin.calls.filter(({ aborted }) => aborted)).toHaveLength(2);
    await tiers.store.calls.at(-2)?.head(200);
    await settled();
    expect(blocked.status).toBe(200);
  });

  test('is found out by those that it holds', async () => {
    tiers.ask(reload, true);
    await pass(1_500);
    expect(tiers.probes).toBe(1);
  });

  test('is back with any answer', async () => {
    tiers.ask(reload, true);
    tiers.ask(playlist);
    await tiers.liveOrigin.last.refuse('UPSTREAM_TIMEOUT');
    await tiers.liveOrigin.calls[0]?.head(200);
    tiers.ask(segment);
    expect(tiers.asked[0]).toEqual([reload, playlist, segment]);
    expect(tiers.events).toEqual([]);
  });
});
