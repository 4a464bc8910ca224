/** Every member of a fleet writes its heartbeat this often; proxies read the list of all workers with it. */
export const fleetBeatMs = 1_000;
