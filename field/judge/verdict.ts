import type { PicturesFound } from '../../lib/canary/policy/pictures.ts';
import type { Stretch } from '../../lib/canary/policy/sound.ts';
import type { Offset } from '../../lib/canary/policy/step.ts';
import type { Right } from '../model.ts';
import type { EdgeFound } from './live-edge.ts';

/** Everything that was found of one case. */
export interface Found {
  readonly refusal?: { readonly afterMs: number; readonly words: string };
  /** From the first message to the first segment at the edge. */
  readonly onAirMs?: number;
  /** Workers that proxies lost. */
  readonly workersLost: number;
  /** The broadcast ended when its publisher did. */
  readonly endObeyed: boolean;
  /** TARGETDURATION over time, by playlist. */
  readonly targetDurations: Readonly<Record<string, readonly number[]>>;
  /** Requests of players while live that got no segment. */
  readonly liveMisses: readonly string[];
  /** Of both manifests, while live and afterwards, in words. */
  readonly manifestFaults: readonly string[];
  /** The most of any track. */
  readonly discontinuities: number;
  readonly renditions: readonly { readonly id: string; readonly lines?: number }[];
  readonly hasSound: boolean;
  readonly complaints: readonly string[];
  readonly pictures: PicturesFound;
  readonly offsets: readonly Offset[];
  readonly silences: readonly Stretch[];
  readonly lostBeeps: number;
  readonly edge: EdgeFound;
}

const refusedWithinMs = 5000;
const aheadMs = 500;

/** What viewers or the publisher got that isn't right, in words with the right value; nothing: passed. */
export function faultsOf(right: Right, found: Found): string[] {
  const { refusal } = found;
  if (right.refusable && refusal && refusal.words !== '' && refusal.afterMs <= refusedWithinMs) return [];
  const onAir = found.onAirMs;
  if (onAir === undefined) return [...connection(found), 'never on the air'];
  return [
    ...connection(found),
    ...(onAir > right.onAirMs
      ? [`on the air after ${seconds(onAir)} (right: ${seconds(right.onAirMs)} at most)`]
      : []),
    ...manifests(right, found),
    ...tracks(right, found),
    ...(right.tracks === 'sound' ? [] : pictures(right, found)),
    ...(right.tracks === 'pictures' ? [] : sound(right, found)),
    ...edge(right, found),
  ];
}

function connection({ refusal, workersLost, endObeyed }: Found): string[] {
  return [
    ...(refusal
      ? [`the server ended the connection after ${seconds(refusal.afterMs)}: ${refusal.words}`]
      : []),
    ...(workersLost > 0 ? [`${workersLost} workers lost (right: 0)`] : []),
    ...(endObeyed ? [] : ["the publisher's end was not obeyed within 12 s"]),
  ];
}

function manifests(right: Right, found: Found): string[] {
  const { manifestFaults, targetDurations, liveMisses, complaints, discontinuities } = found;
  const changed = Object.entries(targetDurations).filter(([, values]) => values.length > 1);
  return [
    ...manifestFaults,
    ...changed.map(
      ([id, values]) => `HLS ${id}: TARGETDURATION ${values.join(', then ')} (right: never changes)`,
    ),
    ...(discontinuities > right.discontinuities
      ? [`${discontinuities} discontinuities (right: ${right.discontinuities} at most)`]
      : []),
    ...counted(liveMisses, 'segments listed and not served while live'),
    ...counted(complaints, 'complaints of the decoder'),
  ];
}

const counted = (what: readonly string[], name: string): string[] =>
  what.length === 0 ? [] : [`${what.length} ${name} (right: 0), first: ${what[0]}`];

function tracks(right: Right, { renditions, hasSound }: Found): string[] {
  const videos = renditions.filter(({ lines }) => lines !== undefined);
  const names = renditions.map(({ id }) => id).join(', ');
  const [least, most] = right.lines ?? [0, Number.POSITIVE_INFINITY];
  const fits = videos.some(({ lines = 0 }) => lines >= least && lines <= most);
  return [
    ...(right.tracks === 'sound' && videos.length > 0 ? [`renditions ${names} (right: sound alone)`] : []),
    ...(right.tracks !== 'sound' && !fits
      ? [`renditions ${names} (right: one of ${least} to ${most} lines)`]
      : []),
    ...(right.tracks !== 'pictures' && !hasSound ? ['no sound'] : []),
  ];
}

function pictures(right: Right, found: Found): string[] {
  const { standing, lost, backwards } = found.pictures;
  const longest = standing.filter(({ byMs }) => byMs > right.standsMs).sort((a, b) => b.byMs - a.byMs)[0];
  const back = backwards[0];
  return [
    ...(longest
      ? [
          `picture ${longest.number} at ${seconds(longest.atMs)} stood ${seconds(longest.byMs)} too long (right: ${seconds(right.standsMs)} at most)`,
        ]
      : []),
    ...(lost.length > right.lostPictures
      ? [`${lost.length} pictures lost (right: ${right.lostPictures} at most), first ${lost[0]}`]
      : []),
    ...(back ? [`pictures go back at ${seconds(back.atMs)}: ${back.to} follows ${back.from}`] : []),
  ];
}

function sound(right: Right, { offsets, silences, lostBeeps }: Found): string[] {
  const off = offsets.filter(({ offsetMs }) => Math.abs(offsetMs) > right.offsetMs);
  const worst = off.sort((a, b) => Math.abs(b.offsetMs) - Math.abs(a.offsetMs))[0];
  const silentMs = silences.reduce((sum, { forMs }) => sum + forMs, 0);
  return [
    ...(worst
      ? [
          `sound against picture ${Math.round(worst.offsetMs)} ms at ${seconds(worst.atMs)}, ${off.length} of ${offsets.length} beeps off (right: within ${right.offsetMs} ms)`,
        ]
      : []),
    ...(right.tracks === 'both' && offsets.length < 2
      ? [`${offsets.length} beeps with their picture (right: 2 at least)`]
      : []),
    ...(silentMs > right.silenceMs
      ? [
          `${seconds(silentMs)} of silence, first at ${seconds(silences[0]?.atMs ?? 0)} (right: ${seconds(right.silenceMs)} at most)`,
        ]
      : []),
    ...(lostBeeps > right.lostBeeps ? [`${lostBeeps} beeps lost (right: ${right.lostBeeps} at most)`] : []),
  ];
}

function edge(right: Right, { edge: found }: Found): string[] {
  const ahead =
    found.aheadMs > aheadMs
      ? [`PROGRAM-DATE-TIME ${seconds(found.aheadMs)} ahead of now (right: ${seconds(aheadMs)} at most)`]
      : [];
  if (!right.disturbed) return ahead;
  if (found.furtherMs === undefined) return [...ahead, 'the live edge could not be compared'];
  return found.furtherMs > right.disturbed.behindMs
    ? [
        ...ahead,
        `the live edge is ${seconds(found.furtherMs)} further behind than before (right: ${seconds(right.disturbed.behindMs)} at most)`,
      ]
    : ahead;
}

const seconds = (ms: number): string => `${(ms / 1000).toFixed(2)} s`;
