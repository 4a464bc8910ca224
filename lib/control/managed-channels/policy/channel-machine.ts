import type { ChannelFailureReason } from '../../../control-store/managed/channel-failures.ts';
import type { ChannelState } from '../../../control-store/managed/channel-states.ts';

/** Observed state of the input. `pending`: being created; `leaving`: being deleted. */
const inputEvents = ['input-missing', 'input-pending', 'input-ready', 'input-leaving'] as const;
/** Observed state of the channel. A channel that is recovering counts as running. `broken`: it could not be created. */
const channelEvents = [
  'channel-missing',
  'channel-pending',
  'channel-broken',
  'channel-idle',
  'channel-starting',
  'channel-running',
  'channel-stopping',
  'channel-leaving',
] as const;
export type InputEvent = (typeof inputEvents)[number];
export type SeenChannelEvent = (typeof channelEvents)[number];

/**
 * The current situation as the driver observed it, never as someone reported it earlier. AWS events that arrive twice, late or
 * out of order therefore only make the driver look again.
 *
 * - `wanted`, `unwanted`: whether the broadcast needs the channel
 * - `fed`: the proxy pushes to it
 * - `overdue`: its state has lasted too long
 * - `index-there`: players are sent to it; `superseded`: a newer epoch sends them elsewhere
 * - `quota`, `denied`, `invalid`: a command was refused permanently; `conflict`: not allowed in this state; `trouble`: retry
 */
export const channelEventTypes = [
  'wanted',
  'unwanted',
  'fed',
  'overdue',
  ...inputEvents,
  ...channelEvents,
  'index-there',
  'superseded',
  'quota',
  'denied',
  'invalid',
  'conflict',
  'trouble',
] as const;
export type ChannelEvent = (typeof channelEventTypes)[number];

/** All commands are idempotent. */
export type ChannelCommand =
  | 'create-input'
  | 'create-channel'
  | 'start'
  | 'publish'
  | 'stop'
  | 'delete-channel'
  | 'delete-input';

export interface ChannelStep {
  readonly to: ChannelState;
  readonly command?: ChannelCommand;
  /** The channel failed and is unwanted from now on. */
  readonly failure?: ChannelFailureReason;
}

type Row = Partial<Readonly<Record<ChannelEvent, ChannelStep>>>;

const go = (to: ChannelState, command?: ChannelCommand): ChannelStep => ({ to, ...(command && { command }) });
const fail = (failure: ChannelFailureReason, to: ChannelState): ChannelStep => ({ to, failure });

/** A permanently refused command ends the attempt; cleanup starts at `to`. */
const refused = (to: ChannelState): Row => ({
  quota: fail('quota', to),
  denied: fail('denied', to),
  invalid: fail('invalid', to),
});

/** Someone outside Headwater stopped or deleted it. */
const takenAway: Row = {
  'channel-missing': fail('lost', 'stopping'),
  'channel-stopping': fail('lost', 'stopping'),
  'channel-leaving': fail('lost', 'stopping'),
};

/** It was running and has stopped. */
const ended: Row = {
  'channel-missing': fail('lost', 'stopping'),
  'channel-leaving': fail('lost', 'stopping'),
  'channel-broken': fail('died', 'stopping'),
  'channel-stopping': fail('died', 'stopping'),
  'channel-idle': fail('died', 'stopping'),
};

/** Pairs not listed here leave the state unchanged. */
const rows: Readonly<Record<ChannelState, Row>> = {
  none: {
    wanted: go('creating-input', 'create-input'),
    unwanted: go('gone'),
  },
  'creating-input': {
    'input-missing': go('creating-input', 'create-input'),
    'input-ready': go('creating-channel', 'create-channel'),
    'input-leaving': fail('lost', 'deleting-input'),
    unwanted: go('deleting-input'),
    overdue: fail('start-timeout', 'deleting-input'),
    ...refused('deleting-input'),
  },
  'creating-channel': {
    ...takenAway,
    'channel-missing': go('creating-channel', 'create-channel'),
    'channel-idle': go('ready'),
    'channel-starting': go('starting'),
    'channel-running': go('starting'),
    'channel-broken': fail('broken', 'stopping'),
    unwanted: go('stopping'),
    overdue: fail('start-timeout', 'stopping'),
    ...refused('stopping'),
  },
  ready: {
    ...takenAway,
    fed: go('starting', 'start'),
    // Perhaps only a running channel accepts the push: start it anyway; it fails on its own if nothing arrives.
    overdue: go('starting', 'start'),
    'channel-starting': go('starting'),
    'channel-running': go('starting'),
    'channel-broken': fail('broken', 'stopping'),
    unwanted: go('stopping'),
    ...refused('stopping'),
  },
  starting: {
    ...takenAway,
    'channel-idle': go('starting', 'start'),
    'channel-running': go('running', 'publish'),
    'channel-stopping': fail('died', 'stopping'),
    'channel-broken': fail('broken', 'stopping'),
    unwanted: go('stopping'),
    overdue: fail('start-timeout', 'stopping'),
    ...refused('stopping'),
  },
  running: {
    ...ended,
    'channel-running': go('running', 'publish'),
    'index-there': go('live'),
    superseded: fail('superseded', 'stopping'),
    unwanted: go('stopping'),
    overdue: fail('no-output', 'stopping'),
  },
  live: {
    ...ended,
    unwanted: go('stopping'),
  },
  stopping: {
    'channel-running': go('stopping', 'stop'),
    'channel-starting': go('stopping', 'stop'),
    'channel-idle': go('deleting-channel', 'delete-channel'),
    'channel-broken': go('deleting-channel', 'delete-channel'),
    'channel-leaving': go('deleting-channel'),
    'channel-missing': go('deleting-input'),
  },
  'deleting-channel': {
    'channel-idle': go('deleting-channel', 'delete-channel'),
    'channel-broken': go('deleting-channel', 'delete-channel'),
    'channel-running': go('stopping', 'stop'),
    'channel-starting': go('stopping', 'stop'),
    'channel-missing': go('deleting-input'),
  },
  'deleting-input': {
    'input-ready': go('deleting-input', 'delete-input'),
    'input-missing': go('gone'),
    // Still attached to a channel, created by a call whose response arrived late.
    conflict: go('stopping'),
  },
  gone: {},
};

/** The step for an event in a state. Defined for every pair. */
export const channelStep = (state: ChannelState, event: ChannelEvent): ChannelStep =>
  rows[state][event] ?? { to: state };

/** What the driver observes in each state. */
export const lookAt: Readonly<Record<ChannelState, 'nothing' | 'input' | 'channel'>> = {
  none: 'nothing',
  'creating-input': 'input',
  'creating-channel': 'channel',
  ready: 'channel',
  starting: 'channel',
  running: 'channel',
  live: 'channel',
  stopping: 'channel',
  'deleting-channel': 'channel',
  'deleting-input': 'input',
  gone: 'nothing',
};

/** Maximum duration of a state, in ms; states not listed have none. Exceeding it during removal raises an alert. */
export const stateLimitMs: Readonly<Partial<Record<ChannelState, number>>> = {
  'creating-input': 120_000,
  'creating-channel': 150_000,
  ready: 10_000,
  starting: 180_000,
  running: 150_000,
  stopping: 300_000,
  'deleting-channel': 300_000,
  'deleting-input': 300_000,
};
