import type { Destination, DestinationState } from '../api/types.ts';
import { formatWhen } from './format.ts';
import type { StateWords } from './stream-state.ts';

/** How a destination is marked; any one of word and shape is enough. `badge` is the class of a stream's badge. */
export interface DestinationWords {
  readonly word: string;
  readonly badge: string;
  readonly shape: StateWords['shape'];
}

const stateWords: Readonly<Record<DestinationState, DestinationWords & { meaning: string }>> = {
  connecting: { word: 'Connecting', badge: 'starting', shape: 'half', meaning: 'It is being called' },
  live: { word: 'Live', badge: 'up', shape: 'dot', meaning: 'It gets the broadcast' },
  waiting: {
    word: 'Trying again',
    badge: 'reconnecting',
    shape: 'dashes',
    meaning: 'It gets nothing at the moment and is tried again',
  },
  refused: {
    word: 'Refused',
    badge: 'taken-down',
    shape: 'bar',
    meaning: 'It gets nothing until its settings change',
  },
  ended: { word: 'Ended', badge: 'ended', shape: 'square', meaning: 'The last broadcast is over there too' },
};

const off = { word: 'Off', badge: 'ended', shape: 'ring' } as const;
const ready = { word: 'Ready', badge: 'idle', shape: 'ring' } as const;

/** The mark of a destination. What is switched off is off, whatever was last heard of it. */
export function destinationWords({
  enabled,
  state,
}: Pick<Destination, 'enabled' | 'state'>): DestinationWords {
  if (!enabled) return off;
  return state === undefined ? ready : stateWords[state];
}

/** What the mark means, why, and since when, on one line. */
export function destinationStory(
  { enabled, state, since, detail }: Pick<Destination, 'enabled' | 'state' | 'since' | 'detail'>,
  nowMs: number,
): string {
  if (!enabled) return 'It gets nothing until it is switched on';
  if (state === undefined) return 'It gets the next broadcast';
  const when = since === undefined ? '' : ` since ${formatWhen(Date.parse(since), nowMs)}`;
  return `${stateWords[state].meaning}${when}${detail === undefined ? '' : `: ${detail}`}`;
}
