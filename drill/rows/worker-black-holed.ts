import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../lib/adapters/local/platform/tcp-ports.ts';
import { FaultProxy } from '../faults/fault-proxy.ts';
import type { Drill, DrillContext } from '../model.ts';
import { type ExtraProcess, startExtraProcess } from '../rig/extra-process.ts';
import { faultNearEdge } from '../rig/fault-near-edge.ts';
import type { ActiveBroadcast } from '../rig/live-stream.ts';
import { noticed, noticedLimits, pauseUntilMoved } from '../rig/paused-worker.ts';
import { streamFor } from '../rig/stream-for.ts';
import { NotHappenedError } from '../rig/waiting.ts';

const name = 'encoder-remote';
const here = '127.0.0.1';
/** The rest of the platform reaches the worker here, through a network that we control. */
const there = '127.0.0.2';
/** After its process runs again the network stays away, so that it learns of its loss from the control store alone. */
const awakeAloneMs = 2_000;

/**
 * A worker vanishes without a word: nothing reaches it, nothing comes from it, nothing is reset. What it would do to the control store, which is
 * a file here, its network cannot keep from it: so its process stands still for as long.
 */
export const workerBlackHoled: Drill = {
  name: 'worker-black-holed',
  fault:
    "the worker's network swallows everything without FIN, and its process stands still, until another one has its broadcast; its process wakes before its network",
  promise: `as a paused worker: nothing that it made comes after the other one's parts; no frame lost or duplicated; a player stalls once, ≤ ${noticed.stallSeconds} s, and is back at its target within 15 s`,
  seconds: 50,

  run(context) {
    const links: FaultProxy[] = [];
    let worker: ExtraProcess | undefined;
    return faultNearEdge(
      {
        async prepare(platform, stack) {
          const [mediaPort = 0] = await freePorts(1);
          const environment = {
            HEADWATER_ADVERTISED_HOST: there,
            HEADWATER_MEDIA_PORT: String(mediaPort),
          };
          worker = stack.use(await startExtraProcess(platform, 'encoder-1', name, environment));
          for (const port of [worker.port, mediaPort])
            links.push(stack.use(await FaultProxy.to({ host: here, port }, { host: there, port })));
          return streamFor(platform, [name, 'encoder-1', 'encoder-2']);
        },
        inject: (air) => vanish(air, context, links, worker!),
        limits: noticedLimits,
      },
      context,
    );
  },
};

async function vanish(
  air: ActiveBroadcast,
  context: DrillContext,
  links: readonly FaultProxy[],
  { pid }: ExtraProcess,
) {
  const { workerId } = air.before;
  if (workerId !== name) throw new NotHappenedError(`The stream runs on ${workerId}, not on ${name}`);
  const fromMs = context.now();
  context.mark('fault', `${name} black-holed`);
  for (const link of links) link.set({ kind: 'black-hole' });
  await pauseUntilMoved(pid, air);
  context.mark('fault', 'process runs again');
  await sleep(awakeAloneMs);
  for (const link of links) link.set({ kind: 'pass' });
  context.mark('fault', 'network back');
  context.span(`worker ${name}`, 'away', fromMs, context.now(), 'fault');
  return [];
}
