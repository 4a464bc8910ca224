import { median } from '../../testkit/report/statistics.ts';
import { Agent } from '../agent.ts';
import { cpuMsOfTrees } from '../process-stat.ts';
import type { EdgeOriginMethods } from './edge-origin.ts';
import type { EdgeSubject } from './edge-subject.ts';
import type { EdgeViewersMethods } from './edge-viewers.ts';

/** Herds that come one after the other, each for an object that nobody has asked for before. */
export interface HerdLoad {
  readonly objectBytes: number;
  readonly viewers: number;
  readonly herds: number;
  /** How far away the origin is. */
  readonly originDelayMs: number;
}

export interface HerdRound {
  readonly requestsPerCpuSecond: number;
  /** Of the objects, the one that was asked for most often. */
  readonly mostOriginHits: number;
  readonly meanOriginHits: number;
  /** Requests without a whole 200. */
  readonly failed: number;
  /** From the first request of a herd to the last byte of its last viewer; median of the herds. */
  readonly herdMs: number;
}

/** Starts everything new, lets the herds come, and stops everything. */
export async function herdRound(subject: EdgeSubject, load: HerdLoad): Promise<HerdRound> {
  const origin = new Agent<EdgeOriginMethods>('edge/edge-origin.ts');
  const viewers = new Agent<EdgeViewersMethods>('edge/edge-viewers.ts');
  try {
    const originPort = await origin.call('listen', { delayMs: load.originDelayMs });
    const edge = await subject.start(originPort);
    try {
      await viewers.call('arrive', { port: edge.port, viewers: load.viewers });
      const path = (name: string) => `/local/bench/${load.objectBytes}/${name}.m4s`;
      // What only the first request ever costs (compiling, connecting) is not what we ask about.
      await viewers.call('ask', { path: path('warm-up'), bytes: load.objectBytes });
      await origin.call('takeHits');
      const before = cpuMsOfTrees([edge.pid]);
      const herds = [];
      for (let herd = 0; herd < load.herds; herd++) {
        herds.push(await viewers.call('ask', { path: path(`${herd}`), bytes: load.objectBytes }));
      }
      const cpuMs = cpuMsOfTrees([edge.pid]) - before;
      const hits = Object.values(await origin.call('takeHits'));
      const requests = load.viewers * load.herds;
      return {
        requestsPerCpuSecond: (requests / cpuMs) * 1000,
        mostOriginHits: Math.max(...hits),
        meanOriginHits: hits.reduce((sum, count) => sum + count, 0) / load.herds,
        failed: requests - herds.reduce((sum, { whole }) => sum + whole, 0),
        herdMs: median(herds.map(({ tookMs }) => tookMs)),
      };
    } finally {
      await viewers.call('leave');
      await edge.stop();
    }
  } finally {
    await viewers.stop();
    await origin.stop();
  }
}
