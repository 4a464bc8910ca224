// A bench process: many broadcasters at a constant bitrate.
import pMap from 'p-map';
import { serveAgent } from '../agent.ts';
import { LoadPublisher, type LoadTarget, type Mode } from './load-publisher.ts';
import { loadLoop, loopMs } from './load-traffic.ts';
import { machineNowMs } from './media-stamp.ts';

const chunkSize = 4_096;
/** How many publish at once; the rest wait, as in real life. */
const publishAtOnce = 10;

let publishers: LoadPublisher[] = [];
let ticking = false;
let fault: unknown;

const methods = {
  /** Publishes with all keys and starts sending. Resolves when all are live. */
  async publish(load: { mode: Mode; bitrateBps: number; targets: LoadTarget[] }): Promise<void> {
    const loop = loadLoop(load.bitrateBps, chunkSize);
    const publish = (target: LoadTarget, index: number) =>
      LoadPublisher.publish(index, load.mode, target, loop);
    publishers = await pMap(load.targets, publish, { concurrency: publishAtOnce });
    const nowMs = machineNowMs();
    // Broadcasters aren't synchronised: their key frames are spread over the loop.
    publishers.forEach((publisher, index) => {
      publisher.start(nowMs + (index * loopMs) / publishers.length);
    });
    ticking = true;
    tick();
  },

  /** Stops sending at the end of a message; returns how many messages each has sent. */
  finish(): number[] {
    if (fault !== undefined) throw fault;
    ticking = false;
    const nowMs = machineNowMs();
    for (const publisher of publishers) publisher.finish(nowMs);
    return publishers.map(({ sequence }) => sequence);
  },

  /** Unpublishes and closes all of them. */
  async close(): Promise<void> {
    await Promise.all(publishers.map((publisher) => publisher.close()));
    publishers = [];
  },
} as const;

export type LoadGenerator = typeof methods;

function tick(): void {
  if (!ticking) return;
  try {
    for (const publisher of publishers) publisher.tick(machineNowMs());
  } catch (cause) {
    // Reported when the bench asks for the result.
    fault = cause;
    ticking = false;
  }
  setTimeout(tick, 1);
}

serveAgent(methods);
