/**
 * How long publishers of a stopping task may continue. ECS allows 120 s between SIGTERM and SIGKILL; the rest is for asking them to
 * reconnect and for deregistering.
 */
export const fleetDrainMs = 100_000;
