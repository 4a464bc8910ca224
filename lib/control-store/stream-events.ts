import { type JournaledRefusalReason, refusals } from '../protocol/refusals.ts';
import type { BroadcastId, StreamId } from '../routing/ids.ts';
import { formatDuration, joinWords, mbps } from './format.ts';
import type { HealthVerdict } from './health/health-record.ts';
import type { EncoderTier, EndReason, LatencyMode, PlaybackMode, StreamEventRecord } from './records.ts';

/** Why a proxy re-sent a publisher's media: its link broke, its worker handed the broadcast over, or its worker disappeared. */
export type RehomeCause = 'link-broken' | 'handed-over' | 'worker-gone';

/**
 * What viewers saw while a broadcaster was away: media it had sent ahead; its last picture; its last picture and then a slate;
 * silence, in a broadcast of sound alone; or nothing, because no encoder had the broadcast.
 */
export type ShownMeanwhile = 'media' | 'last-picture' | 'slate' | 'silence' | 'nothing';

/**
 * Every type of journal entry, with its data (plain values, units in the names) and its text for broadcasters and operators:
 * what happened, through which program, for how long, and what viewers saw. The data never contain a secret.
 */
const texts = {
  'stream.created': ({ name }: { name: string }) =>
    `Stream “${name}” created. It is off air until a broadcaster connects with its key.`,

  /** `encoder`, `latency`, `embedding`: set only if they were given. A list of sites is joined with commas. */
  'stream.changed': (facts: {
    name: string;
    reconnectWindowMs: number;
    encoder?: EncoderTier;
    latency?: LatencyMode;
    embedding?: string;
  }) =>
    `Settings changed. Name: “${facts.name}”; reconnect window: ${formatDuration(facts.reconnectWindowMs)}.` +
    `${facts.encoder === undefined ? '' : ` From the next broadcast on, ${encoderWords[facts.encoder]}.`}` +
    `${facts.latency === undefined ? '' : ` From the next broadcast on, ${latencyWords[facts.latency]}.`}` +
    `${facts.embedding === undefined ? '' : ` Sites that may show the player: ${facts.embedding.replaceAll(',', ', ')}.`}`,

  'playback.changed': ({ mode }: { mode: PlaybackMode }) =>
    mode === 'signed'
      ? 'Playback is now signed: the stream and its recordings can be watched only with a playback link, and destinations receive nothing.'
      : 'Playback is now public: anyone can watch the stream and its recordings.',

  'playback.revoked': (_: Record<never, never>) =>
    'All playback links revoked. Viewers need new ones to continue watching.',

  'key.rotated': ({ keyId, graceMs }: { keyId: string; graceMs: number }) =>
    graceMs === 0
      ? `New stream key (${keyId}) created. All older keys stopped working immediately.`
      : `New stream key (${keyId}) created. The previous key works for another ${formatDuration(graceMs)}.`,

  'key.revoked': ({ keyId }: { keyId: string }) => `Stream key ${keyId} revoked. It no longer works.`,

  /** `server`: the host of its address. */
  'destination.added': ({ destination, server }: { destination: string; server: string }) =>
    `Destination “${destination}” on ${server} added. It receives a copy of what the broadcaster sends.`,

  'destination.changed': ({ destination, enabled }: { destination: string; enabled: boolean }) =>
    `Destination “${destination}” changed. It is turned ${enabled ? 'on' : 'off'}.`,

  'destination.removed': ({ destination }: { destination: string }) =>
    `Destination “${destination}” removed. It no longer receives the broadcast.`,

  'broadcast.starting': ({ workerId, proxyId }: { workerId: string; proxyId?: string }) =>
    `A broadcaster connected${through(proxyId)}. ${workerId} is preparing the broadcast; viewers see “starting”.`,

  'stream.live': (facts: {
    workerId: string;
    startupMs: number;
    /** Left out for sound alone, like the next two. */
    width?: number;
    height?: number;
    frameRate?: number;
    bitrateBps: number;
    renditions: string;
  }) =>
    `On air ${formatDuration(facts.startupMs)} after the broadcaster connected. Input: ${picture(facts)}, ` +
    `${mbps(facts.bitrateBps)}. ${facts.workerId} produces ${facts.renditions}.`,

  /** A broadcast of sound alone has pictures from now on. */
  'input.pictures-began': (facts: { width: number; height: number; frameRate: number }) =>
    `Pictures have joined the sound: ${picture(facts)}. Players that were opened before show them once they are reloaded.`,

  'input.keyframe-awaited': () =>
    'The broadcaster’s video has had no key frame yet, so its pictures cannot be shown. If none arrives within 25 s, the ' +
    'broadcaster is turned away. Set the key frame interval of the encoder to 2 s.',

  'stream.reconnecting': (facts: {
    windowMs: number;
    detail?: string;
    proxyId?: string;
    /** The broadcast is sound alone. */
    soundAlone?: boolean;
  }) =>
    `The broadcaster${facts.proxyId === undefined ? '' : ` connected through ${facts.proxyId}`} disconnected${because(facts.detail)}. ` +
    `The broadcast stays open for ${formatDuration(facts.windowMs)}; ` +
    `${facts.soundAlone ? 'listeners hear silence and see' : 'viewers see the last picture, then a slate, and'} “reconnecting”.`,

  'stream.resumed': (facts: { workerId: string; proxyId?: string; awayMs: number; shown: ShownMeanwhile }) =>
    `The broadcaster reconnected after ${formatDuration(facts.awayMs)},${through(facts.proxyId)} to ${facts.workerId}. The same broadcast continues; ${shownWords[facts.shown]}.`,

  'stream.end-requested': () =>
    'Ending broadcast… The encoder finishes the media it has, then closes the broadcast.',

  'stream.ended': ({ reason, durationMs }: { reason: EndReason; durationMs: number }) =>
    `${durationMs > 0 ? `Off air after ${formatDuration(durationMs)}` : 'Ended before there was anything to see or hear'}: ${endReasons[reason]}`,

  /**
   * With `attempts`, that many publishers were turned away within `withinMs`; `detail` and `client` are the last one's. They share
   * an entry so that a flood of attempts doesn't push the rest out of the journal.
   */
  'publish.refused': (facts: {
    reason: JournaledRefusalReason;
    detail?: string;
    client?: string;
    attempts?: number;
    withinMs?: number;
  }) => {
    const { attempts, withinMs = 0, client, detail } = facts;
    const words = refusals[facts.reason].journal;
    // A worker's detail may say the same again.
    const isTold = detail?.toLowerCase().includes(words.toLowerCase()) === true;
    const reason = `${words}${isTold ? '' : because(detail)}. Viewers were not affected.`;
    if (attempts === undefined) return `A broadcaster${from(client)} was turned away: ${reason}`;
    const last = client === undefined ? '' : `, the last one${from(client)}`;
    return `${attempts} broadcasters were turned away within ${formatDuration(withinMs)}${last}: ${reason}`;
  },

  'publisher.rehomed': (facts: {
    fromWorkerId: string;
    toWorkerId: string;
    cause: RehomeCause;
    lateMs: number;
    replayedMs: number;
    /** Media that the proxy no longer had; left out if unknown. */
    lostMs?: number;
  }) =>
    `${moved(facts)} The broadcaster stayed connected, and its last ${formatDuration(facts.replayedMs)} of media was re-sent` +
    `${replayed(facts)}. ${
      facts.lateMs < 1
        ? 'The next segment was on time.'
        : `The next segment was ${formatDuration(facts.lateMs)} late: players with a shorter buffer stalled until it arrived.`
    }`,

  /** `reasons`: their codes, worst first, with commas; `because`: their words, and what to do. */
  'stream.health': (facts: {
    verdict: HealthVerdict;
    was: HealthVerdict;
    reasons: string;
    because: string;
  }) =>
    facts.because === ''
      ? `Stream health: ${facts.verdict} again.`
      : `Stream health: ${facts.verdict}. ${facts.because}`,

  'input.changed': (facts: { width: number; height: number; frameRate: number; codec?: string }) =>
    `The broadcaster now sends ${facts.width}×${facts.height} at ${Number(facts.frameRate.toFixed(2))} fps` +
    `${facts.codec === undefined ? '' : ` (${facts.codec})`}. Players switch at a marked discontinuity.`,

  'input.gap': ({ gapMs }: { gapMs: number }) =>
    `No usable media arrived from the broadcaster for ${formatDuration(gapMs)}. Viewers skip this gap.`,

  'input.timestamps-mended': ({ jumpMs }: { jumpMs: number }) =>
    `The broadcaster's clock jumped ${jumpMs < 0 ? 'back' : 'ahead'} by ${formatDuration(Math.abs(jumpMs))}. Stream time was corrected; viewers see at most a short jump.`,

  /** Without `speed`, the encoder crashed soon after the rendition had come back. */
  'ladder.shed': ({ rendition, speed, left }: { rendition: string; speed?: number; left: string }) =>
    `Encoder ${speed === undefined ? `stopped soon after ${rendition} came back` : `overloaded (${speed.toFixed(2)}× real time)`}; ` +
    `${rendition} turned off. Viewers keep ${left}.`,

  'ladder.restored': ({ rendition, all }: { rendition: string; all: string }) =>
    `The encoder has room again; ${rendition} turned back on. Viewers have ${all}.`,

  'ladder.size-refused': ({ rendition, all }: { rendition: string; all: string }) =>
    `The broadcaster's picture has changed its size too often for another rendition of its own (${rendition}). ` +
    `Viewers have ${all}; later sizes get the configured renditions, too.`,

  'encoder.restarted': ({ detail, outageMs }: { detail: string; outageMs: number }) =>
    `The encoder stopped (${detail}) and was restarted; ${formatDuration(outageMs)} of media was re-encoded or skipped.`,

  'lease.lost': ({ workerId }: { workerId: string }) =>
    `${workerId} lost the lease on this stream and stopped writing to it, so the output of two encoders never mixes.`,

  'origin.trouble': ({ detail, queuedMs }: { detail: string; queuedMs: number }) =>
    `The origin is not accepting segments (${detail}). ${formatDuration(queuedMs)} of media is queued; playback may stall.`,

  'origin.recovered': ({ downMs, lostMs }: { downMs: number; lostMs: number }) =>
    `The origin is accepting segments again after ${formatDuration(downMs)}. ${lostMs === 0 ? 'Nothing was lost.' : `${formatDuration(lostMs)} of media was dropped.`}`,

  'control.recovered': ({ downMs }: { downMs: number }) =>
    `The control store was unavailable for ${formatDuration(downMs)}. The broadcast continued and viewers were not affected; ` +
    'new broadcasters were turned away, and the events of that time are only recorded now.',

  'recording.ready': ({ durationMs, renditions }: { durationMs: number; renditions: string }) =>
    `The recording (${formatDuration(durationMs)}) is complete and plays from the first second, in ${renditions}.`,

  /** `goneUntilMs`: Unix time. */
  'recording.deleted': ({ tookMs, goneUntilMs }: { tookMs: number; goneUntilMs: number }) =>
    `Recording deleted, ${formatDuration(tookMs)} after the request. Its links answer “gone” (410) until ` +
    `${new Date(goneUntilMs).toISOString()}, then “not found”.`,

  /** `closed`: its playlists are marked as ended. */
  'recording.incomplete': (facts: {
    durationMs: number;
    lostMs: number;
    closed: boolean;
    detail: string;
    renditions: string;
  }) =>
    `The recording is incomplete: ${facts.detail}.${facts.lostMs > 0 ? ` ${formatDuration(facts.lostMs)} of media was lost.` : ''} ` +
    (facts.durationMs === 0
      ? 'None of it can be watched.'
      : `What was kept of the first ${formatDuration(facts.durationMs)} can be watched in ${facts.renditions}` +
        `${facts.closed ? '.' : '; players wait at the end as if more were coming.'}`),

  'stream.taken_down': ({ reason, darkMs }: { reason: string; darkMs: number }) =>
    `Stream taken down: ${reason}. Stopped for all viewers in ${formatDuration(darkMs)}; its ` +
    'recordings are kept where viewers cannot reach them.',

  'stream.restored': ({ tookMs }: { tookMs: number }) =>
    `Stream restored in ${formatDuration(tookMs)}. Its recordings can be watched and its broadcaster can publish again.`,

  'managed.channel.starting': ({ aboutMs }: { aboutMs: number }) =>
    `Creating and starting a MediaLive channel, which takes about ${formatDuration(aboutMs)}. Viewers see “starting”.`,

  'managed.channel.running': ({ channelId, tookMs }: { channelId: string; tookMs: number }) =>
    `MediaLive channel ${channelId} is running, ${formatDuration(tookMs)} after it was requested.`,

  /** `fallback`: Headwater's own encoder fleet takes over the broadcast. */
  'managed.channel.failed': ({ detail, fallback }: { detail: string; fallback: boolean }) =>
    `The MediaLive channel failed: ${detail}. ${
      fallback ? 'Headwater encoders continue the broadcast.' : 'The broadcast has ended.'
    }`,

  'managed.channel.deleted': ({
    channelId,
    ranMs,
    costUsd,
  }: {
    channelId: string;
    ranMs: number;
    costUsd: number;
  }) =>
    `MediaLive channel ${channelId} deleted. It ran for ${formatDuration(ranMs)} and cost about $${costUsd.toFixed(2)}.`,

  /** Found by the sweeper: no broadcast needed it. */
  'managed.channel.orphan_removed': ({ channelId, costUsd }: { channelId: string; costUsd: number }) =>
    `MediaLive channel ${channelId} kept running without a broadcast and was removed. It cost about $${costUsd.toFixed(2)}.`,

  'simulcast.live': ({ destination, tookMs }: { destination: string; tookMs: number }) =>
    `Destination “${destination}” is receiving the broadcast, ${formatDuration(tookMs)} after the first attempt.`,

  'simulcast.waiting': (facts: { destination: string; detail: string; againMs: number }) =>
    `Destination “${facts.destination}” is not receiving the broadcast: ${facts.detail}. Next attempt in ${formatDuration(facts.againMs)}. Your own viewers are not affected.`,

  'simulcast.refused': ({ destination, detail }: { destination: string; detail: string }) =>
    `Destination “${destination}” is not receiving the broadcast and will not be retried until its settings change: ${detail}. Your own viewers are not affected.`,

  'simulcast.ended': ({ destination, sentMs }: { destination: string; sentMs: number }) =>
    `Destination “${destination}” received ${formatDuration(sentMs)} of the broadcast; it has ended there too.`,
} satisfies Record<string, (data: never) => string>;

