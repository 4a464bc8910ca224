import type { Drill } from './model.ts';
import { proxyKilled } from './rows/proxy-killed.ts';
import { workerKilled } from './rows/worker-killed.ts';

/** Every row of the drill, in the order of its table. */
export const rows: readonly Drill[] = [proxyKilled, workerKilled];
