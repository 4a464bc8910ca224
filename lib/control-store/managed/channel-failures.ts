/** Why a managed channel can't serve its broadcast. */
export type ChannelFailureReason =
  | 'quota'
  | 'denied'
  | 'invalid'
  | 'broken'
  | 'start-timeout'
  | 'no-output'
  | 'died'
  | 'lost'
  | 'superseded';

export interface ChannelFailure {
  readonly reason: ChannelFailureReason;
  readonly atMs: number;
}

interface FailureKind {
  /** For the broadcaster; follows a colon. */
  readonly words: string;
  /** The encoder fleet takes over the broadcast. */
  readonly fallback: boolean;
}

export const channelFailures: Readonly<Record<ChannelFailureReason, FailureKind>> = {
  quota: {
    words: 'the AWS account has reached its MediaLive quota for channels or inputs',
    fallback: true,
  },
  denied: { words: 'AWS does not allow Headwater to create or start channels', fallback: true },
  invalid: { words: 'MediaLive rejected the channel’s settings', fallback: true },
  broken: { words: 'MediaLive could not create the channel', fallback: true },
  'start-timeout': { words: 'it was not ready in time', fallback: true },
  'no-output': { words: 'it is running, but none of its output reached the origin in time', fallback: true },
  died: { words: 'it stopped unexpectedly', fallback: true },
  lost: { words: 'it was stopped or deleted outside Headwater', fallback: true },
  superseded: { words: 'a newer broadcast has taken over the stream', fallback: false },
};
