import { createRoute, type z } from '@hono/zod-openapi';
import type { BroadcastRecord, StreamRecord } from '../../control-store/records.ts';
import { isBroadcastId } from '../../routing/ids.ts';
import { isOnAir } from '../policy/stream-state.ts';
import { downloadFileName } from '../recordings/policy/download-name.ts';
import type { ApiContext, ControlApi, RecordingDownloads } from './context.ts';
import { presentDownload } from './present/present-downloads.ts';
import { ApiProblem } from './problems.ts';
import {
  answer,
  bodyProblems,
  header,
  idempotencyHeader,
  idempotencyProblems,
  idParam,
  jsonBody,
  problems,
  streamParams,
} from './route-parts.ts';
import { Download, DownloadList, NewDownload } from './schemas/download-schemas.ts';
import { examples } from './schemas/examples.ts';
import { loadStream, observeStream } from './stream-access.ts';

const tags = ['Broadcasts'];
const broadcastParams = streamParams.extend({
  broadcastId: idParam('broadcastId', 'ID of the broadcast.', '1jm8p0v4c7h2kqv0'),
});

const create = createRoute({
  method: 'post',
  path: '/v1/streams/{id}/broadcasts/{broadcastId}/downloads',
  operationId: 'createDownload',
  summary: 'Make a recording, or a clip of it, into an MP4 file',
  description:
    'The file is written in the background: repeat the request of its Location until it is ready. Nothing is encoded again: a clip begins with the picture shown at its start and ends with the last one before its end, to the frame. Asking for what is being made, or is ready, returns that. While the broadcast is on air, a clip needs an end.',
  tags,
  request: {
    params: broadcastParams,
    headers: idempotencyHeader,
    body: { required: false, content: jsonBody(NewDownload, examples.newDownload) },
  },
  responses: {
    202: answer(Download, examples.download, 'Accepted and persisted.', {
      Location: header(
        'Path of the download.',
        '/v1/streams/7h2kqv0m4x9rt3bz/broadcasts/1jm8p0v4c7h2kqv0/downloads/q8w2z5cvk4x9',
      ),
    }),
    ...problems(
      ...(['stream-not-found', 'broadcast-not-found', 'stream-on-air', 'stream-taken-down'] as const),
      ...(['download-not-offered', 'too-many-requests'] as const),
      ...bodyProblems,
      ...idempotencyProblems,
    ),
  },
});

const list = createRoute({
  method: 'get',
  path: '/v1/streams/{id}/broadcasts/{broadcastId}/downloads',
  operationId: 'listDownloads',
  summary: 'List the MP4 files of a recording, newest first',
  tags,
  request: { params: broadcastParams },
  responses: {
    200: answer(DownloadList, { downloads: [examples.download] }, 'Those that have not expired.'),
    ...problems('stream-not-found', 'broadcast-not-found', 'download-not-offered'),
  },
});

const get = createRoute({
  method: 'get',
  path: '/v1/streams/{id}/broadcasts/{broadcastId}/downloads/{downloadId}',
  operationId: 'getDownload',
  summary: 'Get the state and the address of an MP4 file',
  tags,
  request: {
    params: broadcastParams.extend({
      downloadId: idParam('downloadId', 'ID of the download.', 'q8w2z5cvk4x9'),
    }),
  },
  responses: {
    200: answer(Download, examples.download, 'The download.'),
    ...problems('stream-not-found', 'broadcast-not-found', 'download-not-found', 'download-not-offered'),
  },
});

/** Loads a broadcast; throws `broadcast-not-found` if there is none. */
export async function loadBroadcast(
  { store }: Pick<ApiContext, 'store'>,
  stream: StreamRecord,
  broadcastId: string,
): Promise<BroadcastRecord> {
  const record = isBroadcastId(broadcastId) ? await store.getBroadcast(stream.id, broadcastId) : undefined;
  if (record) return record;
  const detail = `The stream has no broadcast with the ID "${broadcastId.slice(0, 64)}".`;
  throw new ApiProblem('broadcast-not-found', detail);
}

