import type {
  Audience,
  Broadcast,
  HealthWindow,
  LocalProcess,
  StreamHealth,
} from '../../../lib/player/page/api/types.ts';

/** A broadcast on air as the API returns it. */
export function cannedBroadcast(id: string, state: Broadcast['state']): Broadcast {
  return {
    id,
    state,
    startedAt: new Date(Date.now() - 754_000).toISOString(),
    playback: { dash: '/x/manifest.mpd', hls: '/x/index.m3u8', page: `/watch/x?broadcast=${id}` },
    encoder: 'fleet',
    workerId: 'encoder-2',
    epoch: 1,
    proxyId: 'ingest-1',
    input: {
      videoCodec: 'avc1.64001f',
      audioCodec: 'mp4a.40.2',
      width: 1280,
      height: 720,
      frameRate: 30,
      bitrateBps: 4_180_000,
      encoder: 'obs-output module (libobs version 31.0.0)',
    },
    renditions: [
      { id: '720p', codecs: 'avc1.64001f', bandwidthBps: 3_200_000, width: 1280, height: 720, frameRate: 30 },
      { id: '480p', codecs: 'avc1.64001e', bandwidthBps: 1_400_000, width: 854, height: 480, frameRate: 30 },
      { id: '360p', codecs: 'avc1.64001e', bandwidthBps: 800_000, width: 640, height: 360, frameRate: 30 },
      { id: 'audio', codecs: 'mp4a.40.2', bandwidthBps: 128_000 },
    ],
  };
}

/** An encoder that sends 30 pictures a second at 4.2 Mb/s, for two minutes or, in the whole broadcast, ten. */
export function cannedHealth(
  change: Partial<StreamHealth> = {},
  window: HealthWindow = 'recent',
): StreamHealth {
  const stepMs = window === 'recent' ? 5_000 : 30_000;
  const samples = Array.from({ length: 24 }, (_, index) => ({
    at: new Date(Date.now() - (23 - index) * stepMs).toISOString(),
    videoBps: 4_000_000 + 200_000 * Math.sin(index),
    audioBps: 160_000,
    frameRate: 30,
    keyFrameIntervalMs: 2_000,
    lostPictures: 0,
    avOffsetMs: 8,
    encoderSpeed: 1.01,
    gapMs: 34,
  }));
  const current = samples.at(-1);
  return {
    verdict: 'excellent',
    since: new Date(Date.now() - 700_000).toISOString(),
    reasons: [],
    ...(current && { current }),
    series: { stepMs, samples },
    ...change,
  };
}

/** Forty viewers who came within five minutes. */
export function cannedAudience(broadcastId: string): Audience {
  const samples = Array.from({ length: 30 }, (_, index) => ({
    at: new Date(Date.now() - (29 - index) * 10_000).toISOString(),
    viewers: Math.min(40, index * 2),
  }));
  return {
    ...{ broadcastId, viewers: 40, peak: 40, plays: 57, watchTimeMs: 7_200_000 },
    ...{ startupMs: { p50: 640, p95: 1_900 }, rebufferRatio: 0.0042 },
    series: { stepMs: 10_000, samples },
  };
}

/** As a supervisor names them: each state once. */
export const cannedProcesses: readonly LocalProcess[] = [
  { role: 'ingest', name: 'ingest-1', pid: 4101, state: 'up', restarts: 0 },
  { role: 'encoder', name: 'encoder-1', pid: 4102, state: 'draining', restarts: 2 },
  { role: 'encoder', name: 'encoder-2', pid: 4103, state: 'up', restarts: 1 },
  { role: 'edge', name: 'edge', state: 'restarting', restarts: 3 },
];
