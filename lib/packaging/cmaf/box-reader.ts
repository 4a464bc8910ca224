import { CmafError } from './errors.ts';

/** Reading boxes (ISO/IEC 14496-12 4.2). Whatever is not as it must be is a `CmafError` `CMAF_BAD_BOX`. */

export interface Box {
  readonly type: string;
  readonly body: Buffer;
  /** Offsets of the box and its end, in the whole input. */
  readonly start: number;
  readonly end: number;
}

/** The only child of this type. */
export function child(input: Buffer, parent: Box, type: string): Box {
  const found = childrenOf(input, parent).filter((inner) => inner.type === type);
  expect(found.length === 1, `${parent.type} must have one ${type}, not ${found.length}`);
  return found[0]!;
}

export const childrenOf = (input: Buffer, parent: Box): Box[] => boxesOf(input, parent.start + 8, parent.end);

export function boxesOf(input: Buffer, from: number, to: number): Box[] {
  const boxes: Box[] = [];
  for (let start = from; start < to; ) {
    expect(start + 8 <= to, 'A box header is truncated');
    const end = start + input.readUInt32BE(start);
    const type = input.toString('latin1', start + 4, start + 8);
    expect(end >= start + 8 && end <= to, `The box ${type} extends past its parent`);
    boxes.push({ type, body: input.subarray(start + 8, end), start, end });
    start = end;
  }
  return boxes;
}

export function expect(condition: boolean, rule: string): asserts condition {
  if (!condition) throw new CmafError('CMAF_BAD_BOX', rule);
}

/** A box that is too short for its fields is also an invalid box. */
export function guarded<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (cause) {
    if (cause instanceof CmafError) throw cause;
    throw new CmafError('CMAF_BAD_BOX', 'A box is too short for its fields', { cause });
  }
}
