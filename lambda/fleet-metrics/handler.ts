// Measures the fleets once a minute.
import { openControlStore } from '../../lib/adapters/control-stores.ts';
import { startFunction } from '../../lib/adapters/node/function.ts';
import { fleetMetricsFunctionCodec } from '../../lib/control/fleet-metrics/fleet-metrics-config.ts';
import { measureFleets } from '../../lib/control/fleet-metrics/measure-fleets.ts';

export const handler = await startFunction({
  codec: fleetMetricsFunctionCodec,
  role: 'control',
  name: 'fleet-metrics',
  async start({ controlStore, lookMs, gpuFleet }, emit) {
    const store = await openControlStore(controlStore);
    return () => measureFleets({ store, emit, lookMs, gpuFleet });
  },
});
