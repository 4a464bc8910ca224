/**
 * - `none`: nothing created yet
 * - `creating-input`, `creating-channel`: creation requested
 * - `ready`: can start; waiting for the proxy to push
 * - `starting`: as reported by MediaLive
 * - `running`: billed; waiting for its first playlists
 * - `live`: players are sent to its playlists
 * - `stopping`, `deleting-channel`, `deleting-input`: being removed, for whatever reason
 * - `gone`: fully removed
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

/** Whether the channel is being removed, whatever the intent was. */
export const isLeaving = (state: ChannelState): boolean =>
  state === 'stopping' || state === 'deleting-channel' || state === 'deleting-input';

/** Duration of a successful start, from the publisher's first byte to the first picture. */
export const usualStartMs = 90_000;
