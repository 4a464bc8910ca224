import { z } from 'zod';
import { envCodec } from '../env.ts';

/** Environment common to every program and function: HEADWATER_EXIT_WITH_PARENT, HEADWATER_METRICS_NAMESPACE. */
export const programCodec = envCodec({
  /** Whether to stop when stdin closes, so that nothing outlives a killed parent. */
  exitWithParent: z.stringbool().default(false),
  /** CloudWatch namespace of the metrics in its log lines. @default log lines carry no metrics */
  metricsNamespace: z
    .string()
    .regex(/^(?!AWS\/)[A-Za-z0-9._\-/#: ]{1,255}$/, 'must be a CloudWatch namespace such as Headwater/live')
    .optional(),
});
