import { createRoute, z } from '@hono/zod-openapi';
import { routePath } from 'hono/route';
import type { Clock } from '../../net/clock.ts';
import { RequestRate } from '../policy/request-rate.ts';
import type { LocalProcesses } from '../ports.ts';
import { createApiShell } from './api-base.ts';
import type { ControlApi } from './context.ts';
import { addDocument } from './document/document.ts';
import type { AccessContext, GuardContext } from './guards.ts';
import { ApiProblem } from './problems.ts';
import { answer, bodyProblems, idParam, jsonBody, problems } from './route-parts.ts';

/** Enough for a person's clicks or a test; stops a script that loops. */
const mostStops = 20;
const stopsWithinMs = 10_000;

const process = { role: 'encoder', name: 'encoder-1', pid: 4242, state: 'up', restarts: 0 };

const Process = z
  .strictObject({
    role: z
      .string()
      .openapi({ description: 'What it does; the stage of the media path.', example: 'encoder' }),
    name: z
      .string()
      .openapi({ description: 'Name of the process, unique on its machine.', example: 'encoder-1' }),
    pid: z
      .number()
      .int()
      .optional()
      .openapi({ description: 'Omitted while the process is restarting.', example: 4242 }),
    state: z.enum(['up', 'draining', 'restarting']).openapi({
      description: 'draining: it finishes or passes on its work, then restarts.',
      example: 'up',
    }),
    restarts: z
      .number()
      .int()
      .openapi({ description: 'Restarts since the platform started, for any reason.', example: 0 }),
  })
  .openapi('Process', { description: 'A process that the supervisor keeps running.', example: process });
const ProcessList = z
  .strictObject({
    processes: z
      .array(Process)
      .openapi({ description: 'In the order of the media path.', example: [process] }),
  })
  .openapi('ProcessList', {
    description: 'The processes on this machine.',
    example: { processes: [process] },
  });
const Stop = z
  .strictObject({
    how: z.enum(['kill', 'drain']).openapi({
      description:
        'kill: SIGKILL, immediately. drain: SIGTERM, so that it hands over or finishes its work first.',
      example: 'drain',
    }),
  })
  .openapi('Stop', { description: 'How to stop a process.', example: { how: 'drain' } });

const getProcesses = createRoute({
  method: 'get',
  path: '/v1/processes',
  operationId: 'listProcesses',
  summary: 'List the processes on this machine',
  tags: ['Processes'],
  responses: {
    200: answer(ProcessList, { processes: [process] }, 'All processes, in the order of the media path.'),
    ...problems(),
  },
});

const stopProcess = createRoute({
  method: 'post',
  path: '/v1/processes/{name}/stop',
  operationId: 'stopProcess',
  summary: 'Kill or drain a process, which is then restarted',
  tags: ['Processes'],
  request: {
    params: z.object({ name: idParam('name', 'Name of the process.', 'encoder-1') }),
    body: { required: true, content: jsonBody(Stop, { how: 'drain' }) },
  },
  responses: {
    202: answer(Process, { ...process, state: 'draining' }, 'Accepted. The process with its current state.'),
    ...problems('process-not-found', 'process-not-up', 'too-many-requests', ...bodyProblems),
  },
});

export interface ProcessApiDependencies extends GuardContext, AccessContext {
  readonly processes: LocalProcesses;
  readonly clock: Pick<Clock, 'nowMs'>;
}

/**
 * The supervisor's API on a single machine: lists the processes it keeps running and stops them. It kills processes
 * without a login, so it has the control API's guards: Host, Origin, and a content type that pages of other origins
 * can't send without a preflight request.
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
    if (!found) throw new ApiProblem('process-not-found', 'See /v1/processes for the names.');
    return found;
  };

  app.openapi(getProcesses, (c) => c.json({ processes: [...processes.list()] }, 200));

  app.openapi(stopProcess, (c) => {
    const { name } = find(c.req.valid('param').name);
    const { how } = c.req.valid('json');
    if (!rate.take(clock.nowMs())) {
      const detail = `At most ${mostStops} stops are allowed in ${stopsWithinMs / 1_000} s. Wait a moment.`;
      throw new ApiProblem('too-many-requests', detail);
    }
    if (!processes[how](name)) {
      throw new ApiProblem('process-not-up', `${name} is restarting. Wait until it is up.`);
    }
    emit('process.stop-asked', { process: name, how });
    return c.json(find(name), 202);
  });

  addDocument(app, {
    title: 'Headwater process API',
    description:
      'Lists the processes that the supervisor keeps running on one machine, and kills or drains them.',
  });
  return app;
}
