/** One part of a segment of one rendition, handed on as soon as its last frame is out. */
export interface Part {
  /** The encoder run that made it; counted from 1 in an epoch. */
  readonly run: number;
  readonly number: number;
  /** Its place among the parts of its segment, from 0, without holes. */
  readonly index: number;
  readonly startTicks: number;
  readonly durationTicks: number;
  readonly bytes: number;
  /** Of pictures: the stream time from which the next part has them. An encoder that makes that again needs a key frame there. */
  readonly nextMs?: number;
  /** Begins with a key frame. Sound always does. */
  readonly independent: boolean;
  /** One CMAF chunk. The segment is the concatenation of its parts, byte for byte. */
  readonly chunk: readonly Buffer[];
}

/**
 * The longest part of a track with so many pictures a second, if no more than one picture in a row is lost. Where pictures stand
 * (`repeatMs`), it may be longer by half of that.
 */
export const longestPartMs = (partMs: number, frameRate: number): number =>
  Math.ceil(partMs + 1000 / frameRate);
