import { streamEvent } from '../../../control-store/stream-events.ts';
import type { BroadcastId, StreamId } from '../../../routing/ids.ts';

/** Examples of the OpenAPI document, all about the same stream. Tests validate them against the schemas. */

const id = '7h2kqv0m4x9rt3bz';
const key = `${id}_0123456789abcdefghjkmnpqrs`;
const broadcastId = '1jm8p0v4c7h2kqv0';
const sessionId = 'mic1h8g07h2kqv0m4x9r';
const token = `~k4x9.mi9xk2w0.${sessionId}.seat-12.n.${'0'.repeat(43)}`;
const rtmps = 'rtmps://127.0.0.1:1936/live';
const rtmp = 'rtmp://127.0.0.1:1935/live';
const firstKey = { id: 'k4x9rt3b', createdAt: '2026-11-22T17:40:00.000Z' };

const broadcast = {
  id: broadcastId,
  state: 'live',
  startedAt: '2026-11-22T18:00:00.000Z',
  encoder: 'fleet',
  workerId: 'encoder-1',
  epoch: 3,
  proxyId: 'ingest-2',
  sessionId: '8fj2m6qw0v3x',
  input: {
    videoCodec: 'avc1.64001f',
    audioCodec: 'mp4a.40.2',
    width: 1280,
    height: 720,
    frameRate: 30,
    bitrateBps: 4_200_000,
    encoder: 'obs-output module (libobs version 31.0.0)',
  },
  renditions: [
    { id: '720p', codecs: 'avc1.64001f', bandwidthBps: 3_000_000, width: 1280, height: 720, frameRate: 30 },
    { id: 'audio', codecs: 'mp4a.40.2', bandwidthBps: 128_000 },
  ],
  playback: {
    dash: `http://127.0.0.1:8090/local/${id}/${broadcastId}/manifest.mpd`,
    hls: `http://127.0.0.1:8090/local/${id}/${broadcastId}/index.m3u8`,
    page: `http://127.0.0.1:8080/watch/${id}?region=local&broadcast=${broadcastId}`,
    poster: `http://127.0.0.1:8090/local/${id}/${broadcastId}/poster.jpg`,
    storyboard: `http://127.0.0.1:8090/local/${id}/${broadcastId}/storyboard.vtt`,
  },
};

const destination = {
  id: 'q8w2z5cv',
  name: 'Second site',
  url: 'rtmps://live.example.com/app',
  enabled: true,
  createdAt: '2026-11-22T17:50:00.000Z',
};
const push = { state: 'waiting', since: '2026-11-22T18:20:00.000Z', detail: 'the server does not respond' };

const cost = {
  encoder: 'fleet',
  perHourUsd: 0.42,
  parts: [
    { what: 'Encoding on a CPU worker', perHourUsd: 0.079 },
    { what: 'Everything else', perHourUsd: 0.341 },
  ],
  note: 'Based on AWS’s public prices for one region and month, before tax.',
};

const healthSample = {
  at: '2026-11-22T18:31:00.000Z',
  videoBps: 4_061_000,
  audioBps: 160_000,
  frameRate: 30,
  keyFrameIntervalMs: 10_000,
  lostPictures: 0,
  avOffsetMs: -12,
  encoderSpeed: 1,
  gapMs: 41,
};

const broadcastAudience = {
  peak: 131,
  plays: 412,
  watchTimeMs: 86_400_000,
  startupMs: { p50: 640, p95: 1_900 },
  rebufferRatio: 0.004,
};
const audience = {
  broadcastId,
  viewers: 48,
  ...broadcastAudience,
  series: {
    stepMs: 10_000,
    samples: [
      { at: '2026-11-22T18:00:10.000Z', viewers: 12 },
      { at: '2026-11-22T18:00:20.000Z', viewers: 48 },
    ],
  },
};

