import type { HealthVerdict, Stream, StreamHealth } from '../../api/types.ts';
import { type ShownState, type StateWords, stateWords } from '../stream-state.ts';

/** The displayed verdict: before the first sample there is none yet. */
export type ShownVerdict = HealthVerdict | 'measuring';

/** How a verdict is shown; word and shape each suffice alone. */
export interface VerdictWords {
  readonly word: string;
  readonly shape: StateWords['shape'];
  /** The sentence beside it, or what leads to the reasons. */
  readonly says: string;
}

export const verdictWords: Readonly<Record<ShownVerdict, VerdictWords>> = {
  excellent: { word: 'Excellent', shape: 'dot', says: 'Everything arrives in full and on time.' },
  fair: { word: 'Fair', shape: 'half', says: 'Fair, because:' },
  bad: { word: 'Bad', shape: 'bar', says: 'Bad, because:' },
  none: { word: 'No signal', shape: 'ring', says: 'Nothing is arriving from your encoder.' },
  measuring: { word: 'Measuring', shape: 'dashes', says: 'The first figures appear within seconds.' },
};

/** A broadcaster may stop looking once told “You’re on air”, so that depends on what arrives. */
const liveWords: Readonly<Record<ShownVerdict, string>> = {
  excellent: stateWords.live.explanation,
  fair: 'You’re on air, with some flaws. Stream health says which.',
  bad: 'You’re on air, but viewers notice problems. Stream health says why.',
  none: 'The broadcast is running, but nothing is arriving from your encoder.',
  measuring: 'The broadcast is running.',
};

/** A stream's state in a sentence. `verdict`: undefined if it isn't known. */
export const explanationOf = (state: ShownState, verdict: ShownVerdict | undefined): string =>
  state === 'live' ? liveWords[verdict ?? 'measuring'] : stateWords[state].explanation;

/** Health as it is shown: the verdict fits the state, and what an encoder sent that has left is not current. */
export interface ShownHealth extends Omit<StreamHealth, 'verdict'> {
  readonly verdict: ShownVerdict;
}

/** Undefined if this encoder isn't measured. The API's answer may be older than the stream's state. */
export function shownHealth(
  health: StreamHealth,
  { state, broadcast }: Pick<Stream, 'state' | 'broadcast'>,
): ShownHealth | undefined {
  const { series } = health;
  if (state === 'reconnecting') return { verdict: 'none', reasons: [], series };
  if (health.verdict !== 'none' || series.samples.length > 0) return health;
  return broadcast?.encoder === 'medialive' ? undefined : { ...health, verdict: 'measuring' };
}
