import type { Drill } from './model.ts';
import { clockSkew } from './rows/clock-skew.ts';
import { diskFull } from './rows/disk-full.ts';
import { edgeTierKilled } from './rows/edge-tier-killed.ts';
import { liveOriginKilled, liveOriginPaused } from './rows/live-origin-low-latency.ts';
import { networkBlackHoled } from './rows/network-black-holed.ts';
import { originFaults } from './rows/origin-faults.ts';
import { proxyKilled } from './rows/proxy-killed.ts';
import { publishersRace } from './rows/publishers-race.ts';
import { rollingDrain } from './rows/rolling-drain.ts';
import { storeDown } from './rows/store-down.ts';
import { takedown } from './rows/takedown.ts';
import { workerBlackHoled } from './rows/worker-black-holed.ts';
import { workerKilled } from './rows/worker-killed.ts';
import { workerKilledLowLatency } from './rows/worker-killed-low-latency.ts';
import { workerKilledScreens } from './rows/worker-killed-screens.ts';
import { workerPaused } from './rows/worker-paused.ts';
import { workerPausedLowLatency } from './rows/worker-paused-low-latency.ts';

/** All rows of the drill, in table order. */
export const rows: readonly Drill[] = [
  proxyKilled,
  workerKilled,
  workerKilledLowLatency,
  workerKilledScreens,
  workerPaused,
  workerPausedLowLatency,
  workerBlackHoled,
  rollingDrain({ broadcasts: 4 }),
  networkBlackHoled({ awayMs: 20_000 }),
  storeDown({ downMs: 600_000 }),
  originFaults({ faultMs: 60_000 }),
  diskFull({ fullMs: 30_000, of: ['all', 'origin', 'control store'] }),
  edgeTierKilled,
  liveOriginKilled,
  liveOriginPaused,
  publishersRace({ rounds: 1000, encoderRounds: 2 }),
  clockSkew,
  takedown,
];
