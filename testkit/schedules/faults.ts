import { shortestPictureMs } from '../../lib/encoder/policy/stream-tag.ts';
import { segmentMs } from '../../lib/packaging/segment-grid.ts';
import type { Played, Taken } from './pipeline.ts';
import type { Fault, Schedule, Sent } from './schedule.ts';

/** Sound against picture. */
const mostApartMs = 20;
/** The live edge, ahead of the clock. */
const mostAheadMs = 500;
/** The live edge, further behind it than before the first fault, this long after the last one. */
const mostFurtherBehindMs = 1000;
const calmAfterMs = 10_000;

/** What viewers of a schedule get that they must not; nothing if all is well. */
export function faultsOf(schedule: Schedule, sent: readonly Sent[], played: Played): string[] {
  return [
    ...wholeness(schedule, played),
    ...clock(schedule, played.tags),
    ...liveEdge(schedule, sent, played),
    ...completeness(schedule, sent, played.tags),
  ];
}

/** 1. Every number of the grid exists in both tracks, and lasts as long as any, within a picture. */
function wholeness(
  { pictureStepMs, reordered, variable }: Schedule,
  { segments, shownMs }: Played,
): string[] {
  const out: string[] = [];
  const longestMs = (reordered ? 4 : 2) * (variable ? 2 : 1) * pictureStepMs;
  for (const [track, list] of Object.entries(segments)) {
    list.forEach(({ number, startTicks, durationTicks }, index) => {
      if (number !== index) out.push(`1: ${track} segment ${index} is number ${number}`);
      const next = list[index + 1];
      if (next && startTicks + durationTicks !== next.startTicks)
        out.push(`1: hole in ${track} after ${number}`);
    });
    const tickMs = track === 'video' ? 1 / 90 : 1 / 48;
    // A picture, and at a seam of fast ones two.
    const mostMs = Math.max(50, Math.min(longestMs, reordered ? 150 : 88), Math.min(pictureStepMs, 100)) + 5;
    for (const { number, durationTicks } of list.slice(0, -1)) {
      const offMs = Math.abs(durationTicks * tickMs - segmentMs);
      if (offMs > mostMs)
        out.push(`1: ${track} segment ${number} lasts ${Math.round(durationTicks * tickMs)} ms`);
    }
  }
  if (Math.abs(segments.video.length - segments.audio.length) > 1)
    out.push(`1: ${segments.video.length} segments of pictures, ${segments.audio.length} of sound`);
  const longest = longestStep(shownMs);
  // A P picture is shown without the two before it where a stream is cut between them.
  if (longest.ms > Math.max(250, reordered ? longestMs + 5 : 0))
    out.push(`1: a picture of ${longest.ms} ms at ${longest.atMs}`);
  return out;
}

function longestStep(times: readonly number[]): { ms: number; atMs: number } {
  let longest = { ms: 0, atMs: 0 };
  times.forEach((ms, index) => {
    const stepMs = ms - (times[index - 1] ?? ms);
    if (stepMs > longest.ms) longest = { ms: stepMs, atMs: ms };
  });
  return longest;
}

const isShown = ({ tag }: Taken): boolean => !tag.hidden;

/** 2. Sound is at the time of the picture before it or after it, as they were sent; and nothing is shown twice or backwards. */
function clock({ driftPpm }: Schedule, tags: readonly Taken[]): string[] {
  const out: string[] = [];
  const offsets = {
    video: [] as { ms: number; session: number; offsetMs: number }[],
    audio: [] as { ms: number; session: number; offsetMs: number }[],
  };
  const last = { video: -1, audio: -1 };
  for (const { tag, sent } of tags.filter(isShown)) {
    if (tag.streamMs <= last[tag.type]) out.push(`2: ${tag.type} at ${tag.streamMs} after ${last[tag.type]}`);
    last[tag.type] = tag.streamMs;
    if (!sent) continue;
    const before = offsets[tag.type].at(-1);
    if (before && sent.ms <= before.ms) out.push(`3: ${tag.type} of ${sent.ms} is shown after ${before.ms}`);
    offsets[tag.type].push({ ms: sent.ms, session: sent.session, offsetMs: tag.streamMs - sent.ms });
  }
  const { video, audio } = offsets;
  let at = 0;
  let worst = { ms: 0, apartMs: 0 };
  for (const { ms, session, offsetMs } of audio) {
    while (at + 1 < video.length && video[at + 1]!.ms <= ms) at++;
    const near = video.slice(Math.max(0, at - 1), at + 2).filter((one) => one.session === session);
    const apartMs = Math.min(...near.map((one) => Math.abs(one.offsetMs - offsetMs)));
    if (near.length > 0 && apartMs > worst.apartMs) worst = { ms, apartMs };
  }
  if (worst.apartMs > (driftPpm === 0 ? mostApartMs : 2 * mostApartMs))
    out.push(`2: sound of ${worst.ms} is ${worst.apartMs} ms from its picture`);
  return out;
}

