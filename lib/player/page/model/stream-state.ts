/** A stream's state as the API gives it. */
export type StreamState = 'idle' | 'starting' | 'live' | 'reconnecting' | 'ended';

/** What is shown as the state: a takedown stands before all others. */
export type ShownState = StreamState | 'taken-down';

/** What the edge answers for a stream that was taken down. */
export const takenDownStatus = 410;

/** Parts of a stream as the API gives it; in a list a takedown is there only while it lasts, and without its state. */
interface StreamParts {
  readonly state: StreamState;
  readonly takedown?: { readonly state?: string };
}

/** True from the moment in which the takedown was asked for until all of it is undone. */
export const isTakenDown = ({ takedown }: Pick<StreamParts, 'takedown'>): boolean =>
  takedown !== undefined && takedown.state !== 'restored';

export const shownState = (stream: StreamParts): ShownState =>
  isTakenDown(stream) ? 'taken-down' : stream.state;

/** How a state is shown: a word, a sentence, and a shape, so that colour alone never carries it. */
export interface StateWords {
  readonly word: string;
  /** For the broadcaster, in the console. */
  readonly explanation: string;
  readonly shape: 'ring' | 'half' | 'dot' | 'dashes' | 'square' | 'bar';
}

export const stateWords: Readonly<Record<ShownState, StateWords>> = {
  idle: {
    word: 'Offline',
    explanation: 'Nothing is coming in. Start your encoder to go live.',
    shape: 'ring',
  },
  starting: {
    word: 'Starting',
    explanation: 'Your encoder is connected. The first pictures are being prepared.',
    shape: 'half',
  },
  live: { word: 'Live', explanation: 'You are on air.', shape: 'dot' },
  reconnecting: {
    word: 'Reconnecting',
    explanation:
      'The connection to your encoder is gone. The broadcast is held open for it; viewers see a waiting picture.',
    shape: 'dashes',
  },
  ended: {
    word: 'Ended',
    explanation:
      'The last broadcast is over and can be watched as a recording. Start your encoder to go live again.',
    shape: 'square',
  },
  'taken-down': {
    word: 'Taken down',
    explanation: 'Nothing of it is delivered, and nobody can broadcast to it until it is restored.',
    shape: 'bar',
  },
};

/** True while a broadcast is under way, so that it can be ended. */
export const isOnAir = (state: ShownState): boolean =>
  state === 'starting' || state === 'live' || state === 'reconnecting';
