import { z } from '@hono/zod-openapi';
import { examples } from './examples.ts';
import { time } from './schema-parts.ts';

/** What operators see: the fleets, the month's budget, and whether the API responds. */

const [worker] = examples.fleet.encoder;

export const FleetMember = z
  .strictObject({
    id: z.string().openapi({ description: 'ID of the process.', example: worker?.id }),
    role: z.enum(['ingest', 'encoder']).openapi({
      description: 'ingest: a proxy, which broadcasters connect to. encoder: a worker.',
      example: worker?.role,
    }),
    host: z.string().openapi({
      description: 'Where other programs of the platform reach it.',
      example: worker?.host,
    }),
    port: z.number().int().openapi({
      description: 'Of a proxy the RTMP port, of a worker the port for proxies.',
      example: worker?.port,
    }),
    capacity: z
      .number()
      .int()
      .openapi({ description: 'Maximum number of streams.', example: worker?.capacity }),
    load: z.number().int().openapi({ description: 'Current number of streams.', example: worker?.load }),
    state: z.enum(['active', 'draining']).openapi({
      description: 'draining: it takes nothing new, and passes on or finishes what it has.',
      example: worker?.state,
    }),
    pool: z
      .enum(['cpu', 'gpu'])
      .optional()
      .openapi({ description: 'What an encoder worker encodes with. Omitted for proxies.', example: 'cpu' }),
    alive: z.boolean().openapi({
      description: 'False if no heartbeat has been seen for 6 s.',
      example: worker?.alive,
    }),
    unseenForMs: z.number().openapi({
      description:
        "Milliseconds since the API last saw the heartbeat change, by the API's clock; 0 at the first look.",
      example: worker?.unseenForMs,
    }),
  })
  .openapi('FleetMember', { description: 'A process of a fleet.', example: worker });

export const Fleet = z
  .strictObject({
    ingest: z
      .array(FleetMember)
      .openapi({ description: 'The ingest proxies.', example: examples.fleet.ingest }),
    encoder: z
      .array(FleetMember)
      .openapi({ description: 'The encoder workers.', example: examples.fleet.encoder }),
  })
  .openapi('Fleet', { description: 'Both fleets of this region.', example: examples.fleet });

export const Budget = z
  .strictObject({
    state: z.enum(['open', 'stopped', 'cleared']).openapi({
      description:
        'open: the month’s budget isn’t spent, or nothing reports it. stopped: it is spent, and new broadcasts are refused. cleared: it is spent, and new broadcasts are allowed again.',
      example: 'stopped',
    }),
    reachedAt: time(
      'When the budget was spent. Omitted while it isn’t.',
      examples.budget.reachedAt,
    ).optional(),
    until: time('When the next month begins; the stop ends then.', examples.budget.until).optional(),
    clearedAt: time('When new broadcasts were allowed again.', examples.clearedBudget.clearedAt).optional(),
  })
  .openapi('Budget', {
    description: 'Whether new broadcasts are refused because the month’s budget is spent.',
    example: examples.budget,
  });

export const Health = z
  .strictObject({
    status: z
      .literal('ok')
      .openapi({ description: 'Always ok: otherwise a problem is answered.', example: 'ok' }),
  })
  .openapi('Health', { description: 'The API and its store respond.', example: examples.health });
