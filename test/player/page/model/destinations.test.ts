import { describe, expect, test } from '@jest/globals';
import type { DestinationState } from '../../../../lib/player/page/api/types.ts';
import { destinationStory, destinationWords } from '../../../../lib/player/page/model/destinations.ts';

const states: DestinationState[] = ['connecting', 'live', 'waiting', 'refused', 'ended'];
const at = new Date(2026, 10, 22, 20, 15).getTime();
const since = new Date(at).toISOString();

describe('a destination in words', () => {
  test('each state has its own word and its own shape', () => {
    const shown = states.map((state) => destinationWords({ enabled: true, state }));
    expect(new Set(shown.map(({ word }) => word)).size).toBe(5);
    expect(new Set(shown.map(({ shape }) => shape)).size).toBe(5);
  });

  test('what is switched off is off, whatever was last heard of it', () => {
    for (const state of states) {
      expect(destinationWords({ enabled: false, state }).word).toBe('Off');
      expect(destinationStory({ enabled: false, state, since, detail: 'it hangs' }, at)).toBe(
        'It gets nothing until it is switched on',
      );
    }
  });

  test('before its first broadcast it waits for one', () => {
    expect(destinationWords({ enabled: true }).word).toBe('Ready');
    expect(destinationStory({ enabled: true }, at)).toBe('It gets the next broadcast');
  });

  test('tells since when, and why', () => {
    expect(destinationStory({ enabled: true, state: 'live', since }, at)).toMatch(
      /^It gets the broadcast since \d{1,2}:15(\sPM)?$/,
    );
    expect(
      destinationStory({ enabled: true, state: 'waiting', since, detail: 'it does not answer' }, at),
    ).toMatch(/is tried again since .*: it does not answer$/);
    expect(destinationStory({ enabled: true, state: 'refused', detail: 'it refuses the key' }, at)).toBe(
      'It gets nothing until its settings change: it refuses the key',
    );
  });
});
