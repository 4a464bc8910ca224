import { z } from 'zod';
import { envCodec } from './env.ts';

/** What every program and function is told, whatever it does: HEADWATER_EXIT_WITH_PARENT, HEADWATER_METRICS_NAMESPACE. */
export const programCodec = envCodec({
  /** Whether it stops when its stdin closes, so that nothing outlives a parent that was killed. */
  exitWithParent: z.stringbool().default(false),
  /** The CloudWatch namespace of the metrics that its log lines carry; left out, they carry none. */
  metricsNamespace: z
    .string()
    .regex(/^(?!AWS\/)[A-Za-z0-9._\-/#: ]{1,255}$/, 'must be a CloudWatch namespace such as Headwater/live')
    .optional(),
});
