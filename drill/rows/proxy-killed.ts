import { streamEvent } from '../../testkit/platform/streams.ts';
import type { Drill } from '../model.ts';
import { frameRate } from '../rig/frame-numbers.ts';
import { finishBroadcast, goLive } from '../rig/live-stream.ts';
import { drawTimeline } from '../rig/log-timeline.ts';
import { startPlatform } from '../rig/platform.ts';
import { within } from '../rig/waiting.ts';
import { maxFrames, readAftermath, viewerMeasures } from '../viewing/ended-broadcast.ts';

const seconds = 18;

export const proxyKilled: Drill = {
  name: 'proxy-killed',
  fault: 'kill -9 of the publisher’s proxy; the broadcaster reconnects after 1 s',
  promise:
    'same worker, same broadcast, same URLs, segment numbering continues; no stall; at most one discontinuity; filler keeps the live edge moving',
  seconds: 50,

  async run(context) {
    await using rig = await startPlatform();
    const { platform } = rig;
    await using air = await goLive(platform, context, { seconds });
    const { before, stream } = air;

    context.mark('fault', `kill -9 of ${before.proxyId}`);
    process.kill(platform.pidOf(before.proxyId ?? ''), 'SIGKILL');
    await within(30_000, 'the broadcaster’s reconnect', streamEvent(platform, stream.id, 'stream.resumed'));
    const after = await air.now();
    await finishBroadcast(air);

    drawTimeline(platform, stream.id, context);
    const session = air.broadcaster.session;
    const aftermath = await readAftermath(air, context, new Map([[session, seconds * frameRate]]));
    const moved = platform.events.some(
      ({ event, stream: about }) => event === 'encoder.lease.lost' && about === stream.id,
    );
    return {
      measures: [
        {
          name: 'extra workers',
          value: after.workerId === before.workerId && !moved ? 0 : 1,
          unit: '',
          limit: 0,
        },
        { name: 'extra broadcasts', value: after.id === before.id ? 0 : 1, unit: '', limit: 0 },
        { name: 'broadcaster retries', value: session, unit: '', limit: 1 },
        {
          name: 'frames lost, excluding those in the dead proxy',
          value: maxFrames(aftermath, ({ lost }) => lost),
          unit: 'frames',
          limit: 0,
        },
        {
          name: 'frames duplicated',
          value: maxFrames(aftermath, ({ doubled }) => doubled),
          unit: 'frames',
          limit: 0,
        },
        {
          name: 'frames out of order',
          value: maxFrames(aftermath, ({ outOfOrder }) => outOfOrder),
          unit: 'frames',
          limit: 0,
        },
        { name: 'live edge stalled', value: aftermath.standstillMs / 1000, unit: 's', limit: 4 },
        ...viewerMeasures(aftermath, { discontinuities: 1 }),
      ],
    };
  },
};
