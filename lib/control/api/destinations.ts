import { createRoute } from '@hono/zod-openapi';
import type { DestinationRecord, StreamRecord } from '../../control-store/records.ts';
import { streamEvent } from '../../control-store/stream-events.ts';
import { sealDestinationKey } from '../../routing/destination-key.ts';
import { randomId } from '../../routing/ids.ts';
import { allowedAddresses, checkTargetUrl, type TargetUrl } from '../../routing/target-address.ts';
import { addDestination, changeDestination, mostDestinations } from '../policy/stream-destinations.ts';
import type { ApiContext, ControlApi } from './context.ts';
import { type Pushes, presentDestination, presentDestinations } from './present/present-documents.ts';
import { ApiProblem } from './problems.ts';
import {
  answer,
  bodyProblems,
  idempotencyHeader,
  idempotencyProblems,
  idParam,
  jsonBody,
  problems,
  streamParams,
} from './route-parts.ts';
import {
  Destination,
  DestinationChange,
  DestinationList,
  NewDestination,
} from './schemas/destination-schemas.ts';
import { examples } from './schemas/examples.ts';
import { changeStream, loadStream, observeStream, recordEvent } from './stream-access.ts';

const tags = ['Destinations'];
const destinationParams = streamParams.extend({
  destinationId: idParam('destinationId', 'ID of the destination.', 'q8w2z5cv'),
});

const add = createRoute({
  method: 'post',
  path: '/v1/streams/{id}/destinations',
  operationId: 'addDestination',
  summary: 'Add an RTMP server to send the stream to',
  description: `The ingest proxy that the broadcaster is connected to forwards the stream unchanged, as it arrives. A slow or failed destination doesn't affect your viewers. The host name is resolved for each connection, and only addresses on the public internet are connected to. At most ${mostDestinations} per stream.`,
  tags,
  request: {
    params: streamParams,
    headers: idempotencyHeader,
    body: { required: true, content: jsonBody(NewDestination, examples.newDestination) },
  },
  responses: {
    201: answer(Destination, examples.addedDestination, 'The destination, without its key.'),
    ...problems(
      'stream-not-found',
      'too-many-destinations',
      'simulcast-not-offered',
      'changed-meanwhile',
      ...bodyProblems,
      ...idempotencyProblems,
    ),
  },
});

const list = createRoute({
  method: 'get',
  path: '/v1/streams/{id}/destinations',
  operationId: 'listDestinations',
  summary: 'List the destinations of a stream with the state of each push, newest first',
  tags,
  request: { params: streamParams },
  responses: {
    200: answer(DestinationList, examples.destinationList, 'The destinations.'),
    ...problems('stream-not-found'),
  },
});

const change = createRoute({
  method: 'patch',
  path: '/v1/streams/{id}/destinations/{destinationId}',
  operationId: 'changeDestination',
  summary: 'Rename a destination, or turn it on or off',
  description:
    'Omitted fields keep their values. To change the URL or key, remove the destination and add a new one.',
  tags,
  request: {
    params: destinationParams,
    body: { required: true, content: jsonBody(DestinationChange, examples.destinationChange) },
  },
  responses: {
    200: answer(Destination, examples.changedDestination, 'The updated destination.'),
    ...problems('stream-not-found', 'destination-not-found', 'changed-meanwhile', ...bodyProblems),
  },
});

const remove = createRoute({
  method: 'delete',
  path: '/v1/streams/{id}/destinations/{destinationId}',
  operationId: 'removeDestination',
  summary: 'Remove a destination and its key',
  tags,
  request: { params: destinationParams },
  responses: {
    204: { description: 'Removed. Nothing more is sent to it.' },
    ...problems('stream-not-found', 'destination-not-found', 'changed-meanwhile'),
  },
});

