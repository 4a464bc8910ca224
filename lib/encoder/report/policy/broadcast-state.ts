import type { BroadcastState, EndReason } from '../../../control-store/records.ts';

/** What happens to a broadcast. `confirmed`: the origin has stored the first playable segment. */
export type BroadcastTrigger = 'confirmed' | 'publisher-lost' | 'publisher-back' | EndReason;

/**
 * The transitions of a broadcast. A trigger not listed for a state changes nothing: a publisher lost while starting leaves a
 * broadcast waiting for its first picture, and an ended broadcast stays ended.
 */
const transitions: Readonly<Record<BroadcastState, Partial<Record<BroadcastTrigger, BroadcastState>>>> = {
  starting: {
    confirmed: 'live',
    'publisher-lost': 'reconnecting',
    'publisher-ended': 'ended',
    'reconnect-window-over': 'ended',
    'ended-by-api': 'ended',
    'taken-down': 'ended',
    'input-unusable': 'ended',
    'encoder-failed': 'ended',
  },
  live: {
    'publisher-lost': 'reconnecting',
    'publisher-ended': 'ended',
    'ended-by-api': 'ended',
    'taken-down': 'ended',
    'input-unusable': 'ended',
    'encoder-failed': 'ended',
  },
  reconnecting: {
    'publisher-back': 'live',
    'publisher-ended': 'ended',
    'reconnect-window-over': 'ended',
    'ended-by-api': 'ended',
    'taken-down': 'ended',
    'input-unusable': 'ended',
    'encoder-failed': 'ended',
  },
  ended: {},
};

/** The state after a trigger, or undefined if the trigger changes nothing. */
export const nextState = (state: BroadcastState, trigger: BroadcastTrigger): BroadcastState | undefined =>
  transitions[state][trigger];