export function addDownloadRoutes(app: ControlApi, context: ApiContext): void {
  const { config } = context;

  async function load(params: { readonly id: string; readonly broadcastId: string }) {
    const stream = await loadStream(context, params.id);
    return { stream, record: await loadBroadcast(context, stream, params.broadcastId) };
  }

  app.openapi(create, async (c) => {
    const { stream, record } = await load(c.req.valid('param'));
    const wanted = withinRecording(NewDownload.parse(c.req.valid('json') ?? {}), record);
    const downloads = downloadsOf(context, record);
    if (stream.takenDown) {
      const detail = `Restore the stream first (POST /v1/streams/${stream.id}/restore).`;
      throw new ApiProblem('stream-taken-down', detail);
    }
    await demandEnd(stream, record, wanted.endMs);
    demandRecorded(record, wanted);
    const fileName = downloadFileName(stream.name, record.startedAtMs, wanted);
    const made = await downloads.ask(stream.id, { ...wanted, broadcastId: record.id, fileName });
    return c.json(presentDownload(stream.id, made, config), 202, {
      Location: `/v1/streams/${stream.id}/broadcasts/${record.id}/downloads/${made.id}`,
    });
  });

  app.openapi(list, async (c) => {
    const { stream, record } = await load(c.req.valid('param'));
    const made = await downloadsOf(context, record).list(stream.id);
    const downloads = made
      .filter(({ broadcastId }) => broadcastId === record.id)
      .map((each) => presentDownload(stream.id, each, config))
      .reverse();
    return c.json({ downloads }, 200);
  });

  app.openapi(get, async (c) => {
    const { stream, record } = await load(c.req.valid('param'));
    const { downloadId } = c.req.valid('param');
    const made = await downloadsOf(context, record).list(stream.id);
    const found = made.find(({ id, broadcastId }) => id === downloadId && broadcastId === record.id);
    if (!found) throw new ApiProblem('download-not-found', 'There is no such download, or it has expired.');
    return c.json(presentDownload(stream.id, found, config), 200);
  });

  /** What is still being recorded has no end yet. */
  async function demandEnd(stream: StreamRecord, record: BroadcastRecord, endMs: number | undefined) {
    if (record.state === 'ended' || endMs !== undefined) return;
    const { broadcast } = await observeStream(context, stream);
    if (broadcast?.record.id !== record.id || !isOnAir(broadcast.state)) return;
    const detail = 'The broadcast is on air. Say where the clip ends, or wait for its end.';
    throw new ApiProblem('stream-on-air', detail);
  }
}

/** A clip ends with its recording: name and answer don't promise more. */
function withinRecording(
  wanted: z.infer<typeof NewDownload>,
  { recordedMs }: BroadcastRecord,
): z.infer<typeof NewDownload> {
  const { endMs } = wanted;
  const isCut = endMs !== undefined && recordedMs !== undefined && endMs > recordedMs && recordedMs > 0;
  return isCut ? { ...wanted, endMs: recordedMs } : wanted;
}

/** Throws `invalid-request` if the recording is known to have nothing of what is wanted. */
function demandRecorded(
  { recordedMs, renditions }: BroadcastRecord,
  { startMs = 0, rendition }: z.infer<typeof NewDownload>,
): void {
  const refuse = (detail: string, pointer: string) =>
    new ApiProblem('invalid-request', detail, [{ detail, pointer }]);
  if (recordedMs === 0) throw refuse('The broadcast ended before anything was recorded.', '#');
  if (recordedMs !== undefined && startMs >= recordedMs) {
    throw refuse(`The recording ends at ${recordedMs} ms, before the clip begins.`, '#/startMs');
  }
  const ids = renditions.map(({ id }) => id);
  if (recordedMs === undefined || rendition === undefined || ids.some((id) => id === rendition)) return;
  throw refuse(`The recording has no rendition ${rendition}, but ${ids.join(', ')}.`, '#/rendition');
}

/** Throws `download-not-offered`. */
function downloadsOf(
  { downloads }: Pick<ApiContext, 'downloads'>,
  { encoder = 'fleet' }: BroadcastRecord,
): RecordingDownloads {
  if (!downloads) {
    throw new ApiProblem('download-not-offered', 'This control API has no object store (HEADWATER_ORIGIN).');
  }
  if (encoder !== 'fleet') {
    const detail = 'Recordings made by MediaLive can be watched, but not downloaded as one file.';
    throw new ApiProblem('download-not-offered', detail);
  }
  return downloads;
}
