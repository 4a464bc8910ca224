import { initName } from '../../../object-store/object-names.ts';
import type { TrackHeader } from '../../policy/track-header.ts';
import { type NumberedHeaders, sameHeaders } from './period-log.ts';

type Headers = ReadonlyMap<string, TrackHeader>;
type NamedHeaders = Pick<NumberedHeaders, 'headers' | 'initName'>;

/** What a number is made with, what of it viewers are told, and the name of the init segments for that. */
export interface NumberStart extends NamedHeaders {
  readonly made: Headers;
}

/** Names the init segments of one epoch. */
export class InitNames {
  readonly #epoch: number;
  #generation = -1;

  constructor(epoch: number) {
    this.#epoch = epoch;
  }

  /** What a number that is made with `made` begins with, after those `before`. It stays so, whatever becomes of them. */
  start(made: Headers, before: readonly NamedHeaders[]): NumberStart {
    const headers = picturesJoin(made, before) ? soundOf(made) : made;
    const last = before.at(-1);
    if (last && sameHeaders(last.headers, headers))
      return { made, headers: last.headers, initName: last.initName };
    const known = knownName(before, headers);
    // A name that was given out is never given to other bytes, even if the segments that needed it were lost.
    return { made, headers, initName: known ?? initName(this.#epoch, ++this.#generation) };
  }
}

/** Whether pictures come to a broadcast that has only had sound. No manifest names them yet. */
const picturesJoin = (made: Headers, before: readonly NamedHeaders[]): boolean =>
  before.length > 0 && !before.some(({ headers }) => hasPictures(headers)) && hasPictures(made);

/** The newest name that all these init segments are known by, possibly of another worker; a rung may come back after long. */
function knownName(before: readonly NamedHeaders[], headers: Headers): string | undefined {
  const known = new Map<string, Map<string, Buffer>>();
  for (const { initName: name, headers: each } of before.toReversed()) {
    const inits = known.get(name) ?? new Map<string, Buffer>();
    for (const [id, { init }] of each) inits.set(id, init);
    known.set(name, inits);
  }
  for (const [name, inits] of known)
    if ([...headers].every(([id, { init }]) => inits.get(id)?.equals(init))) return name;
  return undefined;
}

const hasPictures = (headers: Headers): boolean => [...headers.values()].some(({ kind }) => kind === 'video');

const soundOf = (headers: Headers): Headers =>
  new Map([...headers].filter(([, { kind }]) => kind === 'audio'));
