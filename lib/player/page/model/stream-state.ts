/** A stream's state as the API gives it. */
export type StreamState = 'idle' | 'starting' | 'live' | 'reconnecting' | 'ended';

/** How a state is shown: a word, a sentence, and a shape, so that colour alone never carries it. */
export interface StateWords {
  readonly word: string;
  /** For the broadcaster, in the console. */
  readonly explanation: string;
  readonly shape: 'ring' | 'half' | 'dot' | 'dashes' | 'square';
}

export const stateWords: Readonly<Record<StreamState, StateWords>> = {
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
};

/** True while a broadcast is under way, so that it can be ended. */
export const isOnAir = (state: StreamState): boolean =>
  state === 'starting' || state === 'live' || state === 'reconnecting';
