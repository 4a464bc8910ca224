import type { LeaseStore } from '../../lib/control-store/ports.ts';
import type { LeaseRecord } from '../../lib/control-store/records.ts';
import type { LeaseKeeper } from '../../lib/encoder/lease/lease-keeper.ts';
import type { Clock } from '../../lib/net/clock.ts';
import type { ControlModel } from './stores.ts';
import type { Host } from './world.ts';

/** What keeps the protocol safe, each as it is or left out: a simulation that doesn't notice an omission is useless. */
export interface Rules {
  mayWrite(keeper: LeaseKeeper): Promise<boolean>;
  clockOf(host: Host): Clock;
  take(control: ControlModel, take: Parameters<LeaseStore['takeLease']>[0]): LeaseRecord;
  readonly marksEpochs: boolean;
}

/** The product's rules. */
export const productRules: Rules = {
  mayWrite: (keeper) => keeper.mayWrite(),
  clockOf: (host) => host,
  take: (control, take) => control.takeLease(take),
  marksEpochs: true,
};

/** The product's rules with one of them broken, by description. */
export const brokenRules: Readonly<Record<string, Rules>> = {
  'without the fence': { ...productRules, mayWrite: async () => true },
  'timed by wall clocks': {
    ...productRules,
    clockOf: (host) => ({ nowMs: () => host.wallMs(), wallMs: () => host.wallMs() }),
  },
  'taken unconditionally': {
    ...productRules,
    take: (control, take) => {
      const { lease } = control;
      return control.takeLease({ ...take, ...(lease && { observed: lease }) });
    },
  },
  'without epochs in the objects': { ...productRules, marksEpochs: false },
};
