import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type ApiDocument, chaptersOf, foundIn } from '../../../../../lib/player/page/model/docs/document.ts';

const api = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../../../../lib/player/page/openapi.json'), 'utf8'),
) as ApiDocument;
const chapters = chaptersOf(api);
const operations = chapters.flatMap((chapter) => chapter.operations);
const named = (id: string) => operations.find((one) => one.id === id);

describe('the chapters of the reference', () => {
  test('have each operation and each event of the document once', () => {
    const ids = [...Object.values(api.paths), ...Object.values(api.webhooks)].flatMap((item) =>
      Object.values(item).map(({ operationId }) => operationId),
    );
    expect(operations.map(({ id }) => id).sort()).toEqual(ids.sort());
    expect(chapters.map(({ name }) => name)).toEqual(api.tags.map(({ name }) => name));
  });

  test('tell what is asked of the API from what is sent, and where to', () => {
    expect(named('createStream')).toMatchObject({ method: 'POST', path: '/v1/streams', isSent: false });
    expect(named('onStreamLive')).toMatchObject({ method: 'Webhook', path: 'stream.live', isSent: true });
    expect(named('onStreamLiveOfEventBridge')).toMatchObject({ method: 'EventBridge', path: 'stream.live' });
  });

  test('have bodies and answers with their media types, and none where there is none', () => {
    const { body, isBodyRequired, answers } = named('createStream') ?? {};
    expect(body).toMatchObject({ type: 'application/json', example: { name: 'Sunday concert' } });
    expect(isBodyRequired).toBe(true);
    expect(answers?.[0]).toMatchObject({ status: '201', body: { type: 'application/json' } });
    expect(answers?.[0]?.headers.map(({ name }) => name)).toEqual(['Location', 'ETag']);
    expect(named('revokeKey')?.answers[0]).toMatchObject({ status: '204', body: undefined });
  });

  test('are searched by words in any order, in names, paths and summaries', () => {
    const found = (search: string) =>
      foundIn(chapters, search).flatMap((chapter) => chapter.operations.map(({ id }) => id));
    expect(found('Stream CREATE post /v1/streams')).toContain('createStream');
    expect(found('eventbridge stream.live')).toEqual(['onStreamLiveOfEventBridge']);
    expect(found('nothing like that')).toEqual([]);
    expect(found(' ')).toHaveLength(operations.length);
  });
});
