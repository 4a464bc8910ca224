// Finishes takedowns, restores and deletions: when the control API has begun one, and once a minute.
import { randomUUID } from 'node:crypto';
import { openControlStore } from '../../lib/adapters/control-stores.ts';
import { openEdgeControls } from '../../lib/adapters/edge-controls.ts';
import { startFunction } from '../../lib/adapters/node/function.ts';
import { openOrigin } from '../../lib/adapters/object-stores.ts';
import { DeletionRunner } from '../../lib/control/deletions/deletion-runner.ts';
import { finishTakedowns } from '../../lib/control/takedowns/finish-takedowns.ts';
import { TakedownRunner } from '../../lib/control/takedowns/takedown-runner.ts';
import { takedownsFunctionCodec } from '../../lib/control/takedowns/takedowns-config.ts';
import { systemClock } from '../../lib/net/clock.ts';
import type { MemberId } from '../../lib/routing/ids.ts';

/** Duration of one run. The function's timeout leaves room for several, plus their last calls. */
const runMs = 15_000;
const patienceMs = 45_000;

export const handler = await startFunction({
  codec: takedownsFunctionCodec,
  role: 'control',
  name: 'takedowns',
  async start({ controlStore, eventRetentionDays, origin, edge, region }, emit) {
    const [store, objects, ports] = await Promise.all([
      openControlStore(controlStore, { eventRetentionDays }),
      openOrigin(origin, undefined),
      openEdgeControls(edge),
    ]);
    const clock = systemClock;
    const parts = {
      store,
      objects,
      ...ports,
      region,
      clock,
      emit,
      // Unique per instance, because several run at the same time.
      id: `takedowns-${randomUUID().slice(0, 8)}` as MemberId,
      runMs,
    };
    const takedowns = new TakedownRunner(parts);
    const deletions = new DeletionRunner(parts);
    return (event: unknown) => finishTakedowns(event, { store, takedowns, deletions, clock, patienceMs });
  },
});
