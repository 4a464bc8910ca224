import type { BusEventType } from '../../control-store/bus-events.ts';
import type { HealthVerdict } from '../../control-store/health/health-record.ts';
import type { StreamEventData } from '../../control-store/stream-events.ts';
import { type Field, flag, number, oneOf, optional, text } from './event-fields.ts';

type Fields<Type extends BusEventType> = {
  readonly [Name in keyof StreamEventData<Type>]-?: Field<StreamEventData<Type>[Name]>;
};

/** What the API's document says of each event that other systems get. Types see to it that no field is missing. */
export interface DescribedEvent<Type extends BusEventType> {
  readonly summary: string;
  /** Whether it always concerns the stream as a whole. */
  readonly ofStream?: true;
  readonly fields: Fields<Type>;
}

const verdicts: Readonly<Record<HealthVerdict, string>> = {
  excellent: 'nothing to improve',
  fair: 'viewers may notice',
  bad: 'viewers notice',
  none: 'nothing is received',
};

const destination = text('Name of the destination.', 'Second site');
const channelId = text('ID of the channel at AWS.', '1234567');
const costUsd = number('What the channel has cost, in US dollars; an estimate.', 1.74);
const worker = text('Worker that encodes the broadcast.', 'encoder-1');
const proxy = optional(text('Ingest proxy that the broadcaster is connected to.', 'ingest-1'));

