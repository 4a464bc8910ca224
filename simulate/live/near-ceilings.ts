import { defaultLadder } from '../../lib/config/ladder.ts';
import { segmentSeconds } from '../../lib/packaging/segment-grid.ts';
import { bpsPerViewer } from '../viewers/requests.ts';
import { audience, edgeProgram } from '../world/facts.ts';

/** What one viewer of a low-latency stream asks of an edge, on average over players. */
export interface NearDemand {
  /** Requests a second of a viewer with HLS: playlist and part of picture and of sound. */
  readonly hlsRequests: number;
  /** And of one with DASH: a segment of each, and the manifest. */
  readonly dashRequests: number;
  readonly requests: number;
  /** Connections, nearly all of which wait for something at any time (HTTP/1.1). */
  readonly connections: number;
  /** CPU time of our edge, in s a second. */
  readonly cpu: number;
}

const soundBps = defaultLadder.audioBps;
const pictureBps = bpsPerViewer - soundBps;
const playlistBytes = 1_500;

export function nearDemand(partMs: number): NearDemand {
  const parts = 1_000 / partMs;
  const { hlsShare } = audience;
  const hlsRequests = 2 * 2 * parts;
  const dashRequests = 3 / segmentSeconds;
  const bytesOf = (bps: number, seconds: number): number => (bps * seconds) / 8;
  const hlsCpu =
    parts *
    (2 * cpuOf(playlistBytes) +
      cpuOf(bytesOf(pictureBps, partMs / 1_000)) +
      cpuOf(bytesOf(soundBps, partMs / 1_000)));
  const dashCpu =
    (cpuOf(bytesOf(pictureBps, segmentSeconds)) +
      cpuOf(bytesOf(soundBps, segmentSeconds)) +
      cpuOf(playlistBytes)) /
    segmentSeconds;
  const average = (hls: number, dash: number): number => hlsShare * hls + (1 - hlsShare) * dash;
  return {
    hlsRequests,
    dashRequests,
    requests: average(hlsRequests, dashRequests),
    // Each track has one that waits for a playlist, and one that a part comes over now and then.
    connections: average(4, 2),
    cpu: average(hlsCpu, dashCpu),
  };
}

/** Of a response of so many bytes, in s: a line through the two sizes that the bench measures. */
function cpuOf(bytes: number): number {
  const { small, large } = edgeProgram;
  const [atSmall, atLarge] = [1 / small.perCpuSecond, 1 / large.perCpuSecond];
  return atSmall + ((bytes - small.bytes) * (atLarge - atSmall)) / (large.bytes - small.bytes);
}

/** Processes of our edge, each on a core of its own, for so many viewers, by what binds. */
export function edgesFor(viewers: number, partMs: number): { connections: number; cpu: number } {
  const { connections, cpu } = nearDemand(partMs);
  return {
    connections: Math.ceil((viewers * connections) / edgeProgram.mostConnections),
    cpu: Math.ceil((viewers * cpu) / edgeProgram.busyShare),
  };
}

/** Cores of live origins for so many streams, each of which makes them answer so many requests and bits a second. */
export function liveOriginCores(streams: number, requests: number, bps: number): number {
  const bytes = bps / 8 / requests;
  // Received from a worker and sent to the shield: twice what an answer from memory costs.
  return Math.ceil((streams * requests * 2 * cpuOf(bytes)) / edgeProgram.busyShare);
}

/** All renditions of a stream, each once. */
export const ladderBps = defaultLadder.rungs.reduce((sum, { videoBps }) => sum + videoBps, soundBps);
