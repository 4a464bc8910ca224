import { describe, expect, test } from '@jest/globals';
import type { DestinationState } from '../../../../../lib/player/page/api/types.ts';
import {
  destinationStatus,
  destinationWords,
} from '../../../../../lib/player/page/model/console/destinations.ts';

const states: DestinationState[] = ['connecting', 'live', 'waiting', 'refused', 'ended'];
const at = new Date(2026, 10, 22, 20, 15).getTime();
const since = new Date(at).toISOString();

describe('destination texts', () => {
  test('each state has its own word and shape', () => {
    const shown = states.map((state) => destinationWords({ enabled: true, state }));
    expect(new Set(shown.map(({ word }) => word)).size).toBe(5);
    expect(new Set(shown.map(({ shape }) => shape)).size).toBe(5);
  });

  test('what is turned off is off, whatever its last state', () => {
    for (const state of states) {
      expect(destinationWords({ enabled: false, state }).word).toBe('Off');
      expect(destinationStatus({ enabled: false, state, since, detail: 'it hangs' }, at)).toBe(
        'Receives nothing until you turn it on',
      );
    }
  });

  test('before the first broadcast a destination is ready', () => {
    expect(destinationWords({ enabled: true }).word).toBe('Ready');
    expect(destinationStatus({ enabled: true }, at)).toBe('Will receive the next broadcast');
  });

  test('the status says since when and why', () => {
    expect(destinationStatus({ enabled: true, state: 'live', since }, at)).toMatch(
      /^Receiving the broadcast \(since \d{1,2}:15(\sPM)?\)$/,
    );
    expect(
      destinationStatus(
        { enabled: true, state: 'waiting', since, detail: 'the server does not respond' },
        at,
      ),
    ).toMatch(/^Receiving nothing; retrying \(since .*\): the server does not respond$/);
    expect(destinationStatus({ enabled: true, state: 'refused', detail: 'it refuses the key' }, at)).toBe(
      'Receiving nothing until its settings change: it refuses the key',
    );
  });
});
