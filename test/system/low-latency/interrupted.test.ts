import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Publisher } from '../../../testkit/media/publisher.ts';
import { Platform } from '../../../testkit/platform/platform.ts';
import { type CreatedStream, createStream, streamEvent } from '../../../testkit/platform/streams.ts';
import { type ServedRendition, servedRenditions } from './served-rendition.ts';

interface OnAir {
  readonly stream: CreatedStream;
  readonly publisher: Publisher;
  readonly rendition: ServedRendition;
}

let platform: Platform;
let kept: OnAir;
let stolen: OnAir;

beforeAll(async () => {
  platform = await Platform.start();
  [kept, stolen] = await Promise.all([publish('kept'), publish('stolen')]);
});
afterAll(async () => {
  await Promise.all([kept, stolen].map((one) => one?.publisher.stop()));
  await platform?.stop();
});

async function publish(name: string): Promise<OnAir> {
  const stream = await createStream(platform, { name });
  const { url, key } = stream.ingest.rtmp;
  const publisher = new Publisher({ url: `${url}/${key}`, size: '256x144' });
  await streamEvent(platform, stream.id, 'stream.live');
  const [rendition] = (await servedRenditions(stream.playback.hls)) as [ServedRendition];
  return { stream, publisher, rendition };
}

const lowLatencyTags = /EXT-X-(PART|PRELOAD|RENDITION-REPORT|SKIP)|CAN-/;

const statusOf = async (url: string): Promise<number> => {
  const answer = await fetch(url);
  await answer.body?.cancel();
  return answer.status;
};

test('viewers go dark while they wait for what comes next: they need not wait for it', async () => {
  const { rendition, stream } = stolen;
  const { next, hint } = await rendition.whole(1);
  const growing = await fetch(rendition.at(`${next.msn}.m4s`));
  expect(growing.status).toBe(200);
  const cut = growing.arrayBuffer().then(
    () => 'whole',
    () => 'cut',
  );
  // Two segments are some seconds away, here and on the stream beside it.
  const waiting = [
    rendition.ask({ msn: next.msn + 1 }).then(({ status }) => status),
    rendition.ask({ msn: next.msn + 1, skip: 'YES' }).then(({ status }) => status),
  ];
  const beside = kept.rendition
    .reload({ msn: 1 })
    .then((now) => kept.rendition.ask({ msn: now.next.msn + 1 }));
  const first = Promise.race([Promise.all(waiting), beside.then(({ status }) => status)]);
  const taken = fetch(`${platform.ready.api}/v1/streams/${stream.id}/takedown`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reason: 'a test' }),
  });
  expect(await first).toEqual([410, 410]);
  const now = [rendition.url, `${rendition.url}?_HLS_msn=${next.msn}`, rendition.at(hint!)];
  expect(await Promise.all(now.map(statusOf))).toEqual([410, 410, 410]);
  expect(await cut).toBe('cut');
  expect((await taken).status).toBe(202);
});

test('while the live origin does not answer, viewers go on with the object store, and they come back', async () => {
  const { rendition, stream } = kept;
  const before = await rendition.whole(3);
  const pid = platform.pidOf('live-origin');
  process.kill(pid, 'SIGSTOP');
  try {
    const fallback = await rendition.reload({ msn: before.next.msn + 1 });
    expect(fallback.text).not.toMatch(lowLatencyTags);
    expect(fallback.text).toContain('#EXT-X-SERVER-CONTROL:HOLD-BACK=16\n');
    const absent = before.hint!.replace(/^\d+/, String(before.next.msn + 3));
    const here = fallback.whole.map(({ uri }) => rendition.at(uri));
    expect(new Set(await Promise.all(here.map(statusOf)))).toEqual(new Set([200]));
    expect(await statusOf(rendition.at(absent))).toBe(404);
    const dash = await (await fetch(stream.playback.dash)).text();
    expect(dash).toContain('suggestedPresentationDelay="PT16S"');
    expect(dash).not.toContain('availabilityTimeOffset');
  } finally {
    process.kill(pid, 'SIGKILL');
  }
  // A player without low latency asks now and then; it is who notices that the live origin is back.
  let isBack = false;
  void platform
    .waitForNext(({ event }) => event === 'edge.live-origin.back')
    .then(() => {
      isBack = true;
    });
  for (; !isBack; await sleep(250)) await rendition.text();
  // No cache has an answer to this from the meantime.
  const after = await rendition.reload({ msn: before.next.msn + 2 });
  expect(after.hint).toBeDefined();
  expect((await rendition.reload(after.next)).has(after.next)).toBe(true);
});

test('the end of the broadcast answers whoever waits, and from then on directives mean nothing', async () => {
  const { rendition, publisher } = kept;
  const { next } = await rendition.whole(5);
  const waiting = [
    rendition.text({ msn: next.msn + 1 }),
    rendition.text({ msn: next.msn + 1, part: 1, skip: 'YES' }),
  ];
  await publisher.stop();
  const texts = await Promise.all(waiting);
  const anyhow = [
    {},
    { msn: 0 },
    { msn: 9999, part: 3 },
    { part: 1 },
    { msn: next.msn, skip: 'YES' },
  ] as const;
  texts.push(...(await Promise.all(anyhow.map((directives) => rendition.text(directives)))));
  for (const text of texts) {
    expect(text).toMatch(/\n#EXT-X-ENDLIST\n/);
    expect(text).not.toMatch(lowLatencyTags);
  }
});