export function addDestinationRoutes(app: ControlApi, context: ApiContext): void {
  const { store, clock, config, emit } = context;
  const allowed = allowedAddresses(config.pushAllow ?? []);
  const { pushPorts } = config;
  function usableTarget(address: string): TargetUrl {
    if (pushPorts?.length === 0) {
      throw new ApiProblem(
        'simulcast-not-offered',
        'The operator of this platform has not turned simulcast on.',
      );
    }
    const target = checkTargetUrl(address, allowed);
    const fault = target.ok ? portFault(target.url, pushPorts) : target.fault;
    if (target.ok && fault === undefined) return target.url;
    const detail = fault ?? '';
    throw new ApiProblem('invalid-request', `This destination can't be used. ${detail}`, [
      { detail, pointer: '#/url' },
    ]);
  }
  async function pushesOf(stream: StreamRecord): Promise<Pushes> {
    const [document, { state }] = await Promise.all([
      store.getDocument(stream.id, 'pushes'),
      observeStream(context, stream),
    ]);
    return { document, state };
  }

  app.openapi(add, async (c) => {
    const { name, url, key } = c.req.valid('json');
    const { id: streamId } = await loadStream(context, c.req.valid('param').id);
    const target = usableTarget(url);
    const id = randomId(8);
    const atMs = clock.wallMs();
    const fresh: DestinationRecord = {
      id,
      name,
      url: target.tcUrl,
      sealedKey: sealDestinationKey(key, { pepper: config.keyPepper, streamId, destinationId: id }),
      enabled: true,
      createdAtMs: atMs,
    };
    await changeStream(context, streamId, (before) => {
      const destinations = addDestination(before.destinations ?? [], fresh);
      if (destinations) return { ...before, destinations };
      throw new ApiProblem(
        'too-many-destinations',
        `The stream has ${mostDestinations} destinations, the maximum. Remove one first.`,
      );
    });
    emit('control.destination.added', { streamId, destinationId: id });
    const data = { destination: name, server: target.host };
    await recordEvent(context, streamEvent('destination.added', data, { streamId, atMs }));
    return c.json(presentDestination(fresh), 201);
  });

  app.openapi(list, async (c) => {
    const stream = await loadStream(context, c.req.valid('param').id);
    return c.json({ destinations: presentDestinations(stream, await pushesOf(stream)) }, 200);
  });

  app.openapi(change, async (c) => {
    const { id, destinationId } = c.req.valid('param');
    const wanted = c.req.valid('json');
    const stream = await changeStream(context, id, (before) => ({
      ...before,
      destinations: found(changeDestination(before.destinations ?? [], destinationId, wanted)),
    }));
    const streamId = stream.id;
    const changed = found(stream.destinations?.find((one) => one.id === destinationId));
    const { name, enabled } = changed;
    emit('control.destination.changed', { streamId, destinationId, enabled });
    const about = { streamId, atMs: clock.wallMs() };
    await recordEvent(context, streamEvent('destination.changed', { destination: name, enabled }, about));
    return c.json(presentDestination(changed, await pushesOf(stream)), 200);
  });

  app.openapi(remove, async (c) => {
    const { id, destinationId } = c.req.valid('param');
    let destination = '';
    const { id: streamId } = await changeStream(context, id, (before) => {
      const { destinations = [] } = before;
      const removed = found(destinations.find((one) => one.id === destinationId));
      destination = removed.name;
      return { ...before, destinations: destinations.filter((one) => one !== removed) };
    });
    emit('control.destination.removed', { streamId, destinationId });
    const about = { streamId, atMs: clock.wallMs() };
    await recordEvent(context, streamEvent('destination.removed', { destination }, about));
    return c.body(null, 204);
  });
}

/** If the network allows outbound traffic on certain ports only, a push to any other port would hang forever. */
function portFault({ port }: TargetUrl, ports: readonly number[] | undefined): string | undefined {
  if (ports === undefined || ports.includes(port)) return undefined;
  return `Port ${port} can't be reached from here. Use one of these ports: ${ports.join(', ')}.`;
}

function found<Value>(value: Value | undefined): Value {
  if (value === undefined) {
    throw new ApiProblem('destination-not-found', 'The stream has no destination with this ID.');
  }
  return value;
}
