import { setTimeout as sleep } from 'node:timers/promises';
import { RtmpClient } from '../../testkit/harness/rtmp-client.ts';
import { Publisher } from '../../testkit/media/publisher.ts';
import type { Platform } from '../../testkit/platform/platform.ts';
import { createStream, getStream, streamEvent } from '../../testkit/platform/streams.ts';
import type { Drill, DrillContext } from '../model.ts';
import { makeSample, type SampleTag } from '../rig/flv-sample.ts';
import { framesOfSession } from '../rig/frame-numbers.ts';
import { startPlatform } from '../rig/platform.ts';
import { within } from '../rig/waiting.ts';
import { fetchBroadcast, framesOf } from '../viewing/served-rendition.ts';

export interface PublishersRaceOptions {
  /** Rounds with bare clients. */
  readonly rounds: number;
  /** Rounds with real encoders whose pictures are read back. */
  readonly encoderRounds: number;
}

/** Streams raced for at once: two workers take eight. */
const lanes = 6;
const roundWithinMs = 30_000;
const encoderSeconds = 8;

/** Result of one round of bare clients. */
interface Round {
  /** How many of the two were told that they may publish. */
  readonly winners: number;
  /** How many winners were cut off anyway. */
  readonly cutOff: number;
  /** How many losers got no RTMP status with a reason. */
  readonly unclear: number;
  readonly loserWaitedMs: number;
}

/** Two publishers want one stream at the same moment, each through its own proxy. */
export const publishersRace = ({ rounds, encoderRounds }: PublishersRaceOptions): Drill => ({
  name: 'publishers-race',
  fault: `two publishers race for one key, ${rounds.toLocaleString('en')} times`,
  promise: 'exactly one wins each time, the other is told why; frames never mix',
  seconds: Math.ceil((rounds * 2) / lanes) + encoderRounds * 20 + 15,

  async run(context) {
    await using rig = await startPlatform();
    const { platform } = rig;
    const raced = await raceBareClients(platform, context, rounds);
    const mixed = { lost: 0, doubled: 0, mixed: 0, wrongEnds: 0 };
    for (let round = 0; round < encoderRounds; round++) {
      const { lost, doubled, strangers, exitedWell } = await raceEncoders(platform, context, round);
      mixed.lost = Math.max(mixed.lost, lost);
      mixed.doubled = Math.max(mixed.doubled, doubled);
      mixed.mixed += strangers;
      if (exitedWell !== 1) mixed.wrongEnds++;
    }
    const sum = (of: (round: Round) => number): number =>
      raced.reduce((total, round) => total + of(round), 0);
    return {
      measures: [
        { name: 'rounds not raced', value: rounds - raced.length, unit: '', limit: 0 },
        {
          name: 'rounds without a winner',
          value: sum(({ winners }) => (winners === 0 ? 1 : 0)),
          unit: '',
          limit: 0,
        },
        {
          name: 'rounds with two winners',
          value: sum(({ winners }) => (winners === 2 ? 1 : 0)),
          unit: '',
          limit: 0,
        },
        { name: 'winners cut off', value: sum(({ cutOff }) => cutOff), unit: '', limit: 0 },
        { name: 'losers not told why', value: sum(({ unclear }) => unclear), unit: '', limit: 0 },
        {
          name: 'longest wait for a refusal',
          value: Math.max(...raced.map(({ loserWaitedMs }) => loserWaitedMs)) / 1000,
          unit: 's',
          limit: 6,
          judged: 'p95',
        },
        { name: 'encoder races without exactly one winner', value: mixed.wrongEnds, unit: '', limit: 0 },
        { name: 'loser’s frames shown', value: mixed.mixed, unit: 'frames', limit: 0 },
        { name: 'winner’s frames lost', value: mixed.lost, unit: 'frames', limit: 0 },
        { name: 'winner’s frames duplicated', value: mixed.doubled, unit: 'frames', limit: 0 },
      ],
    };
  },
});

function proxyPorts(platform: Platform): [number, number] {
  const ports = platform.ready.processes.filter(({ role }) => role === 'ingest').map(({ port }) => port);
  return [ports[0]!, ports[1]!];
}

