import type { Context } from 'hono';
import { routePath } from 'hono/route';
import { ControlStoreUnavailableError } from '../../control-store/errors.ts';
import { addAudienceRoutes } from '../audience/audience-routes.ts';
import { addBudgetRoutes } from '../budget/budget-routes.ts';
import { StalenessTracker } from '../policy/staleness.ts';
import { addWebhooks } from '../webhooks/webhook-document.ts';
import { createApiShell } from './api-base.ts';
import { addBroadcastRoutes } from './broadcasts.ts';
import type { ApiContext, ControlApi, ControlApiDependencies } from './context.ts';
import { addDestinationRoutes } from './destinations.ts';
import { addDocument } from './document/document.ts';
import { documentTags } from './document/tags.ts';
import { addDownloadRoutes } from './downloads.ts';
import { addFleetRoutes } from './fleet.ts';
import { addHealthRoutes } from './health/health-routes.ts';
import { idempotentPosts } from './idempotency/idempotency.ts';
import { addEventRoutes } from './journal.ts';
import { addKeyRoutes } from './keys.ts';
import { addPlaybackRoutes } from './playback.ts';
import type { ApiProblem } from './problems.ts';
import { describedSchemas } from './schemas/schemas.ts';
import { addStreamRoutes } from './streams.ts';
import { addTakedownRoutes } from './takedown.ts';

/** How many records' liveness the API tracks at once; a few hundred bytes each. */
const stalenessLimit = 20_000;

/**
 * The control API as a Hono app. Runs in memory (`app.request`), on a socket or in a Lambda function; depends only on
 * ports.
 */
export function createControlApi(dependencies: ControlApiDependencies): ControlApi {
  const context: ApiContext = {
    ...dependencies,
    leases: new StalenessTracker(stalenessLimit),
    fleet: new StalenessTracker(stalenessLimit),
  };
  const app = createApiShell(context, (c, problem) => report(context, c, problem));
  app.use(idempotentPosts(context));
  // Before the routes: a schema takes its description from where it first appears, which may be a field's own.
  for (const [name, schema] of Object.entries(describedSchemas)) app.openAPIRegistry.register(name, schema);
  addStreamRoutes(app, context);
  addKeyRoutes(app, context);
  addBroadcastRoutes(app, context);
  addDownloadRoutes(app, context);
  addHealthRoutes(app, context);
  addAudienceRoutes(app, context);
  addEventRoutes(app, context);
  addDestinationRoutes(app, context);
  addPlaybackRoutes(app, context);
  addTakedownRoutes(app, context);
  addFleetRoutes(app, context);
  addBudgetRoutes(app, context);
  addWebhooks(app);
  addDocument(app, {
    title: 'Headwater control API',
    description:
      'Manages streams, their keys, broadcasts, destinations, playback links, takedowns and events, and reports the fleet. Errors are problem details (RFC 9457). Undocumented fields and query parameters are rejected by operations that take any. Lists begin with the newest. A POST with an Idempotency-Key is done once, however often it is sent. Times are in UTC, durations in milliseconds, if their names don’t say otherwise.',
    tags: documentTags,
  });
  return app;
}

/** Logs server-side failures. After a store outage, every lease and heartbeat is observed afresh. */
function report({ emit, leases, fleet }: ApiContext, c: Context, problem: ApiProblem): void {
  const about = { method: c.req.method, route: routePath(c, -1), cause: problem.cause };
  if (problem.cause instanceof ControlStoreUnavailableError) {
    leases.forgetAll();
    fleet.forgetAll();
    emit('control.store.unavailable', about);
  } else if (problem.code === 'internal-fault') {
    emit('control.request.failed', about);
  }
}
