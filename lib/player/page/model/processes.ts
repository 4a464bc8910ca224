import type { LocalProcess, StopKind } from '../api/processes.ts';
import type { StateWords } from './stream-state.ts';

/** How a process is marked; any one of word and shape is enough. `badge` is the class of a stream's badge. */
export const processWords: Readonly<
  Record<LocalProcess['state'], { word: string; badge: string; shape: StateWords['shape'] }>
> = {
  up: { word: 'Up', badge: 'up', shape: 'dot' },
  draining: { word: 'Draining', badge: 'starting', shape: 'half' },
  restarting: { word: 'Restarting', badge: 'reconnecting', shape: 'dashes' },
};

/** `0 restarts`, `1 restart`, `2 restarts`. */
export const restartWords = (restarts: number): string =>
  `${restarts} ${restarts === 1 ? 'restart' : 'restarts'}`;

/**
 * What broadcasters or viewers may notice when this process is ended; undefined where nobody does, so nobody need be
 * asked first.
 */
export function whatIsNoticed(
  process: LocalProcess,
  how: StopKind,
  all: readonly LocalProcess[],
): string | undefined {
  const { role, name } = process;
  const hasOther = all.some((one) => one.role === role && one.name !== name && one.state === 'up');
  switch (role) {
    case 'pop':
      return 'Every broadcaster is connected through it and is cut off. Encoders connect again by themselves, mostly within seconds; viewers see the last picture until then.';
    case 'ingest':
      return `Broadcasters that are connected through it are cut off${how === 'drain' ? ' after a few seconds' : ''} and have to connect again, which most encoders do by themselves. Their broadcasts stay open; viewers see the last picture until then.`;
    case 'encoder':
      if (!hasOther)
        return 'No other worker is up: its broadcasts wait until it is back, and viewers may run out of picture.';
      if (how === 'drain') return undefined;
      return 'Its broadcasts move to another worker. Broadcasters stay connected; the next segment comes some seconds late, and players that have less ahead wait for it.';
    case 'origin':
      return 'Segments wait in the workers until it is back, mostly within two seconds; players that have less ahead wait.';
    case 'shield':
    case 'edge':
      return 'Players can fetch nothing until it is back, mostly within two seconds; those that have less ahead wait.';
    default:
      return undefined;
  }
}

/** What a process does for a broadcast that is on air. */
export function partInBroadcast(
  { name }: LocalProcess,
  broadcast: { readonly workerId?: string; readonly proxyId?: string } | undefined,
): string | undefined {
  if (name === broadcast?.workerId) return 'makes this broadcast';
  if (name === broadcast?.proxyId) return 'takes this broadcast in';
  return undefined;
}
