import { join } from 'node:path';
import { afterAll, describe, expect, jest, test } from '@jest/globals';
import { encodeAmf0 } from '../../lib/protocol/rtmp/amf0.ts';
import { Publisher } from '../../lib/protocol/rtmp/publisher.ts';
import type { StreamId } from '../../lib/routing/ids.ts';
import { FaultInjector, type FaultPlan, type Step } from '../../testkit/faults/fault-injector.ts';
import { type LinkInMemory, WorkerInMemory } from '../../testkit/harness/worker-in-memory.ts';
import { mulberry32 } from '../../testkit/mulberry32.ts';

/** x264's sequence header for 1280×720. */
const videoHeader = Buffer.from(
  '17000000000164101fffe100166764101facb80a00b76022000003000200000300280801000568ee06f2c0fdf8f800',
  'hex',
);
const audioHeader = Buffer.from([0xaf, 0, 0x11, 0x90]);
const stepMs = 200;
const lastSegment = 3;
const seed = 20_261_127;
const plansPerStep = 1;
const reconnectWindowMs = 2000;

/** The way of a broadcast's media through the worker. */
const injector = await FaultInjector.of(join(import.meta.dirname, '../..'), [
  'lib/encoder/{encoding,policy,publication,publisher,report}/**/*.ts',
  'lib/encoder/broadcast.ts',
  'lib/packaging/{cmaf,codec,dash,hls}/*.ts',
  'lib/protocol/{flv,rtmp}/!(publisher|chunk-writer).ts',
]);

/** A broadcaster that sends five pictures a second, with sound. */
class Broadcaster {
  readonly link: LinkInMemory;
  readonly #writer = new Publisher({ app: 'live', streamName: 'k', tcUrl: 'rtmp://127.0.0.1/live' });
  #ms = 0;

  constructor(link: LinkInMemory) {
    this.link = link;
  }

  begin(): void {
    this.#send('data', encodeAmf0(['@setDataFrame', 'onMetaData', { framerate: 5, encoder: 'test' }]));
    this.#send('video', videoHeader);
    this.#send('audio', audioHeader);
  }

  step(): void {
    const isKey = this.#ms % 2000 === 0;
    this.#send(
      'video',
      Buffer.from([isKey ? 0x17 : 0x27, 1, 0, 0, 0, 0, 0, 0, 2, isKey ? 0x65 : 0x41, 0x88]),
    );
    this.#send('audio', Buffer.from([0xaf, 1, 0x21, 0x10]));
    this.#ms += stepMs;
  }

  end(): void {
    this.link.send(this.#writer.unpublish());
  }

  #send(type: 'video' | 'audio' | 'data', payload: Buffer): void {
    this.link.send(this.#writer.media(type, this.#ms, payload));
  }
}

/** The newest segment of a stream that playlists name. */
function newest(world: WorkerInMemory, streamId: StreamId): number {
  const numbers = [...world.objects].flatMap(([key, { body }]) =>
    key.includes(streamId) && key.endsWith('/playlist.m3u8')
      ? [...body.toString().matchAll(/(\d+)\.m4s/g)].map(([, number]) => Number(number))
      : [],
  );
  return Math.max(-1, ...numbers);
}

interface Outcome {
  readonly counts: ReadonlyMap<Step, number>;
  readonly thrown: number;
  readonly world: WorkerInMemory;
  readonly victim: { readonly streamId: StreamId; readonly link: LinkInMemory; readonly load: number };
  /** The worker could stop afterwards. */
  readonly isDrained: boolean;
  readonly bystander: {
    readonly before: number;
    readonly after: number;
    readonly closedEarly: LinkInMemory['closed'];
  };
}

/**
 * One broadcast runs; then another one begins on the same worker, of which `plan` makes a step throw. It lasts 7 s, pauses for half a
 * second of them, and is ended.
 */
async function play(plan?: FaultPlan): Promise<Outcome> {
  injector.disarm();
  const world = new WorkerInMemory();
  await world.worker.start();
  const [quiet, faulty] = [
    await world.addStream(reconnectWindowMs),
    await world.addStream(reconnectWindowMs),
  ];
  const bystander = new Broadcaster(world.connect(quiet));
  await jest.advanceTimersByTimeAsync(50);
  bystander.begin();
  const pass = async (forMs: number, act?: () => void): Promise<void> => {
    for (let ms = 0; ms < forMs; ms += stepMs) {
      bystander.step();
      act?.();
      await jest.advanceTimersByTimeAsync(stepMs);
    }
  };
  await pass(2500);
  const before = newest(world, quiet);
  injector.arm(plan);
  const victim = new Broadcaster(world.connect(faulty));
  await jest.advanceTimersByTimeAsync(50);
  victim.begin();
  await pass(3000, () => victim.step());
  await pass(500);
  await pass(3500, () => victim.step());
  victim.end();
  await pass(6000);
  const after = newest(world, quiet);
  // A broadcast that could not be ended is taken up again by a sweep.
  for (let ms = 0; ms < 10_000 && world.worker.load > 1; ms += stepMs) await pass(stepMs);
  const { thrown, counts } = injector;
  const outcome = {
    counts: new Map(counts),
    thrown,
    world,
    victim: { streamId: faulty, link: victim.link, load: world.worker.load - 1 },
    bystander: { before, after, closedEarly: bystander.link.closed },
  };
  injector.disarm();
  bystander.end();
  await jest.advanceTimersByTimeAsync(5000);
  let isDrained = false;
  void world.worker.drain().then(() => {
    isDrained = true;
  });
  for (let seconds = 0; seconds < 120 && !isDrained; seconds++) await jest.advanceTimersByTimeAsync(1000);
  jest.clearAllTimers();
  world.store.close();
  return { ...outcome, isDrained };
}

