import { setTimeout as sleep } from 'node:timers/promises';
import { heardSound, shownPictures } from '../lib/adapters/node/ffmpeg/decode.ts';
import { followPictures, type ShownPicture } from '../lib/canary/policy/pictures.ts';
import { type Beep, findBeeps, findSilences, type Stretch } from '../lib/canary/policy/sound.ts';
import { offsetsAt } from '../lib/canary/policy/step.ts';
import type { Platform } from '../testkit/platform/platform.ts';
import { createStream, getStream } from '../testkit/platform/streams.ts';
import { followEdge } from './judge/live-edge.ts';
import { type Found, faultsOf } from './judge/verdict.ts';
import { always, type FieldCase, type Plan, type Right } from './model.ts';
import { publish } from './send/publish.ts';
import { type Recorded, readRecording } from './view/recording.ts';
import { Watch } from './view/watch.ts';

export interface CaseResult {
  readonly name: string;
  readonly streamId: string;
  /** Nothing: passed. */
  readonly wrong: readonly string[];
  readonly found: Found;
  /** For `--keep`: what viewers got, by track. */
  readonly media: ReadonlyMap<string, readonly Buffer[]>;
}

const endsWithinMs = 12_000;
const lookEveryMs = 200;

/** Plays one case on a stream of its own, and judges what the edge served. */
export async function playCase(platform: Platform, field: FieldCase): Promise<CaseResult> {
  const right: Right = { ...always, ...field.right };
  const plan = await field.plan();
  const stream = await createStream(platform, { name: field.name });
  const watch = new Watch(stream.playback);
  const published = await publish(stream, plan.sessions);
  const endObeyed = await endsOnTime(platform, stream.id);
  await watch[Symbol.asyncDispose]();
  const base = {
    ...(published.refusal ? { refusal: published.refusal } : {}),
    ...(watch.onAirAtMs === undefined ? {} : { onAirMs: watch.onAirAtMs - published.fromMs }),
    workersLost: platform.events.filter((at) => at.event === 'ingest.worker.lost' && at.stream === stream.id)
      .length,
    endObeyed,
    targetDurations: watch.targetDurations,
    liveMisses: watch.misses,
    edge: followEdge(watch.edges, right.disturbed),
  };
  const recorded = watch.onAirAtMs === undefined ? undefined : await readRecording(stream.playback);
  const viewed = await view(plan, recorded);
  const found: Found = {
    ...base,
    ...viewed.found,
    manifestFaults: [...watch.faults, ...(recorded?.faults ?? [])],
  };
  return { name: field.name, streamId: stream.id, wrong: faultsOf(right, found), found, media: viewed.media };
}

/** Whether the broadcast ends when its publisher has. */
async function endsOnTime(platform: Platform, id: string): Promise<boolean> {
  const untilMs = performance.now() + endsWithinMs;
  while (performance.now() < untilMs) {
    const { state } = await getStream(platform, id);
    if (state === 'ended' || state === 'idle') return true;
    await sleep(lookEveryMs);
  }
  return false;
}

type Viewed = Pick<
  Found,
  | 'discontinuities'
  | 'renditions'
  | 'hasSound'
  | 'complaints'
  | 'pictures'
  | 'offsets'
  | 'silences'
  | 'lostBeeps'
>;

/** Decodes the best pictures and the sound, and compares them with what was sent. */
async function view(
  { sessions, clip }: Plan,
  recorded: Recorded | undefined,
): Promise<{ found: Viewed; media: Map<string, Buffer[]> }> {
  const tracks = recorded?.tracks ?? [];
  const best = tracks.find(({ kind }) => kind === 'video');
  const audio = tracks.find(({ kind }) => kind === 'audio');
  const media = new Map(
    [best, audio].flatMap((track) => (track && recorded ? [[track.id, recorded.pieces(track)]] : [])),
  );
  const complaints: string[] = [];
  const shown: ShownPicture[] = [];
  for (const piece of media.get(best?.id ?? '') ?? []) {
    const seen = await shownPictures(piece);
    shown.push(...seen.pictures);
    complaints.push(...seen.complaints);
  }
  const beeps: Beep[] = [];
  const silences: Stretch[] = [];
  for (const piece of media.get(audio?.id ?? '') ?? []) {
    const heard = await heardSound(piece);
    beeps.push(...findBeeps(heard.sound));
    silences.push(...findSilences(heard.sound));
    complaints.push(...heard.complaints);
  }
  const carried = sessions.flatMap(({ messages }) => messages.flatMap(({ carries }) => carries));
  const sent = carried.flatMap(({ picture }) => (picture === undefined ? [] : [picture]));
  const beepsSent = carried.filter(({ beep }) => beep !== undefined).length;
  const found = {
    discontinuities: Math.max(
      0,
      ...tracks.map(({ segments }) => segments.filter(({ discontinuity }) => discontinuity).length),
    ),
    renditions: tracks.map(({ id, lines }) => ({ id, ...(lines === undefined ? {} : { lines }) })),
    hasSound: audio !== undefined,
    complaints,
    pictures: followPictures(shown, clip.pictureMs, sent),
    offsets: offsetsAt(shown, beeps, clip.pictureMs),
    silences,
    lostBeeps: Math.max(0, beepsSent - beeps.length),
  };
  return { found, media };
}
