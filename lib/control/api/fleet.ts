import { createRoute } from '@hono/zod-openapi';
import type { FleetRole } from '../../control-store/records.ts';
import { leaseSilentMs } from '../policy/stream-state.ts';
import type { ApiContext, ControlApi } from './context.ts';
import { presentMember } from './present/present.ts';
import { answer, problems } from './route-parts.ts';
import { examples } from './schemas/examples.ts';
import { Fleet, Health } from './schemas/platform-schemas.ts';

const getFleet = createRoute({
  method: 'get',
  path: '/v1/fleet',
  operationId: 'getFleet',
  summary: 'Get the ingest and encoder fleets with the load of each member',
  description:
    'Liveness is judged by heartbeats as the API itself observes them, never by comparing clocks. A member that the API sees for the first time counts as alive.',
  tags: ['Fleet'],
  responses: { 200: answer(Fleet, examples.fleet, 'Both fleets.'), ...problems() },
});

const getHealth = createRoute({
  method: 'get',
  path: '/healthz',
  operationId: 'getHealth',
  summary: 'Check whether the API and its store respond',
  tags: ['Health'],
  responses: { 200: answer(Health, examples.health, 'Both respond.'), ...problems() },
});

export function addFleetRoutes(app: ControlApi, context: ApiContext): void {
  const { store, clock, fleet } = context;

  async function look(role: FleetRole) {
    const members = await store.listFleet(role);
    const nowMs = clock.nowMs();
    return members.map((member) => {
      const unseenForMs = fleet.unchangedForMs(`${role}/${member.id}`, member.version, nowMs);
      return presentMember(member, unseenForMs < leaseSilentMs, unseenForMs);
    });
  }

  app.openapi(getFleet, async (c) =>
    c.json({ ingest: await look('ingest'), encoder: await look('encoder') }, 200),
  );

  app.openapi(getHealth, async (c) => {
    await store.listStreams({ limit: 1 });
    return c.json({ status: 'ok' as const }, 200);
  });
}
