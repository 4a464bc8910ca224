import fc from 'fast-check';
import type { FuzzTarget } from './model.ts';

/** Longer inputs say nothing new about a parser and cost time. */
const maxInputBytes = 64 * 1024;

type Mutation = (bytes: Buffer) => Buffer;

/** Values at which lengths, counts and signs go wrong. */
const edgeValues = fc.constantFrom(
  0,
  1,
  2,
  0x7f,
  0x80,
  0xff,
  0x100,
  0x7fff,
  0xffff,
  0xff_ffff,
  0x7fff_ffff,
  0xffff_ffff,
);
const anyBytes = fc.uint8Array({ maxLength: 24 });
/** A position, as a share of the input's length. */
const anywhere = fc.integer({ min: 0, max: 0xffff });
const run = fc.integer({ min: 1, max: 64 });

const positionIn = (at: number, length: number): number => Math.floor((at * (length + 1)) / 0x1_0000);

const replaced = (bytes: Buffer, from: number, to: number, by: Uint8Array): Buffer =>
  Buffer.concat([bytes.subarray(0, from), by, bytes.subarray(Math.max(from, to))]);

function mutations(corpus: readonly Buffer[], words: readonly Buffer[]): fc.Arbitrary<Mutation> {
  const bit = fc.tuple(anywhere, fc.nat(7)).map(
    ([at, index]): Mutation =>
      (bytes) => {
        const position = positionIn(at, bytes.length - 1);
        const changed = Buffer.from(bytes);
        if (changed.length > 0) changed[position] = changed[position]! ^ (1 << index);
        return changed;
      },
  );
  const byte = fc.tuple(anywhere, fc.nat(255)).map(
    ([at, value]): Mutation =>
      (bytes) => {
        const position = positionIn(at, bytes.length - 1);
        return replaced(bytes, position, position + 1, Buffer.of(value));
      },
  );
  const number = fc.tuple(anywhere, fc.integer({ min: 1, max: 4 }), edgeValues, fc.boolean()).map(
    ([at, width, value, insert]): Mutation =>
      (bytes) => {
        const position = positionIn(at, bytes.length);
        const field = Buffer.alloc(width);
        field.writeUIntBE(value % 256 ** width, 0, width);
        return replaced(bytes, position, insert ? position : position + width, field);
      },
  );
  const insertion = fc.tuple(anywhere, anyBytes).map(
    ([at, added]): Mutation =>
      (bytes) => {
        const position = positionIn(at, bytes.length);
        return replaced(bytes, position, position, added);
      },
  );
  const removal = fc.tuple(anywhere, run).map(
    ([at, length]): Mutation =>
      (bytes) => {
        const position = positionIn(at, bytes.length);
        return replaced(bytes, position, position + length, Buffer.alloc(0));
      },
  );
  const repetition = fc.tuple(anywhere, run, fc.integer({ min: 2, max: 40 })).map(
    ([at, length, times]): Mutation =>
      (bytes) => {
        const position = positionIn(at, bytes.length);
        const piece = bytes.subarray(position, position + length);
        return replaced(bytes, position, position, Buffer.concat(new Array<Buffer>(times).fill(piece)));
      },
  );
  const cutOff = anywhere.map(
    (at): Mutation =>
      (bytes) =>
        bytes.subarray(0, positionIn(at, bytes.length)),
  );
  const splice = fc.tuple(anywhere, anywhere, fc.nat(Math.max(0, corpus.length - 1))).map(
    ([at, from, index]): Mutation =>
      (bytes) => {
        const other = corpus[index] ?? Buffer.alloc(0);
        return Buffer.concat([
          bytes.subarray(0, positionIn(at, bytes.length)),
          other.subarray(positionIn(from, other.length)),
        ]);
      },
  );
  const word = fc.tuple(anywhere, fc.nat(Math.max(0, words.length - 1)), fc.boolean()).map(
    ([at, index, over]): Mutation =>
      (bytes) => {
        const added = words[index] ?? Buffer.alloc(0);
        const position = positionIn(at, bytes.length);
        return replaced(bytes, position, over ? position + added.length : position, added);
      },
  );
  const plain = [bit, byte, number, insertion, removal, repetition, cutOff, splice];
  return words.length > 0 ? fc.oneof(...plain, { arbitrary: word, weight: 6 }) : fc.oneof(...plain);
}

/** Mutations of the corpus, inputs of the target's own shapes (mutated, too), and some noise. */
export function inputsOf(
  { shapes, words = [] }: Pick<FuzzTarget, 'shapes' | 'words'>,
  corpus: readonly Buffer[],
): fc.Arbitrary<Buffer> {
  const oneMutation = mutations(
    corpus,
    words.map((word) => (typeof word === 'string' ? Buffer.from(word) : word)),
  );
  const someMutations = fc.array(oneMutation, { maxLength: 8 });
  const mutated = (from: fc.Arbitrary<Buffer>, changes: fc.Arbitrary<readonly Mutation[]>) =>
    fc
      .tuple(from, changes)
      .map(([bytes, list]) =>
        list.reduce((changed, mutate) => mutate(changed).subarray(0, maxInputBytes), bytes),
      );
  const noise = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  const kept = corpus.length > 0 ? corpus : [Buffer.alloc(0)];
  const fromCorpus = mutated(
    fc.nat(kept.length - 1).map((index) => kept[index]!),
    someMutations,
  );
  if (!shapes) return fc.oneof({ arbitrary: fromCorpus, weight: 15 }, { arbitrary: noise, weight: 1 });
  return fc.oneof(
    { arbitrary: fromCorpus, weight: 8 },
    { arbitrary: mutated(shapes, fc.array(oneMutation, { maxLength: 2 })), weight: 7 },
    { arbitrary: noise, weight: 1 },
  );
}
