import { type JournaledRefusalReason, refusals } from '../protocol/refusals.ts';
import type { BroadcastId, StreamId } from '../routing/ids.ts';
import { formatDuration, joinWords, mbps } from './format.ts';
import type { EncoderTier, EndReason, StreamEventRecord } from './records.ts';

/** Why a proxy sent a publisher's media again: its link broke, its worker let go of the broadcast, or was seen no more. */
export type RehomeCause = 'link-broken' | 'handed-over' | 'worker-gone';

/**
 * What viewers saw while a broadcaster was away: what it had sent ahead; its last picture, in the end a slate; or nothing, as no
 * encoder had the broadcast.
 */
export type ShownMeanwhile = 'media' | 'last-picture' | 'slate' | 'nothing';

/**
 * Everything that a stream's journal can tell: each type of event with its data (plain values, units in the names) and the
 * words for it – what happened, through whom, for how long, what the viewer saw. No secret is ever among the data.
 */
const texts = {
  'stream.created': ({ name }: { name: string }) =>
    `The stream “${name}” was created. It is off the air until a broadcaster connects with its key.`,

  /** `encoder`: where that was changed. */
  'stream.changed': (facts: { name: string; reconnectWindowMs: number; encoder?: EncoderTier }) =>
    `The settings were changed: the name is “${facts.name}”, and a lost broadcaster is waited for ${formatDuration(facts.reconnectWindowMs)}.` +
    `${facts.encoder === undefined ? '' : ` From the next broadcast on ${encoderWords[facts.encoder]}.`}`,

  'key.rotated': ({ keyId, graceMs }: { keyId: string; graceMs: number }) =>
    graceMs === 0
      ? `A new stream key (${keyId}) was made. Every older key stopped working at once.`
      : `A new stream key (${keyId}) was made. The one before it works for another ${formatDuration(graceMs)}.`,

  'key.revoked': ({ keyId }: { keyId: string }) => `The stream key ${keyId} was revoked and works no more.`,

  /** `server`: the host of its address. */
  'destination.added': ({ destination, server }: { destination: string; server: string }) =>
    `The destination “${destination}” on ${server} was added: it gets what the broadcaster sends, too.`,

  'destination.changed': ({ destination, enabled }: { destination: string; enabled: boolean }) =>
    `The destination “${destination}” was changed: it is switched ${enabled ? 'on' : 'off'}.`,

  'destination.removed': ({ destination }: { destination: string }) =>
    `The destination “${destination}” was removed and gets nothing more.`,

  'broadcast.starting': ({ workerId, proxyId }: { workerId: string; proxyId?: string }) =>
    `A broadcaster connected${through(proxyId)}. ${workerId} is making the first pictures; viewers see “starting”.`,

  'stream.live': (facts: {
    workerId: string;
    startupMs: number;
    width: number;
    height: number;
    frameRate: number;
    bitrateBps: number;
    renditions: string;
  }) =>
    `On air ${formatDuration(facts.startupMs)} after the broadcaster connected: ${facts.width}×${facts.height} at ` +
    `${Number(facts.frameRate.toFixed(2))} frames a second and ${mbps(facts.bitrateBps)} comes in, ${facts.workerId} makes ${facts.renditions}.`,

  'stream.reconnecting': (facts: { windowMs: number; detail?: string; proxyId?: string }) =>
    `The broadcaster${facts.proxyId === undefined ? '' : ` that came through ${facts.proxyId}`} is gone${because(facts.detail)}. ` +
    `The broadcast stays open for ${formatDuration(facts.windowMs)}; viewers see the last picture, then a slate, and “reconnecting”.`,

  'stream.resumed': (facts: { workerId: string; proxyId?: string; awayMs: number; shown: ShownMeanwhile }) =>
    `The broadcaster came back after ${formatDuration(facts.awayMs)},${through(facts.proxyId)} to ${facts.workerId}. The same broadcast goes on; ${shownWords[facts.shown]}.`,

  'stream.end-requested': () =>
    'The end of the broadcast was asked for. The encoder finishes what it has and closes the broadcast.',

  'stream.ended': ({ reason, durationMs }: { reason: EndReason; durationMs: number }) =>
    `Off the air after ${formatDuration(durationMs)}: ${endReasons[reason]}`,

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
    const reason = `${refusals[facts.reason].journal}${because(detail)}. Viewers saw nothing of it.`;
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
    /** Media that the proxy no longer had; left out where that is not known. */
    lostMs?: number;
  }) =>
    `${moved(facts)} The broadcaster stayed connected, and the last ${formatDuration(facts.replayedMs)} were sent again` +
    `${replayed(facts)}. ${
      facts.lateMs < 1
        ? 'The next segment came in time.'
        : `The next segment came ${formatDuration(facts.lateMs)} late: players that had less ahead waited for it.`
    }`,

  'input.changed': (facts: { width: number; height: number; frameRate: number; codec?: string }) =>
    `The broadcaster now sends ${facts.width}×${facts.height} at ${Number(facts.frameRate.toFixed(2))} frames a second` +
    `${facts.codec === undefined ? '' : ` (${facts.codec})`}. Players switch at a marked point.`,

  'input.gap': ({ gapMs }: { gapMs: number }) =>
    `Nothing usable came from the broadcaster for ${formatDuration(gapMs)}. Viewers skip this gap.`,

  'input.timestamps-mended': ({ jumpMs }: { jumpMs: number }) =>
    `The broadcaster's clock jumped ${jumpMs < 0 ? 'back' : 'ahead'} by ${formatDuration(Math.abs(jumpMs))}. Stream time was mended; viewers see at most a short jump.`,

  'ladder.shed': ({ rendition, speed, left }: { rendition: string; speed: number; left: string }) =>
    `The encoder ran at ${speed.toFixed(2)} times real time, so it gave up ${rendition}. Viewers keep ${left}.`,

  'encoder.restarted': ({ detail, outageMs }: { detail: string; outageMs: number }) =>
    `The encoder stopped (${detail}) and was started again; ${formatDuration(outageMs)} were made anew or skipped.`,

  'lease.lost': ({ workerId }: { workerId: string }) =>
    `${workerId} lost the right to write this stream and let go of it, so that two encoders never mix.`,

  'origin.trouble': ({ detail, queuedMs }: { detail: string; queuedMs: number }) =>
    `The origin does not take segments (${detail}). ${formatDuration(queuedMs)} of media wait; viewers may run out of picture.`,

  'origin.recovered': ({ downMs, lostMs }: { downMs: number; lostMs: number }) =>
    `The origin takes segments again after ${formatDuration(downMs)}. ${lostMs === 0 ? 'Nothing was lost.' : `${formatDuration(lostMs)} of media were given up.`}`,

  'control.recovered': ({ downMs }: { downMs: number }) =>
    `The control store could not be used for ${formatDuration(downMs)}. The broadcast went on, and viewers saw nothing of it; ` +
    'new broadcasters were turned away, and what happened meanwhile is told only now.',

  'recording.ready': ({ durationMs, renditions }: { durationMs: number; renditions: string }) =>
    `The recording of ${formatDuration(durationMs)} is complete and plays from its first second, in ${renditions}.`,

  /** `closed`: its playlists say that it is over. */
  'recording.incomplete': (facts: {
    durationMs: number;
    lostMs: number;
    closed: boolean;
    detail: string;
    renditions: string;
  }) =>
    `The recording is not complete: ${facts.detail}.${facts.lostMs > 0 ? ` ${formatDuration(facts.lostMs)} of media are lost.` : ''} ` +
    (facts.durationMs === 0
      ? 'Nothing of it can be watched.'
      : `What there is up to ${formatDuration(facts.durationMs)} can be watched in ${facts.renditions}` +
        `${facts.closed ? '.' : '; players wait at its end as if more came.'}`),

  'stream.taken_down': ({ reason, darkMs }: { reason: string; darkMs: number }) =>
    `The stream was taken down: ${reason}. Nothing of it was delivered any more ${formatDuration(darkMs)} after that was asked for; its ` +
    'recordings are kept where viewers cannot reach them.',

  'stream.restored': ({ tookMs }: { tookMs: number }) =>
    `The stream was restored within ${formatDuration(tookMs)}: its recordings can be watched, and its broadcaster may come back.`,

  'managed.channel.starting': ({ aboutMs }: { aboutMs: number }) =>
    `A MediaLive channel is being made and started, which takes about ${formatDuration(aboutMs)}. Viewers see “starting”.`,

  'managed.channel.running': ({ channelId, tookMs }: { channelId: string; tookMs: number }) =>
    `The MediaLive channel ${channelId} runs, ${formatDuration(tookMs)} after it was asked for.`,

  /** `fallback`: the fleet encodes the broadcast instead. */
  'managed.channel.failed': ({ detail, fallback }: { detail: string; fallback: boolean }) =>
    `The MediaLive channel failed: ${detail}. ${
      fallback ? 'Our own encoders go on with the broadcast.' : 'The broadcast is over.'
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
    `The MediaLive channel ${channelId} is deleted. It ran for ${formatDuration(ranMs)}, which costs about $${costUsd.toFixed(2)}.`,

  /** Found by the sweeper: no broadcast needed it. */
  'managed.channel.orphan_removed': ({ channelId, costUsd }: { channelId: string; costUsd: number }) =>
    `The MediaLive channel ${channelId} ran on without a broadcast and was removed. It cost about $${costUsd.toFixed(2)}.`,

  'simulcast.live': ({ destination, tookMs }: { destination: string; tookMs: number }) =>
    `The destination “${destination}” gets the broadcast too, ${formatDuration(tookMs)} after the first try.`,

  'simulcast.waiting': (facts: { destination: string; detail: string; againMs: number }) =>
    `The destination “${facts.destination}” gets nothing at the moment: ${facts.detail}. The next try is in ${formatDuration(facts.againMs)}. Viewers here see nothing of it.`,

  'simulcast.refused': ({ destination, detail }: { destination: string; detail: string }) =>
    `The destination “${destination}” gets nothing, and is not tried again until its settings change: ${detail}. Viewers here see nothing of it.`,

  'simulcast.ended': ({ destination, sentMs }: { destination: string; sentMs: number }) =>
    `The destination “${destination}” got ${formatDuration(sentMs)} of the broadcast; it is over there too.`,
} satisfies Record<string, (data: never) => string>;

export type StreamEventType = keyof typeof texts;
/** The data that an event of this type carries. */
export type StreamEventData<Type extends StreamEventType> =
  Parameters<(typeof texts)[Type]> extends [infer Data] ? Data : Record<never, never>;

/** All types, for schemas and filters. */
export const streamEventTypes = Object.keys(texts) as StreamEventType[];

/** Makes the record of an event, for `appendEvent`. `atMs` is Unix time. Fields that are undefined are left out. */
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
  media: 'what it had sent before lasted for that time',
  'last-picture': 'meanwhile viewers saw its last picture, in silence',
  slate: 'meanwhile viewers saw its last picture, then a slate, in silence',
  nothing: 'meanwhile no encoder had it, so viewers waited, then skipped that time',
};

const encoderWords: Record<EncoderTier, string> = {
  fleet: 'our own encoders make its renditions',
  medialive: 'an AWS MediaLive channel makes its renditions',
};

const endReasons: Record<EndReason, string> = {
  'publisher-ended': 'the broadcaster ended the broadcast.',
  'reconnect-window-over': 'the broadcaster did not come back within the reconnect window.',
  'ended-by-api': 'it was ended through the API.',
  'encoder-failed': 'the encoder failed again and again.',
  'taken-down': 'the stream was taken down.',
};

interface Move {
  readonly fromWorkerId: string;
  readonly toWorkerId: string;
  readonly cause: RehomeCause;
  readonly lostMs?: number;
}

function moved({ fromWorkerId: from, toWorkerId: to, cause }: Move): string {
  if (cause === 'link-broken') return `The way to ${to} broke and was made again.`;
  const why = cause === 'handed-over' ? 'was told to stop' : 'did not answer any more';
  if (from === to) return `${to} ${why}, and took the broadcast on after it was started again.`;
  return `The broadcast was moved from ${from} to ${to}, because ${from} ${why}.`;
}

function replayed({ cause, lostMs }: Move): string {
  if (lostMs === undefined) return cause === 'link-broken' ? ', which viewers see twice' : '';
  return lostMs === 0
    ? ', so nothing is lost'
    : `; ${formatDuration(lostMs)} before that are lost, and viewers skip them`;
}

const through = (proxyId: string | undefined): string => (proxyId === undefined ? '' : ` through ${proxyId}`);
const because = (detail: string | undefined): string => (detail === undefined ? '' : ` (${detail})`);
const from = (client: string | undefined): string => (client === undefined ? '' : ` from ${client}`);
