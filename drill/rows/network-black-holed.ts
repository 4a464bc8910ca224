import { setTimeout as sleep } from 'node:timers/promises';
import { playerBufferMs } from '../../lib/packaging/segment-grid.ts';
import type { Platform } from '../../testkit/platform/platform.ts';
import { streamEvent } from '../../testkit/platform/streams.ts';
import { FaultProxy } from '../faults/fault-proxy.ts';
import type { Drill } from '../model.ts';
import { finishBroadcast, goLive } from '../rig/live-stream.ts';
import { drawTimeline } from '../rig/log-timeline.ts';
import { startPlatform } from '../rig/platform.ts';
import { within } from '../rig/waiting.ts';
import { maxFrames, readAftermath, viewerMeasures } from '../viewing/ended-broadcast.ts';
import { decodePictures, judgeSlate } from '../viewing/slate.ts';

/** An encoder retries this long after it gave up its connection. */
const retryAfterMs = 1000;
const backForMs = 8000;
const slateDueMs = 5000;
/** 3 s waiting for delayed media, then a segment (5.3 s in the worst case with 2 s segments): less than a player has buffered. */
const maxStandstillSeconds = playerBufferMs / 1000;

/**
 * The broadcaster's network swallows everything for a while; then the broadcaster reconnects over another path, through
 * another proxy, with timestamps from zero, while its old connection still looks alive.
 */
export function networkBlackHoled({ awayMs }: { readonly awayMs: number }): Drill {
  return {
    name: 'network-black-holed',
    fault: `the broadcaster's network is black-holed for ${awayMs / 1000} s without FIN; it reconnects through another proxy with reset timestamps`,
    promise:
      'first retry accepted within 1 s; same broadcast; the live edge keeps moving with the last picture and silence, a slate after 5 s; no stall; at most one discontinuity each way',
    seconds: 28 + awayMs / 1000,

    async run(context) {
      await using rig = await startPlatform();
      const { platform } = rig;
      await using before = await FaultProxy.to(ingestOf(platform, 'ingest-1'));
      await using after = await FaultProxy.to(ingestOf(platform, 'ingest-2'));
      let network = before;
      await using air = await goLive(platform, context, {
        seconds: 600,
        ingest: () => `rtmp://${network.host}:${network.port}/live`,
      });

      context.mark('fault', 'network black-holed');
      const lostMs = context.now();
      before.strand();
      await sleep(awayMs - retryAfterMs);
      network = after;
      const accepted = after.nextResponseMs('NetStream.Publish.Start');
      process.kill(air.broadcaster.pid ?? 0, 'SIGKILL');
      const acceptedMs = await within(30_000, 'the broadcaster’s reconnect', accepted);
      context.span('network', 'black hole', lostMs, context.now() - acceptedMs, 'fault');
      await within(30_000, 'stream.resumed', streamEvent(platform, air.stream.id, 'stream.resumed'));
      const now = await air.now();
      await sleep(backForMs);
      await air.broadcaster.stop();
      await finishBroadcast(air);

      drawTimeline(platform, air.stream.id, context);
      const aftermath = await readAftermath(air, context);
      const lowest = aftermath.renditions.findLast(({ video }) => video);
      if (!lowest) throw new Error('The broadcast has no video rendition');
      const slate = judgeSlate(await decodePictures(lowest.media));
      const slateMs = lostMs + slate.afterMs;
      if (slate.forMs > 0) {
        context.span('picture shown', 'last picture', lostMs, slateMs);
        context.span('picture shown', 'slate', slateMs, slateMs + slate.forMs);
      }
      return {
        measures: [
          { name: 'first retry accepted', value: acceptedMs, unit: 'ms', limit: 1000 },
          { name: 'broadcaster retries', value: air.broadcaster.session, unit: '', limit: 1 },
          {
            name: 'extra broadcasts',
            value: now.id === air.before.id ? 0 : 1,
            unit: '',
            limit: 0,
          },
          {
            name: 'live edge stalled',
            value: aftermath.standstillMs / 1000,
            unit: 's',
            limit: maxStandstillSeconds,
          },
          {
            name: 'slate’s deviation from 5 s',
            value: Math.abs(slate.afterMs - slateDueMs) / 1000,
            unit: 's',
            limit: 0.5,
          },
          { name: 'broken pictures', value: slate.broken, unit: 'frames', limit: 0 },
          {
            name: 'frames lost after reaching a proxy',
            value: maxFrames(aftermath, ({ lost }) => lost),
            unit: 'frames',
            limit: 0,
          },
          {
            name: 'frames duplicated or out of order',
            value: maxFrames(aftermath, ({ doubled, outOfOrder }) => doubled + outOfOrder),
            unit: 'frames',
            limit: 0,
          },
          ...viewerMeasures(aftermath, { discontinuities: 2 }),
        ],
      };
    },
  };
}

function ingestOf({ ready }: Platform, name: string): { host: string; port: number } {
  const found = ready.processes.find((process) => process.name === name);
  if (!found) throw new Error(`${name} not found`);
  return { host: '127.0.0.1', port: found.port };
}