export type StreamEventType = keyof typeof texts;
/** The data that an event of this type carries. */
export type StreamEventData<Type extends StreamEventType> =
  Parameters<(typeof texts)[Type]> extends [infer Data] ? Data : Record<never, never>;

/** All types, for schemas and filters. */
export const streamEventTypes = Object.keys(texts) as StreamEventType[];

/** Builds the record of an event for `appendEvent`. `atMs` is Unix time. Undefined fields are left out. */
export function streamEvent<Type extends StreamEventType>(
  type: Type,
  data: StreamEventData<Type>,
  about: { readonly streamId: StreamId; readonly broadcastId?: BroadcastId; readonly atMs: number },
): Omit<StreamEventRecord, 'sequence'> {
  const write = texts[type] as (data: StreamEventData<Type>) => string;
  return {
    streamId: about.streamId,
    atMs: about.atMs,
    ...(about.broadcastId === undefined ? {} : { broadcastId: about.broadcastId }),
    type,
    text: write(data),
    data: known(data as Fields),
  };
}

type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

function known(fields: Fields): StreamEventRecord['data'] {
  const kept: Record<string, string | number | boolean> = {};
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) kept[name] = value;
  return kept;
}

/** `['1080p', '720p', 'audio']` → `1080p, 720p and audio`, for the `renditions` and `left` of an event. */
export const listRenditions = (ids: readonly string[]): string => joinWords(ids, 'nothing');

