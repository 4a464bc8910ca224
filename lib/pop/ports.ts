import type { Endpoint } from '../net/socket.ts';

/** Whether the program with the health port `at` accepts work. Never throws. */
export type HealthProbe = (at: Endpoint, options: { timeoutMs: number }) => Promise<boolean>;
