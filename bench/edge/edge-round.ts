import { median } from '../../testkit/report/statistics.ts';
import { Agent } from '../agent.ts';
import { cpuMsOfTrees } from '../process-stat.ts';
import type { EdgeOriginMethods } from './edge-origin.ts';
import type { EdgeSubject } from './edge-subject.ts';
import type { EdgeViewersMethods } from './edge-viewers.ts';

/** Herds of viewers, one after another, each requesting an object that nobody has requested before. */
export interface HerdLoad {
  readonly objectBytes: number;
  readonly viewers: number;
  readonly herds: number;
  /** Response delay of the origin. */
  readonly originDelayMs: number;
}

export interface HerdRound {
  readonly requestsPerCpuSecond: number;
  /** Hits of the object that was requested most often. */
  readonly mostOriginHits: number;
  readonly meanOriginHits: number;
  /** Requests without a complete 200. */
  readonly failed: number;
  /** From a herd's first request to the last byte of its last viewer; median of the herds. */
  readonly herdMs: number;
}

/** Starts everything anew, sends the herds, and stops everything. */
export async function herdRound(subject: EdgeSubject, load: HerdLoad): Promise<HerdRound> {
  const origin = new Agent<EdgeOriginMethods>('edge/edge-origin.ts');
  const viewers = new Agent<EdgeViewersMethods>('edge/edge-viewers.ts');
  try {
    const originPort = await origin.call('listen', { delayMs: load.originDelayMs });
    const edge = await subject.start(originPort);
    try {
      await viewers.call('arrive', { port: edge.port, viewers: load.viewers });
      const path = (name: number) => {
        const object = `/local/bench/${load.objectBytes}/${name}.m4s`;
        return subject.pathOf?.(object) ?? object;
      };
      // One-off costs of the first request (compiling, connecting) are not what we measure.
      await viewers.call('ask', { path: path(load.herds), bytes: load.objectBytes });
      await origin.call('takeHits');
      const before = cpuMsOfTrees([edge.pid]);
      const herds = [];
      for (let herd = 0; herd < load.herds; herd++) {
        herds.push(await viewers.call('ask', { path: path(herd), bytes: load.objectBytes }));
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
