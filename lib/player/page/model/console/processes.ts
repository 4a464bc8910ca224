import type { LocalProcess, StopKind, Stream } from '../../api/types.ts';
import { isOnAir, type StateWords } from '../stream-state.ts';

/** A process's badge; word and shape each suffice alone. `badge` is the class of a stream's badge. */
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
 * What broadcasters or viewers may notice when this process is stopped; undefined if nobody does, so no confirmation is
 * needed.
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
      return 'Every broadcaster is connected through it and will be disconnected. Encoders reconnect automatically, usually within seconds; viewers see the last picture until then.';
    case 'ingest':
      return `Broadcasters connected through it will be disconnected${how === 'drain' ? ' after a few seconds' : ''} and must reconnect, which most encoders do automatically. Their broadcasts stay open; viewers see the last picture until then.`;
    case 'encoder':
      if (!hasOther)
        return 'No other worker is up: its broadcasts wait until it’s back, and viewers’ buffers may run empty.';
      if (how === 'drain') return undefined;
      return 'Its broadcasts move to another worker. Broadcasters stay connected; the next segment is a few seconds late, and players with a smaller buffer wait for it.';
    case 'origin':
      return 'Segments wait in the workers until it’s back, usually within two seconds; players with a smaller buffer wait.';
    case 'live-origin':
      return 'Viewers with low latency fall back to what is stored, some seconds later, until it’s back, usually within two seconds.';
    case 'shield':
    case 'edge':
      return 'Players can’t load anything until it’s back, usually within two seconds; players with a smaller buffer wait.';
    default:
      return undefined;
  }
}

/** What a process does for a stream that is on air. */
export interface Part {
  readonly does: 'Encodes' | 'Ingests';
  readonly stream: Pick<Stream, 'id' | 'name'>;
}

/** The streams on air that go through this process. */
export function partsOf(
  { name }: Pick<LocalProcess, 'name'>,
  streams: readonly Pick<Stream, 'id' | 'name' | 'state' | 'broadcast'>[],
): readonly Part[] {
  return streams.flatMap((stream): Part[] => {
    const { state, broadcast } = stream;
    if (!isOnAir(state) || broadcast === undefined) return [];
    if (name === broadcast.workerId) return [{ does: 'Encodes', stream }];
    return name === broadcast.proxyId ? [{ does: 'Ingests', stream }] : [];
  });
}
