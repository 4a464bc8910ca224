import type { z } from '@hono/zod-openapi';
import type { BroadcastAudience as StoredAudience } from '../../../control-store/audience.ts';
import type { BroadcastAudience } from '../schemas/audience-schemas.ts';

export function presentBroadcastAudience(audience: StoredAudience): z.infer<typeof BroadcastAudience> {
  const { peak, plays, watchMs, startupMs, rebufferRatio } = audience;
  return {
    peak,
    plays,
    watchTimeMs: watchMs,
    ...(startupMs && { startupMs }),
    ...(rebufferRatio !== undefined && { rebufferRatio }),
  };
}
