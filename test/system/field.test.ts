import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fieldCases } from '../../field/cases.ts';
import type { FieldCase } from '../../field/model.ts';
import { playCase } from '../../field/play.ts';
import { Platform } from '../../testkit/platform/platform.ts';

let platform: Platform;
beforeAll(async () => {
  platform = await Platform.start(['--workers', '1', '--proxies', '1']);
});
afterAll(() => platform?.stop());

/** A few cases side by side; `npm run field` plays all, and judges times, too. */
const names = ['gop-dropped', 'sound-late-1500ms', 'reconnect'];
const cases = fieldCases
  .filter(({ name }) => names.includes(name))
  .map((field): FieldCase => ({ ...field, right: { ...field.right, onAirMs: Number.POSITIVE_INFINITY } }));

test('dropped pictures, late sound and a broken connection leave a broadcast whole and in step', async () => {
  expect(cases).toHaveLength(names.length);
  const results = await Promise.all(cases.map((field) => playCase(platform, field)));
  expect(results.map(({ name, wrong }) => ({ name, wrong }))).toEqual(
    cases.map(({ name }) => ({ name, wrong: [] })),
  );

  // The broken connection: one ffmpeg goes on with what the second session sends.
  const { streamId } = results.find(({ name }) => name === 'reconnect')!;
  const started = platform.events.filter(
    ({ event, stream }) => event === 'encoder.ffmpeg.started' && stream === streamId,
  );
  expect(started).toHaveLength(1);
  const answer = await fetch(`${platform.ready.api}/v1/streams/${streamId}/events`);
  const { events } = (await answer.json()) as { events: { type: string; data: object }[] };
  expect(events.map(({ type }) => type)).toContain('stream.reconnecting');
  const resumed = events.find(({ type }) => type === 'stream.resumed');
  expect(resumed?.data).toMatchObject({ shown: 'last-picture' });
});
