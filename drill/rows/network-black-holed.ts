import { setTimeout as sleep } from 'node:timers/promises';
import { playerBufferMs } from '../../lib/packaging/grid.ts';
import type { Platform } from '../../testkit/platform/platform.ts';
import { streamEvent } from '../../testkit/platform/streams.ts';
import { FaultProxy } from '../faults/fault-proxy.ts';
import type { Drill } from '../model.ts';
import { goOnAir, signOff } from '../rig/live-stream.ts';
import { drawTimeline } from '../rig/log-timeline.ts';
import { startPlatform } from '../rig/platform.ts';
import { within } from '../rig/waiting.ts';
import { mostFrames, readAftermath, viewerMeasures } from '../viewing/ended-broadcast.ts';
import { judgeSlate, seePictures } from '../viewing/slate.ts';

/** An encoder's first retry is this much after it gave its connection up. */
const retryAfterMs = 1000;
const backForMs = 8000;
const slateDueMs = 5000;
/** 3 s are waited for held-up media, and then a segment has to come (5.3 s at worst with 2 s segments): less than a player has ahead. */
const mostStandstillSeconds = playerBufferMs / 1000;

/**
 * The broadcaster's network swallows everything for so long; then the broadcaster is back on another path, to another
 * proxy, with timestamps from zero, while its old connection still looks alive.
 */
export function networkBlackHoled({ awayMs }: { readonly awayMs: number }): Drill {
  return {
    name: 'network-black-holed',
    fault: `the broadcaster's network is black-holed for ${awayMs / 1000} s without FIN, and comes back through another proxy, timestamps reset`,
    promise:
      'first retry accepted within 1 s; same broadcast; the live edge kept moving by the last picture with silence, a slate after 5 s; no stall; one discontinuity each way at most',
    seconds: 28 + awayMs / 1000,

    async run(context) {
      await using rig = await startPlatform();
      const { platform } = rig;
      await using before = await FaultProxy.to(ingestOf(platform, 'ingest-1'));
      await using after = await FaultProxy.to(ingestOf(platform, 'ingest-2'));
      let network = before;
      await using air = await goOnAir(platform, context, {
        seconds: 600,
        ingest: () => `rtmp://${network.host}:${network.port}/live`,
      });

      context.mark('fault', 'the network swallows everything');
      const lostMs = context.now();
      before.strand();
      await sleep(awayMs - retryAfterMs);
      network = after;
      const accepted = after.nextHeard('NetStream.Publish.Start');
      process.kill(air.broadcaster.pid ?? 0, 'SIGKILL');
      const acceptedMs = await within(30_000, 'the return of the broadcaster', accepted);
      context.span('network', 'black hole', lostMs, context.now() - acceptedMs, 'fault');
      await within(30_000, 'stream.resumed', streamEvent(platform, air.stream.id, 'stream.resumed'));
      const now = await air.now();
      await sleep(backForMs);
      await air.broadcaster.stop();
      await signOff(air);

      drawTimeline(platform, air.stream.id, context);
      const aftermath = await readAftermath(air, context);
      const lowest = aftermath.renditions.findLast(({ video }) => video);
      if (!lowest) throw new Error('The broadcast has no rendition with pictures');
      const slate = judgeSlate(await seePictures(lowest.media));
      const slateMs = lostMs + slate.afterMs;
      if (slate.forMs > 0) {
        context.span('picture made', 'the last one', lostMs, slateMs);
        context.span('picture made', 'slate', slateMs, slateMs + slate.forMs);
      }
      return {
        measures: [
          { name: 'first retry accepted', value: acceptedMs, unit: 'ms', limit: 1000 },
          { name: 'retries of the broadcaster', value: air.broadcaster.session, unit: '', limit: 1 },
          {
            name: 'broadcasts besides the first',
            value: now.id === air.before.id ? 0 : 1,
            unit: '',
            limit: 0,
          },
          {
            name: 'live edge stood still',
            value: aftermath.standstillMs / 1000,
            unit: 's',
            limit: mostStandstillSeconds,
          },
          {
            name: 'slate earlier or later than 5 s',
            value: Math.abs(slate.afterMs - slateDueMs) / 1000,
            unit: 's',
            limit: 0.5,
          },
          { name: 'pictures that are broken', value: slate.broken, unit: 'frames', limit: 0 },
          {
            name: 'frames lost that reached a proxy',
            value: mostFrames(aftermath, ({ lost }) => lost),
            unit: 'frames',
            limit: 0,
          },
          {
            name: 'frames doubled or out of order',
            value: mostFrames(aftermath, ({ doubled, outOfOrder }) => doubled + outOfOrder),
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
  if (!found) throw new Error(`There is no ${name}`);
  return { host: '127.0.0.1', port: found.port };
}