const { text, data } = streamEvent(
  'stream.resumed',
  { workerId: 'encoder-1', proxyId: 'ingest-1', awayMs: 4_300, shown: 'last-picture' },
  { streamId: id as StreamId, broadcastId: broadcastId as BroadcastId, atMs: 0 },
);
const event = {
  sequence: 12,
  at: '2026-11-22T18:31:07.000Z',
  type: 'stream.resumed',
  text,
  broadcastId,
  data,
};

const takedown = {
  streamId: id,
  state: 'taking-down',
  reason: 'A report of stolen footage',
  askedAt: '2026-11-22T18:30:00.000Z',
  darkAfterMs: 420,
  steps: [
    { step: 'refuse', state: 'done', afterMs: 12 },
    { step: 'deny', state: 'done', afterMs: 420 },
    { step: 'cut', state: 'done', afterMs: 1_900 },
    { step: 'invalidate', state: 'done', afterMs: 14 },
    { step: 'quarantine', state: 'waiting', detail: 'Moving the recordings; some are left.' },
  ],
};

const managed = {
  broadcastId,
  state: 'starting',
  since: '2026-11-22T17:59:10.000Z',
  channelId: '1234567',
  detail: 'The MediaLive channel is starting; about 50 s left.',
};

const budget = {
  state: 'stopped',
  reachedAt: '2026-11-27T09:00:00.000Z',
  until: '2026-12-01T00:00:00.000Z',
};

const encoders = ['fleet', 'medialive'];
const settings = {
  id,
  name: 'Sunday concert',
  state: 'idle',
  createdAt: '2026-11-22T17:40:00.000Z',
  reconnectWindowMs: 60_000,
  keys: [firstKey],
  playback: {
    dash: `http://127.0.0.1:8090/local/${id}/manifest.mpd`,
    hls: `http://127.0.0.1:8090/local/${id}/index.m3u8`,
    page: `http://127.0.0.1:8080/watch/${id}?region=local`,
    access: 'public',
    manifests: ['dash', 'hls'],
  },
  latency: 'low',
  embedding: 'anywhere',
  encoder: 'fleet',
  version: 1,
};
const ingestWithKey = { rtmps: { url: rtmps, key }, rtmp: { url: rtmp, key } };
const listed = {
  ...settings,
  state: 'live',
  playback: {
    ...settings.playback,
    poster: `http://127.0.0.1:8090/local/${id}/poster.jpg`,
    storyboard: `http://127.0.0.1:8090/local/${id}/storyboard.vtt`,
  },
  destinations: [destination],
  ingest: { rtmps: { url: rtmps }, rtmp: { url: rtmp } },
  broadcast,
};
const stream = { ...listed, encoders, cost, destinations: [{ ...destination, ...push }] };

