/**
 * - `none`: nothing is made yet
 * - `creating-input`, `creating-channel`: asked for, not there yet
 * - `ready`: it could start; it waits until the proxy pushes
 * - `starting`: as MediaLive says
 * - `running`: it is billed, and its first playlists are waited for
 * - `live`: players are sent to its playlists
 * - `stopping`, `deleting-channel`, `deleting-input`: on the way out, whatever the reason
 * - `gone`: nothing of it is left
 */
export const channelStates = [
  'none',
  'creating-input',
  'creating-channel',
  'ready',
  'starting',
  'running',
  'live',
  'stopping',
  'deleting-channel',
  'deleting-input',
  'gone',
] as const;
export type ChannelState = (typeof channelStates)[number];

/** On the way out, whatever the intent was. */
export const isLeaving = (state: ChannelState): boolean =>
  state === 'stopping' || state === 'deleting-channel' || state === 'deleting-input';

/** What an attempt takes that goes well, from the publisher's first byte to the first picture. */
export const usualStartMs = 90_000;