async function raceBareClients(platform: Platform, context: DrillContext, rounds: number): Promise<Round[]> {
  const sample = await makeSample(8);
  const raced: Round[] = [];
  let left = rounds;
  const lane = async (): Promise<void> => {
    const stream = await createStream(platform, { name: 'raced' });
    while (left-- > 0) {
      const round = raceOnce(proxyPorts(platform), stream.ingest.rtmp.key, sample, left % 2 === 0);
      raced.push(await within(roundWithinMs, 'the end of a race', round));
      if (raced.length % 100 === 0) context.mark('races', `${raced.length}`);
    }
  };
  const sinceMs = context.now();
  await Promise.all(Array.from({ length: lanes }, lane));
  context.span('races', `${rounds} races of bare clients`, sinceMs, context.now());
  return raced;
}

/** Both start in one turn of the event loop; which one starts first alternates. */
async function raceOnce(
  ports: readonly [number, number],
  key: string,
  sample: readonly SampleTag[],
  swap: boolean,
): Promise<Round> {
  const sinceMs = performance.now();
  const clients = (swap ? [ports[1], ports[0]] : ports).map((port) => new RtmpClient({ port, key }));
  const over = new AbortController();
  const runs = clients.map((client) => publish(client, sample, over.signal));
  // A loser is closed; a second winner is not, so limit the wait for it.
  const late = sleep(10_000, undefined, { signal: over.signal }).catch(() => {});
  const answered = clients.map((client) => client.until(() => client.published || client.closed));
  await Promise.race([Promise.all(answered), late]);
  await Promise.race([...clients.map((client) => client.refused()), late]);
  const loserWaitedMs = performance.now() - sinceMs;
  const winners = clients.filter(({ published }) => published);
  const losers = clients.filter(({ published }) => !published);
  // The winner continues alone for a moment.
  await sleep(100);
  const cutOff = winners.filter(({ closed }) => closed).length;
  over.abort();
  await Promise.all(runs);
  const unclear = losers.filter(
    ({ statuses }) => statuses.at(-1)?.code !== 'NetStream.Publish.BadName',
  ).length;
  return { winners: winners.length, cutOff, unclear, loserWaitedMs };
}

/** Sends the sample in real time once allowed to, until closed or `over`; then ends like an encoder. */
async function publish(client: RtmpClient, sample: readonly SampleTag[], over: AbortSignal): Promise<void> {
  over.addEventListener('abort', () => !client.published && client.socket.destroy());
  await client.until(() => client.published || client.closed);
  const sinceMs = performance.now();
  for (const { type, timestampMs, payload } of sample) {
    if (client.closed || over.aborted) break;
    const waitMs = sinceMs + timestampMs - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    client.socket.write(client.publisher.media(type, timestampMs, payload));
  }
  if (!client.closed) client.socket.end(client.publisher.unpublish());
  await client.refused();
}

/** Two real encoders whose pictures show which one they came from. */
async function raceEncoders(platform: Platform, context: DrillContext, round: number) {
  const stream = await createStream(platform, { name: `raced by encoders ${round}` });
  const sinceMs = context.now();
  const encoders = proxyPorts(platform).map(
    (port, index) =>
      new Publisher({
        url: `rtmp://127.0.0.1:${port}/live/${stream.ingest.rtmp.key}`,
        seconds: encoderSeconds,
        size: '640x360',
        firstFrame: index * framesOfSession,
      }),
  );
  try {
    const codes = await within(
      60_000,
      'the end of both encoders',
      Promise.all(encoders.map((one) => one.ended())),
    );
    const closed = streamEvent(platform, stream.id, 'recording.ready', 'recording.incomplete');
    await within(30_000, 'the recording', closed);
    const { broadcast } = await getStream(platform, stream.id);
    const renditions = await fetchBroadcast(
      `${platform.ready.edge}/local/${stream.id}/${broadcast?.id}/index.m3u8`,
    );
    const videos = await Promise.all(renditions.filter(({ video }) => video).map(framesOf));
    context.span('races', `encoders, round ${round + 1}`, sinceMs, context.now());
    const winner = codes.indexOf(0);
    const counts = videos.map((numbers) => {
      const own = numbers.filter((number) => Math.floor(number / framesOfSession) === winner);
      const distinct = new Set(own).size;
      return {
        strangers: numbers.length - own.length,
        doubled: own.length - distinct,
        lost: Math.max(0, encoderSeconds * 30 - distinct),
      };
    });
    const most = (of: (count: (typeof counts)[number]) => number): number => Math.max(...counts.map(of));
    return {
      exitedWell: codes.filter((code) => code === 0).length,
      strangers: most(({ strangers }) => strangers),
      doubled: most(({ doubled }) => doubled),
      lost: most(({ lost }) => lost),
    };
  } finally {
    await Promise.all(encoders.map((one) => one.stop()));
  }
}
