import type { Context } from 'hono';
import { routePath } from 'hono/route';
import { ControlStoreUnavailableError } from '../../control-store/errors.ts';
import { StalenessTracker } from '../policy/staleness.ts';
import { addBroadcastRoutes } from './broadcasts.ts';
import type { ApiContext, ControlApi, ControlApiDependencies } from './context.ts';
import { addDestinationRoutes } from './destinations.ts';
import { addFleetRoutes } from './fleet.ts';
import { addEventRoutes } from './journal.ts';
import { addKeyRoutes } from './keys.ts';
import type { ApiProblem } from './problems.ts';
import { addDocument, createApiShell } from './shell.ts';
import { addStreamRoutes } from './streams.ts';
import { addTakedownRoutes } from './takedown.ts';

/** Records whose life the API watches at once, a few hundred bytes each. */
const stalenessLimit = 20_000;

/**
 * The control API as a Hono app: it runs in memory (`app.request`), on a socket or in a function, and knows ports only.
 */
export function createControlApi(dependencies: ControlApiDependencies): ControlApi {
  const context: ApiContext = {
    ...dependencies,
    leases: new StalenessTracker(stalenessLimit),
    fleet: new StalenessTracker(stalenessLimit),
  };
  const app = createApiShell(context, (c, problem) => report(context, c, problem));
  addStreamRoutes(app, context);
  addKeyRoutes(app, context);
  addBroadcastRoutes(app, context);
  addEventRoutes(app, context);
  addDestinationRoutes(app, context);
  addTakedownRoutes(app, context);
  addFleetRoutes(app, context);
  addDocument(app, {
    title: 'Headwater control API',
    description:
      'Streams, their keys, broadcasts, destinations, takedowns and events, and the fleet. Errors are problem details (RFC 9457). Fields and query parameters that are not described here are refused.',
  });
  return app;
}

/** Says in the log what is a fault of ours, and looks anew at every lease once the store was away. */
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