/** 3. The live edge follows the clock. */
function liveEdge(schedule: Schedule, sent: readonly Sent[], { reached }: Played): string[] {
  const { faults } = schedule;
  const out: string[] = [];
  const ahead = reached.find(({ nowMs, edgeMs }) => edgeMs - nowMs > mostAheadMs);
  if (ahead) out.push(`3: ${ahead.edgeMs - ahead.nowMs} ms ahead at ${ahead.nowMs}`);
  const beginMs = Math.min(...faults.map(({ atMs }) => atMs));
  const endMs = Math.max(...faults.map((fault) => arrivalAfter(fault, sent)));
  if (faults.length === 0) return out;
  const behindMs = (from: number, to: number): number =>
    Math.max(
      ...reached.filter(({ wallMs }) => wallMs >= from && wallMs <= to).map((one) => one.nowMs - one.edgeMs),
    );
  const before = Math.max(behindMs(2000, beginMs), usuallyBehindMs(schedule));
  const after = behindMs(endMs + calmAfterMs, Number.POSITIVE_INFINITY);
  if (after > before + mostFurtherBehindMs)
    out.push(`3: ${Math.round(after)} ms behind, before it was ${Math.round(before)}`);
  return out;
}

/** A track that is sent late is late for its viewers, and a picture is repeated from a second after it on. */
const usuallyBehindMs = ({ soundLateMs, picturesLateMs, jitterMs, pictureStepMs }: Schedule): number =>
  Math.max(soundLateMs, picturesLateMs) + jitterMs + Math.min(pictureStepMs, 1200);

/** When the first media from after a fault arrives. */
function arrivalAfter({ atMs, forMs, kind }: Fault, sent: readonly Sent[]): number {
  const overMs = kind === 'clock-stops' || kind === 'clock-jumps' ? atMs : atMs + forMs;
  return Math.max(0, ...sent.filter(({ ms }) => ms <= overMs + 100).map(({ atMs }) => atMs));
}

/** 4. Every picture is decoded, and shown unless something else was in its time. */
function completeness(
  { faults, jitterMs, picturesLateMs, pictureStepMs }: Schedule,
  sent: readonly Sent[],
  tags: readonly Taken[],
): string[] {
  const out: string[] = [];
  const decoded = new Set<Sent>();
  let hidden = 0;
  for (const { tag, sent: one } of tags) {
    if (one) decoded.add(one);
    if (one && tag.type === 'video' && tag.hidden) hidden++;
  }
  const begun = new Set<number>();
  const lost: Sent[] = [];
  for (const one of sent) {
    if (one.keyframe) begun.add(one.session);
    if (one.type === 'video' && begun.has(one.session) && !decoded.has(one)) lost.push(one);
  }
  if (lost.length > 0) out.push(`4: ${lost.length} pictures are not decoded, the first of ${lost[0]!.ms}`);
  // While a clock stands, viewers hear what they have not seen yet of pictures that are sent late, and see the last one instead.
  const takenMs = faults.reduce(
    (sum, { kind, forMs }) =>
      sum +
      (kind === 'stall' ? forMs : 0) +
      (kind === 'clock-stops' ? picturesLateMs : 0) +
      (3 * shortestPictureMs + jitterMs),
    0,
  );
  const mostHidden = (1.2 * takenMs) / pictureStepMs + 6;
  if (hidden > mostHidden)
    out.push(`4: ${hidden} pictures are not shown, of ${mostHidden} whose time was taken`);
  return out;
}