jest.useFakeTimers();
afterAll(() => {
  jest.useRealTimers();
});
const whole = await play();
const steps = [...whole.counts].sort();

test('without a fault, both broadcasts are whole', () => {
  const { world, victim, bystander } = whole;
  expect(bystander.after).toBeGreaterThan(bystander.before + 5);
  expect(newest(world, victim.streamId)).toBe(lastSegment);
  expect(victim.load).toBe(0);
});

/** A log line that says what was thrown. */
function isLogged({ world }: Outcome, step: Step): boolean {
  const says = (value: unknown): boolean =>
    value instanceof Error ? value.message.includes(step) || says(value.cause) : String(value).includes(step);
  return world.events.some(({ fields }) => Object.values(fields).some(says));
}

/** All of a stream's media is in the origin, as without a fault. */
const isWhole = (outcome: Outcome): boolean => mediaBytes(outcome) === mediaBytes(whole);
const mediaBytes = ({ world, victim }: Outcome): number =>
  [...world.objects].reduce(
    (sum, [key, { body }]) => sum + (key.includes(victim.streamId) && key.endsWith('.m4s') ? body.length : 0),
    0,
  );

/** What they can't read is shown in another way: pictures that can't be repeated by reference are repeated as they are. */
const hasFallback = (step: Step): boolean => /^(AvcRepeater|BitReader)\./.test(step);

/** A seeded choice of faults: once, or from then on always. */
function plansFor(step: Step, count: number): FaultPlan[] {
  const random = mulberry32(Buffer.from(step).reduce((sum, byte) => (sum * 31 + byte) | 0, seed));
  return Array.from({ length: plansPerStep }, () => ({
    step,
    fromCall: 1 + Math.floor(random() ** 2 * count),
    calls: random() < 0.5 ? 1 : Number.POSITIVE_INFINITY,
    when: random() < 0.5 ? 'before' : 'after',
  }));
}

describe('wherever the worker throws, it lives, others go on, and the broadcaster goes on or is told', () => {
  test.each(steps)('%s', async (step, count) => {
    for (const plan of plansFor(step, count)) {
      const outcome = await play(plan);
      const { world, victim, bystander, thrown } = outcome;
      const about = `${step}, call ${plan.fromCall}, ${plan.calls} times, ${plan.when} its work`;
      expect({ about, segments: bystander.after, link: bystander.closedEarly }).toEqual({
        about,
        segments: whole.bystander.after,
        link: undefined,
      });
      const isTold = victim.link.frames.some(({ type }) => type === 'end' || type === 'refused');
      const isLoggedOrWhole =
        thrown === 0 || hasFallback(step) || isLogged(outcome, step) || isWhole(outcome);
      expect({
        about,
        isLoggedOrWhole,
        goesOnOrIsTold: isTold || newest(world, victim.streamId) >= lastSegment - 1,
        isOver: outcome.isDrained && (victim.load === 0 || plan.calls > 1),
      }).toEqual({ about, isLoggedOrWhole: true, goesOnOrIsTold: true, isOver: true });
    }
  });
});

const always = { fromCall: 10, calls: Number.POSITIVE_INFINITY, when: 'before' } as const;
const told = ({ victim }: Outcome): string[] =>
  victim.link.frames.flatMap((frame) => (frame.type === 'status' ? [frame.code] : []));

test('a timer that keeps throwing ends its own broadcast, in words', async () => {
  const outcome = await play({ step: 'Encoding.tick', ...always });
  expect(told(outcome)).toEqual(['NetStream.Publish.Rejected']);
  expect(isLogged(outcome, 'Encoding.tick')).toBe(true);
  expect(outcome.bystander.after).toBe(whole.bystander.after);
});

test('output of ffmpeg that cannot be read counts as its crash', async () => {
  const outcome = await play({ step: 'VideoSegmenter.push', ...always, fromCall: 1 });
  const crashes = outcome.world.events.filter(({ name }) => name === 'encoder.ffmpeg.crashed');
  expect(crashes.length).toBeGreaterThan(1);
  expect(crashes[0]!.fields.said).toContain('VideoSegmenter.push threw');
  expect(outcome.bystander.after).toBe(whole.bystander.after);
});
