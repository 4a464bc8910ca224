import { describe, expect, test } from '@jest/globals';
import {
  type ChannelEvent,
  channelEventTypes,
  channelStep,
  lookAt,
  stateLimitMs,
} from '../../../../lib/control/managed-channels/policy/channel-machine.ts';
import { channelFailures } from '../../../../lib/control-store/managed/channel-failures.ts';
import {
  type ChannelState,
  channelStates,
  isLeaving,
} from '../../../../lib/control-store/managed/channel-states.ts';

const pairs = channelStates.flatMap((state) => channelEventTypes.map((event) => ({ state, event })));
const leaving: readonly ChannelState[] = channelStates.filter(isLeaving);
const costly: readonly ChannelState[] = ['starting', 'running', 'live'];

/** What is reached from a state when nothing more is wanted and MediaLive behaves. */
function wayOut(from: ChannelState): ChannelState[] {
  const way: ChannelState[] = [from];
  const seen: Partial<Record<ChannelState, readonly ChannelEvent[]>> = {
    stopping: ['channel-running', 'channel-stopping', 'channel-idle'],
    'deleting-channel': ['channel-idle', 'channel-leaving', 'channel-missing'],
    'deleting-input': ['input-ready', 'input-leaving', 'input-missing'],
  };
  for (let state = from; state !== 'gone' && way.length < 20; ) {
    const events: readonly ChannelEvent[] = seen[state] ?? ['unwanted'];
    const next = events.map((event) => channelStep(state, event).to).find((to) => to !== state);
    if (next === undefined) break;
    way.push(next);
    state = next;
  }
  return way;
}

describe('every pair of state and event', () => {
  test.each(pairs)('$state with $event leads to a state that there is', ({ state, event }) => {
    const { to, command, failure } = channelStep(state, event);
    expect(channelStates).toContain(to);
    if (failure) expect(Object.keys(channelFailures)).toContain(failure);
    // Nothing is made on the way out, and nothing is deleted on the way in.
    if (leaving.includes(to))
      expect(['stop', 'delete-channel', 'delete-input', undefined]).toContain(command);
    else expect(['create-input', 'create-channel', 'start', 'publish', undefined]).toContain(command);
  });

  test.each(pairs.filter(({ state }) => leaving.includes(state) || state === 'gone'))(
    'on the way out, $state with $event never turns round',
    ({ state, event }) => {
      const { to, failure } = channelStep(state, event);
      expect([...leaving, 'gone']).toContain(to);
      expect(failure).toBeUndefined();
    },
  );

  test.each(pairs.filter(({ state }) => costly.includes(state) || state === 'ready'))(
    'a channel that is there, in $state with $event, is never forgotten',
    ({ state, event }) => {
      const { to } = channelStep(state, event);
      expect(['gone', 'none', 'creating-input', 'creating-channel', 'deleting-input']).not.toContain(to);
    },
  );

  test('done twice is done once: what is seen, seen again, fails nothing', () => {
    for (const { state, event } of pairs) {
      const first = channelStep(state, event);
      // The time of a state begins anew with the state.
      if (first.to === state || event === 'overdue') continue;
      const again = channelStep(first.to, event);
      expect({ state, event, failure: again.failure }).toEqual({ state, event, failure: undefined });
    }
  });

  test('only a state with a failure, a wish that is gone, or MediaLive’s word leads out', () => {
    for (const { state, event } of pairs) {
      const { to, failure } = channelStep(state, event);
      if (leaving.includes(state) || !leaving.includes(to)) continue;
      expect({ state, event, told: failure !== undefined || event === 'unwanted' }).toEqual({
        state,
        event,
        told: true,
      });
    }
  });
});

describe('the way out', () => {
  test.each(channelStates.map((state) => [state]))('from %s ends where nothing is left', (state) => {
    expect(wayOut(state).at(-1)).toBe('gone');
  });

  test('waits for the states that stop and delete need', () => {
    expect(channelStep('stopping', 'channel-running')).toEqual({ to: 'stopping', command: 'stop' });
    expect(channelStep('stopping', 'channel-stopping')).toEqual({ to: 'stopping' });
    expect(channelStep('stopping', 'channel-pending')).toEqual({ to: 'stopping' });
    expect(channelStep('stopping', 'channel-idle')).toEqual({
      to: 'deleting-channel',
      command: 'delete-channel',
    });
    expect(channelStep('deleting-channel', 'channel-leaving')).toEqual({ to: 'deleting-channel' });
    expect(channelStep('deleting-channel', 'channel-missing')).toEqual({ to: 'deleting-input' });
    expect(channelStep('deleting-input', 'conflict')).toEqual({ to: 'stopping' });
  });
});

describe('the way in', () => {
  test('gives each command when what it needs is there', () => {
    expect(channelStep('none', 'wanted').command).toBe('create-input');
    expect(channelStep('creating-input', 'input-pending').command).toBeUndefined();
    expect(channelStep('creating-input', 'input-ready').command).toBe('create-channel');
    expect(channelStep('creating-channel', 'channel-pending').command).toBeUndefined();
    expect(channelStep('creating-channel', 'channel-idle')).toEqual({ to: 'ready' });
    expect(channelStep('ready', 'channel-idle')).toEqual({ to: 'ready' });
    expect(channelStep('ready', 'fed').command).toBe('start');
    expect(channelStep('starting', 'channel-running').command).toBe('publish');
  });

  test('gives a command again that was lost', () => {
    expect(channelStep('creating-input', 'input-missing').command).toBe('create-input');
    expect(channelStep('creating-channel', 'channel-missing').command).toBe('create-channel');
    expect(channelStep('starting', 'channel-idle').command).toBe('start');
    expect(channelStep('running', 'channel-running').command).toBe('publish');
  });

  test.each(['quota', 'denied', 'invalid'] as const)('ends at once where %s is the answer', (event) => {
    for (const state of ['creating-input', 'creating-channel', 'starting'] as const) {
      expect(channelStep(state, event).failure).toBe(event);
    }
  });

  test('lasts in no state for ever', () => {
    for (const state of channelStates) {
      if (['none', 'live', 'gone'].includes(state)) continue;
      expect({ state, limited: stateLimitMs[state] !== undefined }).toEqual({ state, limited: true });
    }
  });
});

test('what takes the channel away is told apart: it died, or somebody removed it', () => {
  expect(channelStep('live', 'channel-idle').failure).toBe('died');
  expect(channelStep('live', 'channel-missing').failure).toBe('lost');
  expect(channelStep('starting', 'channel-stopping').failure).toBe('died');
  expect(channelStep('ready', 'channel-stopping').failure).toBe('lost');
});

test('in each state the driver looks at what that state waits for', () => {
  for (const { state, event } of pairs) {
    const { to } = channelStep(state, event);
    if (to === state) continue;
    if (event.startsWith('input-'))
      expect({ state, looks: lookAt[state] }).toEqual({ state, looks: 'input' });
    if (event.startsWith('channel-'))
      expect({ state, looks: lookAt[state] }).toEqual({ state, looks: 'channel' });
  }
});

test('every failure is told in words, and only a newer broadcast leaves the fleet nothing to do', () => {
  for (const [reason, { words, fallback }] of Object.entries(channelFailures)) {
    expect(words.length).toBeGreaterThan(15);
    expect({ reason, fallback }).toEqual({ reason, fallback: reason !== 'superseded' });
  }
});
