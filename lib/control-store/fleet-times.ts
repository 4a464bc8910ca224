/** Every member of a fleet writes its heartbeat this often; proxies read the list of all workers with it. */
export const fleetBeatMs = 1_000;

/** A lease that hasn't changed for this long on an observer's clock may be taken (lib/encoder/lease/policy/fence.ts says why so long). */
export const leaseMs = 2000;
