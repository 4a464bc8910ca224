import type { TrackHeader } from '../../policy/track-header.ts';
import type { PublishedPeriod } from './publication-model.ts';

type Headers = ReadonlyMap<string, TrackHeader>;

/** What decides about periods: a number, what it is made with, and the name of its init segments. */
export interface NumberedHeaders {
  readonly number: number;
  readonly headers: Headers;
  readonly initName: string;
}

/** Adds numbers, in ascending order, to periods, which it changes. Returns true if one begins with them. */
export function extendPeriods(
  periods: PublishedPeriod[],
  { number, headers, initName }: NumberedHeaders,
): boolean {
  const last = periods.at(-1);
  const follows = last !== undefined && last.toNumber + 1 === number;
  if (follows && sameHeaders(last.headers, headers)) {
    last.toNumber = number;
    return false;
  }
  const continues = follows && goesOn(last.headers, headers);
  periods.push({ fromNumber: number, toNumber: number, initName, continues, headers });
  return true;
}

/** The periods with these numbers added; those given stay as they are. */
export function withNumbers(
  periods: readonly PublishedPeriod[],
  numbers: readonly NumberedHeaders[],
): readonly PublishedPeriod[] {
  const last = periods.at(-1);
  if (numbers.length === 0) return periods;
  const extended = last ? [...periods.slice(0, -1), { ...last }] : [];
  for (const each of numbers) extendPeriods(extended, each);
  return extended;
}

export function sameHeaders(a: Headers, b: Headers): boolean {
  return a === b || (a.size === b.size && [...a].every(([id, { init }]) => b.get(id)?.init.equals(init)));
}

/** Whether players can go on with each kind of track: a rendition that both have, and none that changed. */
function goesOn(last: Headers, next: Headers): boolean {
  const common = [...next].filter(([id]) => last.has(id));
  const kinds = new Set(common.map(([, { kind }]) => kind));
  return (
    [...next.values()].every(({ kind }) => kinds.has(kind)) &&
    common.every(([id, { init }]) => last.get(id)?.init.equals(init))
  );
}
