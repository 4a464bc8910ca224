import type { Endpoint } from '../net/socket.ts';

/** Whether the program whose health port is `at` takes work. Never throws. */
export type HealthProbe = (at: Endpoint, options: { timeoutMs: number }) => Promise<boolean>;
