import type { FieldCase, Plan } from '../model.ts';
import { inRealTime, type Session } from '../send/message.ts';
import { clipOf, isHeader } from '../source/clip.ts';

/**
 * An encoder that begins a new connection at each of `turns`, with headers and timestamps from 0 on, where its clip had
 * stopped; how the connection before `ends`.
 */
async function changing(
  seconds: number,
  turns: readonly { readonly clipMs: number; readonly atMs: number }[],
  ends: 'silence' | 'cut' = 'silence',
): Promise<Plan> {
  const clip = await clipOf({ seconds });
  const headers = clip.tags.filter((tag) => isHeader(tag) && tag.timestampMs < 1000);
  const begins = [{ clipMs: 0, atMs: 0 }, ...turns];
  const sessions = begins.map(({ clipMs, atMs }, index): Session => {
    const untilMs = begins[index + 1]?.clipMs;
    const media = clip.tags.filter(
      (tag) =>
        !isHeader(tag) &&
        tag.timestampMs >= clipMs &&
        tag.timestampMs < (untilMs ?? Number.POSITIVE_INFINITY),
    );
    const tags = [...headers, ...media.map((tag) => ({ ...tag, timestampMs: tag.timestampMs - clipMs }))];
    return {
      startsAtMs: atMs,
      messages: inRealTime(tags),
      ...(untilMs === undefined ? {} : { ends }),
    };
  });
  return { clip, sessions };
}

/** Connections that an encoder leaves without a word, for others. */
export const networkCases: readonly FieldCase[] = [
  {
    name: 'reconnect',
    sent: 'at 8 s the connection breaks, at 11 s a new one goes on',
    // A reset drops what is on its way.
    right: { standsMs: 4000, silenceMs: 4000, lostPictures: 1 },
    plan: () => changing(14, [{ clipMs: 8010, atMs: 11_000 }], 'cut'),
  },
  {
    name: 'network-changed',
    sent: 'at 8 s the connection falls silent, at 9 s a new one goes on',
    right: { standsMs: 3000, silenceMs: 3000 },
    plan: () => changing(16, [{ clipMs: 8010, atMs: 9000 }]),
  },
  {
    name: 'network-changed-twice',
    sent: 'the same at 8 and 12 s',
    right: { standsMs: 3000, silenceMs: 5000 },
    plan: () =>
      changing(18, [
        { clipMs: 8010, atMs: 9000 },
        { clipMs: 10_010, atMs: 12_000 },
      ]),
  },
];
