import type { ChannelFailureReason } from '../../../control-store/channel-failures.ts';
import type { ChannelState } from '../../../control-store/channel-states.ts';

/** What was seen of the input: `pending` is being made, `leaving` being deleted. */
const inputEvents = ['input-missing', 'input-pending', 'input-ready', 'input-leaving'] as const;
/** What was seen of the channel. One that recovers by itself counts as running; `broken`: it could not be made. */
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
 * What is the case, as its driver found it: never what somebody said a while ago. So an event of AWS that comes twice,
 * late or out of order only makes the driver look once more.
 *
 * - `wanted`, `unwanted`: what the broadcast wants of it
 * - `fed`: the proxy pushes to it
 * - `overdue`: its state lasts longer than it should
 * - `index-there`: players are sent to it; `superseded`: a newer epoch sends them elsewhere
 * - `quota`, `denied`, `invalid`: a command was refused for good; `conflict`: not in this state; `trouble`: try again
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

/** Each may be given twice: the second time changes nothing. */
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
  /** The channel is of no use any more: nobody wants it after this. */
  readonly failure?: ChannelFailureReason;
}

type Row = Partial<Readonly<Record<ChannelEvent, ChannelStep>>>;

const go = (to: ChannelState, command?: ChannelCommand): ChannelStep => ({ to, ...(command && { command }) });
const fail = (failure: ChannelFailureReason, to: ChannelState): ChannelStep => ({ to, failure });

/** A command that will never be taken ends the attempt; what was made so far is cleaned away from `to` on. */
const refused = (to: ChannelState): Row => ({
  quota: fail('quota', to),
  denied: fail('denied', to),
  invalid: fail('invalid', to),
});

/** Somebody else took it away. */
const takenAway: Row = {
  'channel-missing': fail('lost', 'stopping'),
  'channel-stopping': fail('lost', 'stopping'),
  'channel-leaving': fail('lost', 'stopping'),
};

/** It ran and runs no more. */
const ended: Row = {
  'channel-missing': fail('lost', 'stopping'),
  'channel-leaving': fail('lost', 'stopping'),
  'channel-broken': fail('died', 'stopping'),
  'channel-stopping': fail('died', 'stopping'),
  'channel-idle': fail('died', 'stopping'),
};

/** What a pair does that is not here: nothing, the state stays. */
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
    // Who pushes may only be let in by a channel that runs: it is started anyway, and fails by itself if nothing comes.
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
    // A channel still has it: one that was made by a call whose answer came late.
    conflict: go('stopping'),
  },
  gone: {},
};

/** What to do in a state when this is the case. Defined for every pair. */
export const channelStep = (state: ChannelState, event: ChannelEvent): ChannelStep =>
  rows[state][event] ?? { to: state };

/** What its driver looks at in a state. */
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

/** How long a state may last, in ms; the others may last. On the way out, somebody is told. */
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
