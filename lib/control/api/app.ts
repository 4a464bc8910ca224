import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { routePath } from 'hono/route';
import { ControlStoreUnavailableError } from '../policy/errors.ts';
import { Sightings } from '../policy/sightings.ts';
import { addBroadcastRoutes } from './broadcasts.ts';
import type { ApiContext, ControlApi, ControlApiDependencies } from './context.ts';
import { addFleetRoutes } from './fleet.ts';
import { guards } from './guards.ts';
import { addKeyRoutes } from './keys.ts';
import { ApiProblem, answerProblem, problemOf, type RequestFault } from './problems.ts';
import { problems } from './route-parts.ts';
import { addEventRoutes } from './stream-events.ts';
import { addStreamRoutes } from './streams.ts';

/** Records whose life the API watches at once, a few hundred bytes each. */
const sightingLimit = 20_000;

/**
 * The control API as a Hono app: it runs in memory (`app.request`), on a socket or in a function, and knows ports only.
 */
export function createControlApi(dependencies: ControlApiDependencies): ControlApi {
  const context: ApiContext = {
    ...dependencies,
    leases: new Sightings(sightingLimit),
    fleet: new Sightings(sightingLimit),
  };
  const app: ControlApi = new OpenAPIHono({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(result.target, result.error.issues);
    },
  });
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        const detail = `It takes ${methods.join(', ')}.`;
        return answerProblem(c, new ApiProblem('method-not-allowed', detail), { Allow: methods.join(', ') });
      },
    }),
  );
  app.use(...guards(context));
  addStreamRoutes(app, context);
  addKeyRoutes(app, context);
  addBroadcastRoutes(app, context);
  addEventRoutes(app, context);
  addFleetRoutes(app, context);
  addDocument(app);
  app.notFound((c) =>
    answerProblem(c, new ApiProblem('route-not-found', 'The paths are listed in /v1/openapi.json.')),
  );
  app.onError((error, c) => {
    const problem = problemOf(error);
    report(context, c, problem);
    return answerProblem(c, problem);
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

type Issue = z.core.$ZodIssue;

/** Every fault of the request at once, each with its place; an unknown field is one fault, like any other. */
function invalidRequest(target: string, issues: readonly Issue[]): ApiProblem {
  const faults = issues.flatMap((issue): RequestFault[] =>
    issue.code === 'unrecognized_keys'
      ? issue.keys.map((key) => fault(target, [...issue.path, key], 'There is no such field.'))
      : [fault(target, issue.path, issue.message)],
  );
  const words = faults
    .slice(0, 20)
    .map(({ detail, pointer, parameter }) => `${parameter ?? pointer}: ${detail}`);
  const where = target === 'json' ? 'body' : 'query';
  const detail = `The ${where} has ${faults.length === 1 ? 'one fault' : `${faults.length} faults`}. ${words.join('; ')}`;
  return new ApiProblem('invalid-request', detail.slice(0, 1_000), faults.slice(0, 20));
}

function fault(target: string, path: readonly PropertyKey[], detail: string): RequestFault {
  const steps = path.map((step) => String(step).slice(0, 100));
  if (target !== 'json') return { detail, parameter: steps[0] ?? target };
  return { detail, pointer: `#${steps.map((step) => `/${escapePointer(step)}`).join('')}` };
}

/** RFC 6901, section 3. */
const escapePointer = (step: string): string => step.replaceAll('~', '~0').replaceAll('/', '~1');

const getDocument = createRoute({
  method: 'get',
  path: '/v1/openapi.json',
  operationId: 'getOpenApiDocument',
  summary: 'Read this description',
  tags: ['Health'],
  responses: {
    200: {
      description: 'OpenAPI 3.1, made from the schemas that validate.',
      content: { 'application/json': { schema: z.record(z.string(), z.unknown()) } },
    },
    ...problems(),
  },
});

function addDocument(app: ControlApi): void {
  let made: string | undefined;
  app.openapi(getDocument, (c) => {
    made ??= JSON.stringify(
      app.getOpenAPI31Document({
        openapi: '3.1.0',
        info: {
          title: 'Headwater control API',
          version: '1',
          description:
            'Streams, their keys, broadcasts and events, and the fleet. Errors are problem details (RFC 9457). Fields and query parameters that are not described here are refused.',
          license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
        },
      }),
    );
    return c.body(made, 200, { 'Content-Type': 'application/json' }) as never;
  });
}
