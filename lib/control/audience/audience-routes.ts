import { createRoute, type z } from '@hono/zod-openapi';
import { isCurrent } from '../../audience/policy/audience-record.ts';
import { broadcastAudience } from '../../audience/policy/broadcast-audience.ts';
import type { StreamAudience } from '../../control-store/audience.ts';
import type { ApiContext, ControlApi } from '../api/context.ts';
import { presentBroadcastAudience } from '../api/present/present-audience.ts';
import { iso } from '../api/present/present-documents.ts';
import { answer, problems, streamParams } from '../api/route-parts.ts';
import { Audience } from '../api/schemas/audience-schemas.ts';
import { examples } from '../api/schemas/examples.ts';
import { loadStream } from '../api/stream-access.ts';

const get = createRoute({
  method: 'get',
  path: '/v1/streams/{id}/audience',
  operationId: 'getAudience',
  summary: 'Who watches a stream',
  description:
    'Viewers now, peak, watch time, start-up time and rebuffering of the newest broadcast, by what players say about themselves (CMCD). Renewed every 10 seconds.',
  tags: ['Playback'],
  request: { params: streamParams },
  responses: {
    200: answer(Audience, examples.audience, 'The audience of the newest broadcast that was watched.'),
    ...problems('stream-not-found'),
  },
});

export function addAudienceRoutes(app: ControlApi, context: ApiContext): void {
  app.openapi(get, async (c) => {
    const stream = await loadStream(context, c.req.valid('param').id);
    const document = await context.store.getDocument(stream.id, 'audience');
    return c.json(presentAudience(document?.body, context.clock.wallMs()), 200);
  });
}

const nobody: z.infer<typeof Audience> = {
  viewers: 0,
  peak: 0,
  plays: 0,
  watchTimeMs: 0,
  series: { stepMs: 10_000, samples: [] },
};

export function presentAudience(
  audience: StreamAudience | undefined,
  nowMs: number,
): z.infer<typeof Audience> {
  if (audience === undefined) return nobody;
  const { broadcastId, viewers, series } = audience;
  return {
    broadcastId,
    viewers: isCurrent(audience, nowMs) ? viewers : 0,
    ...presentBroadcastAudience(broadcastAudience(audience)),
    series: {
      stepMs: series.stepMs,
      samples: series.viewers.map((most, step) => ({
        at: iso(series.startMs + step * series.stepMs),
        viewers: most,
      })),
    },
  };
}
