import { OpenAPIHono, type z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { methodNotAllowed } from 'hono/method-not-allowed';
import { faultsOf, jsonFaultWords } from '../policy/fault-words.ts';
import type { ApiEnvironment, ControlApi } from './context.ts';
import { type AccessContext, accessGuard, type GuardContext, guards } from './guards.ts';
import { ApiProblem, answerProblem, problemOf, type RequestFault } from './problems.ts';

/**
 * An API without routes: guards, problem responses, and handling of unknown paths and methods.
 * `report` is called with each problem before it is sent.
 */
export function createApiShell(
  context: GuardContext & AccessContext,
  report: (c: Context, problem: ApiProblem) => void,
): ControlApi {
  const app: ControlApi = new OpenAPIHono<ApiEnvironment>({
    defaultHook: (result) => {
      if (!result.success) throw invalidRequest(result.target, result.error.issues);
    },
  });
  app.use(
    methodNotAllowed({
      app,
      onMethodNotAllowed: (c, methods) => {
        const detail = `Allowed methods: ${methods.join(', ')}.`;
        return answerProblem(c, new ApiProblem('method-not-allowed', detail), { Allow: methods.join(', ') });
      },
    }),
  );
  app.use(...guards(context), accessGuard(context));
  app.notFound((c) =>
    answerProblem(c, new ApiProblem('route-not-found', 'See /v1/openapi.json for the available paths.')),
  );
  app.onError(async (error, c) => {
    const known = problemOf(error);
    const problem =
      known.code === 'malformed-body'
        ? new ApiProblem(known.code, jsonFaultWords(await c.req.text()), [], error)
        : known;
    report(c, problem);
    return answerProblem(c, problem);
  });
  return app;
}

type Issue = z.core.$ZodIssue;

const places: Readonly<Record<string, string>> = { json: 'body', header: 'headers', param: 'path' };

/** Reports every error in the request at once, each with its location; each unknown field is an error of its own. */
function invalidRequest(target: string, issues: readonly Issue[]): ApiProblem {
  const found = issues
    .toSorted((one, other) => Number(isOfAnyInteger(one)) - Number(isOfAnyInteger(other)))
    .flatMap((issue) => faultsOf(issue))
    .map(({ path, words }): RequestFault => fault(target, path, words));
  // Of two faults of a value one is enough: who mends it meets the other only if it is still there.
  const faults = [...Map.groupBy(found, ({ pointer, parameter }) => pointer ?? parameter).values()].flatMap(
    ([first]) => first ?? [],
  );
  const words = faults
    .slice(0, 20)
    .map(({ detail, pointer, parameter }) => `${parameter ?? pointer}: ${detail}`);
  const where = places[target] ?? target;
  const verb = where.endsWith('s') ? 'have' : 'has';
  const detail = `The ${where} ${verb} ${faults.length === 1 ? 'one error' : `${faults.length} errors`}. ${words.join('; ')}`;
  return new ApiProblem('invalid-request', detail.slice(0, 1_000), faults.slice(0, 20));
}

/** What zod says of integers on top of a field's own limit. */
const isOfAnyInteger = (issue: Issue): boolean =>
  issue.code === 'too_big' && issue.maximum === Number.MAX_SAFE_INTEGER;

function fault(target: string, path: readonly PropertyKey[], detail: string): RequestFault {
  const steps = path.map((step) => String(step).slice(0, 100));
  if (target !== 'json') return { detail, parameter: steps[0] ?? target };
  return { detail, pointer: `#${steps.map((step) => `/${escapePointer(step)}`).join('')}` };
}

/** RFC 6901, section 3. */
const escapePointer = (step: string): string => step.replaceAll('~', '~0').replaceAll('/', '~1');
