/** Why a managed channel is of no use to its broadcast. */
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
  /** Plain words, for the broadcaster; they go on after a colon. */
  readonly words: string;
  /** The fleet encodes the broadcast instead. */
  readonly fallback: boolean;
}

export const channelFailures: Readonly<Record<ChannelFailureReason, FailureKind>> = {
  quota: {
    words: 'the AWS account may not have another channel or input just now (its MediaLive quota is used up)',
    fallback: true,
  },
  denied: { words: 'AWS does not let this platform make or start channels', fallback: true },
  invalid: { words: 'MediaLive does not take the channel’s settings', fallback: true },
  broken: { words: 'MediaLive could not make the channel', fallback: true },
  'start-timeout': { words: 'it was not ready in time', fallback: true },
  'no-output': { words: 'it runs, but nothing of it came to the origin in time', fallback: true },
  died: { words: 'it stopped by itself', fallback: true },
  lost: { words: 'somebody else stopped or deleted it', fallback: true },
  superseded: { words: 'a newer broadcast has the stream by now', fallback: false },
};
