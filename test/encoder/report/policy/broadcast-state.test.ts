import { describe, expect, test } from '@jest/globals';
import { nextState } from '../../../../lib/encoder/report/policy/broadcast-state.ts';

describe('The states of a broadcast', () => {
  test('go from starting through live and reconnecting to ended, and ended is final', () => {
    expect(nextState('starting', 'confirmed')).toBe('live');
    expect(nextState('live', 'publisher-lost')).toBe('reconnecting');
    expect(nextState('reconnecting', 'publisher-back')).toBe('live');
    expect(nextState('reconnecting', 'reconnect-window-over')).toBe('ended');
    expect(nextState('live', 'ended-by-api')).toBe('ended');
    for (const state of ['starting', 'live', 'reconnecting'] as const) {
      expect(nextState(state, 'taken-down')).toBe('ended');
    }
    expect(nextState('starting', 'input-unusable')).toBe('ended');
    expect(nextState('live', 'confirmed')).toBeUndefined();
    expect(nextState('ended', 'publisher-back')).toBeUndefined();
  });
});