export const examples = {
  newStream: {
    name: 'Sunday concert',
    reconnectWindowMs: 60_000,
    encoder: 'fleet',
    playback: 'public',
    latency: 'low',
    embedding: 'anywhere',
  },
  streamCard: { id, access: 'public', embedding: 'anywhere', name: 'Sunday concert' },
  createdStream: { ...settings, destinations: [], encoders, cost, ingest: ingestWithKey },
  stream,
  streamPage: { streams: [listed], cursor: `1795369200000-${id}` },
  cost,
  managed,
  audience,
  broadcastAudience,
  streamChange: { name: 'Sunday concert, second half' },
  changedStream: { ...stream, name: 'Sunday concert, second half', version: 2 },
  newKey: { graceSeconds: 3_600 },
  createdKey: {
    id: 'm7w2z5cv',
    key,
    ingest: ingestWithKey,
    keys: [
      { id: 'm7w2z5cv', createdAt: '2026-11-22T18:10:00.000Z' },
      { ...firstKey, expiresAt: '2026-11-22T19:10:00.000Z' },
    ],
  },
  newDestination: { name: 'Second site', url: 'rtmps://live.example.com/app', key: 'k-0123456789' },
  addedDestination: destination,
  destination: { ...destination, ...push },
  destinationChange: { enabled: false },
  changedDestination: {
    ...destination,
    enabled: false,
    state: 'ended',
    since: '2026-11-22T18:25:00.000Z',
  },
  destinationList: { destinations: [{ ...destination, ...push }] },
  newPlaybackSession: { ttlSeconds: 14_400, viewerId: 'seat-12' },
  playbackSession: {
    id: sessionId,
    expiresAt: '2026-11-22T22:00:00.000Z',
    viewerId: 'seat-12',
    playback: {
      dash: `http://127.0.0.1:8090/local/${token}/${id}/manifest.mpd`,
      hls: `http://127.0.0.1:8090/local/${token}/${id}/index.m3u8`,
      page: `http://127.0.0.1:8080/watch/${id}?region=local#${token}`,
      poster: `http://127.0.0.1:8090/local/${token}/${id}/poster.jpg`,
      storyboard: `http://127.0.0.1:8090/local/${token}/${id}/storyboard.vtt`,
    },
  },
  newTakedown: { reason: takedown.reason },
  takedown,
  takedownNotice: { state: takedown.state, reason: takedown.reason, askedAt: takedown.askedAt },
  deletion: {
    streamId: id,
    recordings: 'delete',
    askedAt: '2026-11-22T20:30:00.000Z',
    state: 'deleted',
    darkAfterMs: 180,
    goneUntil: '2026-11-23T20:30:00.900Z',
    detail: 'Everything has been deleted. Links answer “gone” (410) until 2026-11-23T20:30:00.900Z.',
  },
  restore: {
    streamId: id,
    state: 'restored',
    reason: takedown.reason,
    askedAt: '2026-11-22T19:30:00.000Z',
    doneAfterMs: 900,
    steps: [
      { step: 'refuse', state: 'done', afterMs: 900 },
      { step: 'deny', state: 'done', afterMs: 610 },
      { step: 'quarantine', state: 'done', afterMs: 200 },
    ],
  },
  streamHealth: {
    verdict: 'fair',
    since: '2026-11-22T18:12:40.000Z',
    reasons: [
      {
        code: 'key-frames-rare',
        message: 'Key frames come every 10 s.',
        advice: 'Set the key frame interval of your encoder to 2 s.',
      },
    ],
    current: healthSample,
    series: { stepMs: 5_000, samples: [{ ...healthSample, at: '2026-11-22T18:30:55.000Z' }, healthSample] },
  },
  endRequest: { broadcastId },
  broadcastList: {
    broadcasts: [
      {
        ...broadcast,
        state: 'ended',
        endedAt: '2026-11-22T19:02:05.000Z',
        endReason: 'publisher-ended',
        durationMs: 3_725_000,
        sizeBytes: 1_902_346_240,
        audience: broadcastAudience,
      },
    ],
  },
  newDownload: { startMs: 61_500, endMs: 84_000 },
  download: {
    id: 'q8w2z5cvk4x9',
    broadcastId,
    startMs: 61_500,
    endMs: 84_000,
    fileName: 'Sunday concert 2026-11-22 0.01.01–0.01.24.mp4',
    state: 'ready',
    askedAt: '2026-11-22T19:10:00.000Z',
    progress: 1,
    sizeBytes: 9_437_184,
    durationMs: 22_500,
    url: `http://127.0.0.1:8090/local/${id}/${broadcastId}/download-q8w2z5cvk4x9.mp4`,
    expiresAt: '2026-11-23T19:10:02.000Z',
  },
  streamEventList: {
    events: [event],
  },
  fleet: {
    ingest: [
      {
        id: 'ingest-1',
        role: 'ingest',
        host: '127.0.0.1',
        port: 1940,
        capacity: 200,
        load: 1,
        state: 'active',
        alive: true,
        unseenForMs: 412,
      },
    ],
    encoder: [
      {
        id: 'encoder-1',
        role: 'encoder',
        host: '127.0.0.1',
        port: 7001,
        capacity: 2,
        load: 1,
        state: 'active',
        pool: 'cpu',
        alive: true,
        unseenForMs: 640,
      },
    ],
  },
  budget,
  clearedBudget: { ...budget, state: 'cleared', clearedAt: '2026-11-27T09:30:00.000Z' },
  health: { status: 'ok' },
};
