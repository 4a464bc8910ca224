import type { Stream, StreamState, TakedownNotice } from '../api/types.ts';
import type { StreamKnowledge } from './playback-target.ts';

/** The displayed state: a takedown takes precedence over all others. */
export type ShownState = StreamState | 'taken-down';

/** The edge's HTTP status for a stream that was taken down. */
export const takenDownStatus = 410;

/** In a stream list, a takedown is present only while it lasts, and without its state. */
interface StreamParts extends Pick<Stream, 'state'> {
  readonly takedown?: Pick<TakedownNotice, 'state'>;
}

/** True from the takedown request until the takedown has been undone completely. */
export const isTakenDown = ({ takedown }: Pick<StreamParts, 'takedown'>): boolean =>
  takedown !== undefined && takedown.state !== 'restored';

export const shownState = (stream: StreamParts): ShownState =>
  isTakenDown(stream) ? 'taken-down' : stream.state;

/** What a viewer sees: whoever went back sees on after the end, and a recording is one whatever its stream does now. */
export function stateSeen(
  stream: StreamKnowledge,
  { ended = false, wanted }: { readonly ended?: boolean; readonly wanted: 'stream' | 'recording' },
): { readonly state: ShownState; readonly words: string } | undefined {
  if (stream.kind === 'taken-down') {
    return wanted === 'stream' ? { state: stream.kind, words: viewerWords[stream.kind] } : undefined;
  }
  if (stream.kind !== 'known') return undefined;
  const state = stream.state === 'live' && ended ? 'ended' : stream.state;
  const words = state === 'ended' && wanted === 'recording' ? 'Recording' : viewerWords[state];
  return { state, words };
}

/** `stateWords` address the broadcaster; these address the viewer. */
const viewerWords: Readonly<Record<ShownState, string>> = {
  idle: 'Not on air yet',
  starting: 'About to start',
  live: 'On air now',
  reconnecting: 'Waiting for the broadcaster to return',
  ended: 'Recording of the last broadcast',
  'taken-down': 'Not available',
};

/** How a state is shown: a word, a sentence and a shape, so that it never relies on colour alone. */
export interface StateWords {
  readonly word: string;
  /** For the broadcaster, in the console. */
  readonly explanation: string;
  readonly shape: 'ring' | 'half' | 'dot' | 'dashes' | 'square' | 'bar';
}

export const stateWords: Readonly<Record<ShownState, StateWords>> = {
  idle: {
    word: 'Offline',
    explanation: 'Not receiving anything. Start your encoder to go live.',
    shape: 'ring',
  },
  starting: {
    word: 'Starting',
    explanation: 'Encoder connected. Preparing the first pictures.',
    shape: 'half',
  },
  live: { word: 'Live', explanation: 'You’re on air.', shape: 'dot' },
  reconnecting: {
    word: 'Reconnecting',
    explanation: 'Encoder disconnected. Waiting for it to reconnect; viewers see a holding picture.',
    shape: 'dashes',
  },
  ended: {
    word: 'Ended',
    explanation: 'The last broadcast has ended. Start your encoder to go live again.',
    shape: 'square',
  },
  'taken-down': {
    word: 'Taken down',
    explanation: 'Viewers can’t watch it and nobody can broadcast to it until it’s restored.',
    shape: 'bar',
  },
};

/** True while a broadcast is running, so it can be ended. */
export const isOnAir = (state: ShownState): boolean =>
  state === 'starting' || state === 'live' || state === 'reconnecting';