export const eventTable: { readonly [Type in BusEventType]: DescribedEvent<Type> } = {
  'stream.live': {
    summary: 'A broadcast is on air',
    fields: {
      workerId: worker,
      startupMs: number('Time since the broadcaster connected, in milliseconds.', 1_840),
      width: optional(
        number('Width of the broadcaster’s pictures, in pixels. Omitted for sound alone.', 1_280),
      ),
      height: optional(
        number('Height of the broadcaster’s pictures, in pixels. Omitted for sound alone.', 720),
      ),
      frameRate: optional(number('Pictures in a second. Omitted for sound alone.', 30)),
      bitrateBps: number('Bits in a second that the broadcaster sends.', 4_200_000),
      renditions: text('What it is encoded into, for people.', '720p and audio'),
    },
  },
  'stream.reconnecting': {
    summary: 'The broadcaster disconnected, and the broadcast waits',
    fields: {
      windowMs: number('How long it waits for the broadcaster, in milliseconds.', 60_000),
      detail: optional(
        text('Why it disconnected, if that is known, for people.', 'the connection was reset'),
      ),
      proxyId: optional(text('Ingest proxy that the broadcaster was connected to.', 'ingest-1')),
      soundAlone: optional(flag('True if the broadcast is sound alone. May be omitted.', false)),
    },
  },
  'stream.resumed': {
    summary: 'The broadcaster is back in the same broadcast',
    fields: {
      workerId: worker,
      proxyId: proxy,
      awayMs: number('How long the broadcaster was away, in milliseconds.', 4_300),
      shown: oneOf(
        'What viewers saw meanwhile.',
        {
          media: 'what had been sent ahead',
          'last-picture': 'the last picture, without sound',
          slate: 'the last picture, then a slate',
          silence: 'a broadcast of sound alone, which was silent',
          nothing: 'they waited',
        },
        'last-picture',
      ),
    },
  },
  'stream.ended': {
    summary: 'A broadcast has ended',
    fields: {
      reason: oneOf(
        'Why it ended.',
        {
          'publisher-ended': 'the broadcaster ended it',
          'reconnect-window-over': 'the broadcaster did not return in time',
          'ended-by-api': 'it was ended from the console or the API',
          'input-unusable': 'what the broadcaster sent could not be encoded',
          'encoder-failed': 'the encoder failed repeatedly',
          'taken-down': 'the stream was taken down',
        },
        'publisher-ended',
      ),
      durationMs: number('How long it was on air, in milliseconds.', 3_725_000),
    },
  },
  'stream.health': {
    summary: 'The verdict on what the broadcaster sends has changed',
    fields: {
      verdict: oneOf('How well its media arrives and is encoded.', verdicts, 'fair'),
      was: oneOf('The verdict before.', verdicts, 'excellent'),
      reasons: text('Codes of what is wrong, worst first, with commas.', 'key-frames-rare'),
      because: text(
        'The same in words, with what to do about it; empty if nothing is wrong.',
        'Key frames come every 10 s. Set the key frame interval of your encoder to 2 s.',
      ),
    },
  },
  'recording.ready': {
    summary: 'A recording is complete',
    fields: {
      durationMs: number('Its length, in milliseconds.', 3_725_000),
      renditions: text('What it can be watched in, for people.', '720p and audio'),
    },
  },
  'recording.incomplete': {
    summary: 'A recording is over, and some of it is missing',
    fields: {
      durationMs: number('Its length, in milliseconds; 0 if none of it can be watched.', 3_725_000),
      lostMs: number('How much is missing, in milliseconds, as far as is known.', 6_000),
      closed: flag('True if its playlists end. Otherwise players wait at the end for more.', true),
      detail: text('Why, for people.', 'the origin did not accept segments for 6 s'),
      renditions: text('What it can be watched in, for people.', '720p and audio'),
    },
  },
  'recording.deleted': {
    summary: 'A recording was deleted',
    fields: {
      tookMs: number('Time since the request, in milliseconds.', 900),
      goneUntilMs: number(
        'Until then its links answer 410, afterwards 404; Unix time in milliseconds.',
        1_795_465_800_900,
      ),
    },
  },
  'stream.taken_down': {
    summary: 'A stream was taken down',
    ofStream: true,
    fields: {
      reason: text('The reason that was given.', 'A report of stolen footage'),
      darkMs: number('Time from the request until no viewer saw anything of it, in milliseconds.', 420),
    },
  },
  'stream.restored': {
    summary: 'A takedown was undone',
    ofStream: true,
    fields: { tookMs: number('Time since the request, in milliseconds.', 900) },
  },
  'playback.changed': {
    summary: 'Who may watch a stream has changed',
    ofStream: true,
    fields: {
      mode: oneOf(
        'Who may watch now.',
        { public: 'anyone with the address', signed: 'only viewers with a playback link' },
        'signed',
      ),
    },
  },
  'playback.revoked': {
    summary: 'All playback links of a stream were revoked',
    ofStream: true,
    fields: {},
  },
  'managed.channel.starting': {
    summary: 'A MediaLive channel is being created for a broadcast',
    fields: { aboutMs: number('How long that usually takes, in milliseconds.', 90_000) },
  },
  'managed.channel.running': {
    summary: 'The MediaLive channel of a broadcast is running',
    fields: { channelId, tookMs: number('Time since it was requested, in milliseconds.', 86_000) },
  },
  'managed.channel.failed': {
    summary: 'The MediaLive channel of a broadcast failed',
    fields: {
      detail: text('Why, for people.', 'MediaLive reported an error in its input'),
      fallback: flag(
        'True if Headwater’s own encoders continue the broadcast; otherwise it has ended.',
        true,
      ),
    },
  },
  'managed.channel.deleted': {
    summary: 'The MediaLive channel of a broadcast was deleted',
    fields: { channelId, ranMs: number('How long it ran, in milliseconds.', 3_720_000), costUsd },
  },
  'managed.channel.orphan_removed': {
    summary: 'A MediaLive channel that no broadcast needed was removed',
    fields: { channelId, costUsd },
  },
  'simulcast.live': {
    summary: 'A destination receives the broadcast',
    fields: { destination, tookMs: number('Time since the first attempt, in milliseconds.', 640) },
  },
  'simulcast.waiting': {
    summary: 'A destination does not receive the broadcast for now',
    fields: {
      destination,
      detail: text('Why, for people.', 'the server does not respond'),
      againMs: number('When it is tried again, in milliseconds from now.', 8_000),
    },
  },
  'simulcast.refused': {
    summary: 'A destination refuses the broadcast, and is not tried again',
    fields: { destination, detail: text('Why, for people.', 'the server does not accept the stream key') },
  },
  'simulcast.ended': {
    summary: 'A destination received the broadcast to its end',
    fields: { destination, sentMs: number('How long it received it, in milliseconds.', 3_724_000) },
  },
};