const shownWords: Record<ShownMeanwhile, string> = {
  media: 'media it had sent ahead covered the gap',
  'last-picture': 'in the meantime viewers saw its last picture, without sound',
  slate: 'in the meantime viewers saw its last picture, then a slate, without sound',
  silence: 'in the meantime listeners heard silence',
  nothing: 'no encoder had it in the meantime, so viewers waited, then skipped the gap',
};

const encoderWords: Record<EncoderTier, string> = {
  fleet: 'Headwater encoders produce the renditions',
  medialive: 'an AWS MediaLive channel produces the renditions',
};

const latencyWords: Record<LatencyMode, string> = {
  low: 'viewers are about 2 seconds behind',
  standard: 'viewers get whole segments and are about 7 seconds behind',
};

const endReasons: Record<EndReason, string> = {
  'publisher-ended': 'the broadcaster ended the broadcast.',
  'reconnect-window-over': 'the broadcaster did not reconnect within the reconnect window.',
  'ended-by-api': 'ended from the console or API.',
  'input-unusable': 'what the broadcaster sent could not be used.',
  'encoder-failed': 'the encoder failed repeatedly.',
  'taken-down': 'the stream was taken down.',
};

interface Move {
  readonly fromWorkerId: string;
  readonly toWorkerId: string;
  readonly cause: RehomeCause;
  readonly lostMs?: number;
}

