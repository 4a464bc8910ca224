import { Random } from './random.ts';

/** What happens to the machines during one run. Times in true milliseconds since its start. */
export interface Schedule {
  readonly seed: number;
  readonly hosts: readonly HostClock[];
  readonly faults: readonly Fault[];
  /** Messages during the faulty period: the share that is lost, and the maximum delay of the others. */
  readonly lossRate: number;
  readonly slowRate: number;
  readonly slowMs: number;
}

export interface HostClock {
  readonly rate: number;
  readonly startMs: number;
  readonly wallOffMs: number;
}

export type Fault = { readonly atMs: number } & (
  | { readonly kind: 'pause'; readonly host: Victim; readonly ms: number; readonly stopsClock: boolean }
  | { readonly kind: 'crash'; readonly host: Victim; readonly restartMs: number }
  | { readonly kind: 'drain'; readonly host: Victim; readonly restartMs: number }
  | { readonly kind: 'wall-jump'; readonly host: Victim; readonly byMs: number }
  | { readonly kind: 'cut-off'; readonly host: Victim; readonly from: Target; readonly ms: number }
  | { readonly kind: 'store-down'; readonly target: Target; readonly ms: number; readonly silent: boolean }
  | { readonly kind: 'link-cut' }
  /** Something between the proxy and a worker that lives cuts the link and answers with resets, as the host of a dead one does. */
  | { readonly kind: 'rejected'; readonly host: Victim; readonly ms: number }
);

/** The number of a worker, or the lease's holder when it happens. */
export type Victim = number | 'holder';

export type Target = 'control' | 'origin';

export const workers = 3;
const machines = workers + 1;
/** The last of the hosts: the proxy that a publisher is connected to. */
export const proxy = machines - 1;
/** The fleet has started by then. */
const quietUntilMs = 3000;
/** No faults from then on. */
export const faultsEndMs = 14_000;

const hourMs = 3_600_000;

/** Generates the schedule of a seed: a few faults at random times, over a network that is good, slow or lossy. */
export function scheduleOf(seed: number): Schedule {
  const random = new Random(seed);
  const hosts = Array.from({ length: machines }, () => ({
    rate: random.between(0.97, 1.03),
    startMs: random.between(0, 1e7),
    wallOffMs: random.chance(0.3) ? random.pick([-hourMs, hourMs]) : random.between(-50, 50),
  }));
  const faults = Array.from({ length: 2 + Math.floor(random.next() * 5) }, () => randomFault(random)).flat();
  return {
    seed,
    hosts,
    faults: faults.sort((a, b) => a.atMs - b.atMs),
    lossRate: random.pick([0, 0, 0.01, 0.1]),
    slowRate: random.pick([0, 0, 0.02, 0.2]),
    slowMs: random.pick([100, 1000, 4000]),
  };
}

function randomFault(random: Random): Fault[] {
  const atMs = random.between(quietUntilMs, faultsEndMs - 5000);
  const host = random.chance(0.7) ? 'holder' : Math.floor(random.next() * workers);
  const longMs = random.pick([300, 1500, 3000, 5000, 9000]) * random.between(0.5, 1.5);
  const ms = Math.min(longMs, faultsEndMs - atMs);
  const restartMs = random.between(50, 4000);
  switch (random.pick(faultKinds)) {
    case 'pause':
      return [{ kind: 'pause', atMs, host, ms, stopsClock: random.chance(0.4) }];
    case 'crash':
      return [{ kind: 'crash', atMs, host, restartMs }];
    case 'drain':
      return [{ kind: 'drain', atMs, host, restartMs }];
    case 'wall-jump':
      return [{ kind: 'wall-jump', atMs, host, byMs: random.pick([-hourMs, hourMs]) }];
    case 'cut-off': {
      const from = random.pick(['control', 'control', 'control', 'origin'] as const);
      const cut: Fault = { kind: 'cut-off', atMs, host, from, ms };
      // Its publisher is likely to lose it, too: late enough to be taken to another worker, which takes the lease.
      const lost: Fault = { kind: 'link-cut', atMs: atMs + random.between(1000, 6000) };
      return random.chance(0.7) ? [cut, lost] : [cut];
    }
    case 'store-down':
      return [
        {
          kind: 'store-down',
          atMs,
          target: random.pick(['control', 'origin']),
          ms,
          silent: random.chance(0.5),
        },
      ];
    case 'link-cut':
      return [{ kind: 'link-cut', atMs }];
    case 'rejected':
      return [{ kind: 'rejected', atMs, host, ms }];
  }
}

/** Some are more frequent. */
const faultKinds: readonly Fault['kind'][] = [
  'pause',
  'pause',
  'crash',
  'drain',
  'wall-jump',
  'wall-jump',
  'cut-off',
  'cut-off',
  'store-down',
  'link-cut',
  'link-cut',
  'rejected',
];
