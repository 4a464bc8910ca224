import { createRoute, z } from '@hono/zod-openapi';
import { routePath } from 'hono/route';
import type { Clock } from '../../net/clock.ts';
import { RequestRate } from '../policy/request-rate.ts';
import type { LocalProcesses } from '../ports.ts';
import type { ControlApi } from './context.ts';
import type { GuardContext } from './guards.ts';
import { ApiProblem } from './problems.ts';
import { answer, bodyProblems, jsonBody, problems } from './route-parts.ts';
import { addDocument, createApiShell } from './shell.ts';

/** A person's clicks, and a test's; a script in a loop is stopped. */
const mostStops = 20;
const stopsWithinMs = 10_000;

const processName = z.string().openapi({ param: { name: 'name', in: 'path' }, example: 'encoder-1' });

const Process = z
  .strictObject({
    role: z.string().openapi({ example: 'encoder' }),
    name: z.string().openapi({ example: 'encoder-1' }),
    pid: z.number().int().optional().openapi({ description: 'Left out while it is restarting.' }),
    state: z.enum(['up', 'draining', 'restarting']),
    restarts: z.number().int().openapi({ description: 'Since the platform came up, for whatever reason.' }),
  })
  .openapi('Process');
const ProcessList = z.strictObject({ processes: z.array(Process) }).openapi('ProcessList');
const Stop = z
  .strictObject({
    how: z.enum(['kill', 'drain']).openapi({
      description: 'kill: SIGKILL, at once. drain: SIGTERM, so that it hands over or finishes what it has.',
    }),
  })
  .openapi('Stop');

const process = { role: 'encoder', name: 'encoder-1', pid: 4242, state: 'up', restarts: 0 };

const getProcesses = createRoute({
  method: 'get',
  path: '/v1/processes',
  operationId: 'listProcesses',
  summary: 'List the programs of this machine',
  tags: ['Processes'],
  responses: {
    200: answer(ProcessList, { processes: [process] }, 'All of them, in path order.'),
    ...problems(),
  },
});

const stopProcess = createRoute({
  method: 'post',
  path: '/v1/processes/{name}/stop',
  operationId: 'stopProcess',
  summary: 'Kill or drain a program, which is then started again',
  tags: ['Processes'],
  request: {
    params: z.object({ name: processName }),
    body: { required: true, content: jsonBody(Stop, { how: 'drain' }) },
  },
  responses: {
    202: answer(Process, { ...process, state: 'draining' }, 'It was told; this is how it stands.'),
    ...problems('process-not-found', 'process-not-up', 'too-many-requests', ...bodyProblems),
  },
});

export interface ProcessApiDependencies extends GuardContext {
  readonly processes: LocalProcesses;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/**
 * The API of the supervisor on one machine: the programs it keeps, and buttons to end one. It kills processes without a
 * login, so its guards are the control API's: Host, Origin, and a body that a foreign page cannot send without asking.
 */
export function createProcessApi({ processes, clock, ...context }: ProcessApiDependencies): ControlApi {
  const { emit } = context;
  const rate = new RequestRate(mostStops, stopsWithinMs);
  const app = createApiShell(context, (c, { code, cause }) => {
    if (code !== 'internal-fault') return;
    emit('control.request.failed', { method: c.req.method, route: routePath(c, -1), cause });
  });
  const find = (name: string) => {
    const found = processes.list().find((one) => one.name === name);
    if (!found) throw new ApiProblem('process-not-found', 'The names are listed at /v1/processes.');
    return found;
  };

  app.openapi(getProcesses, (c) => c.json({ processes: [...processes.list()] }, 200));

  app.openapi(stopProcess, (c) => {
    const { name } = find(c.req.valid('param').name);
    const { how } = c.req.valid('json');
    if (!rate.take(clock.nowMs())) {
      const detail = `At most ${mostStops} stops in ${stopsWithinMs / 1_000} s. Wait a moment.`;
      throw new ApiProblem('too-many-requests', detail);
    }
    if (!processes[how](name)) {
      throw new ApiProblem('process-not-up', `${name} is being started again. Wait until it is up.`);
    }
    emit('process.stop-asked', { process: name, how });
    return c.json(find(name), 202);
  });

  addDocument(app, {
    title: 'Headwater processes of one machine',
    description: 'What the supervisor keeps running, and how to kill or drain one of them.',
  });
  return app;
}