function moved({ fromWorkerId: from, toWorkerId: to, cause }: Move): string {
  if (cause === 'link-broken') return `The link to ${to} broke and was re-established.`;
  const why = cause === 'handed-over' ? 'was shutting down' : 'stopped responding';
  if (from === to) return `${to} ${why}, then restarted and resumed the broadcast.`;
  return `The broadcast moved from ${from} to ${to} because ${from} ${why}.`;
}

function replayed({ cause, lostMs }: Move): string {
  if (lostMs === undefined) return cause === 'link-broken' ? ', which viewers see twice' : '';
  return lostMs === 0
    ? ', so nothing was lost'
    : `; ${formatDuration(lostMs)} before that was lost, and viewers skip it`;
}

function picture({
  width,
  height,
  frameRate = 0,
}: {
  width?: number;
  height?: number;
  frameRate?: number;
}): string {
  return width === undefined ? 'sound only' : `${width}×${height} at ${Number(frameRate.toFixed(2))} fps`;
}

const through = (proxyId: string | undefined): string => (proxyId === undefined ? '' : ` through ${proxyId}`);
const because = (detail: string | undefined): string => (detail === undefined ? '' : ` (${detail})`);
const from = (client: string | undefined): string => (client === undefined ? '' : ` from ${client}`);
