import { isDeepStrictEqual } from 'node:util';

type ErrorClass = abstract new (...args: never[]) => Error;

/** Runs a parser. What it throws of its own classes is a refusal, and returned; anything else goes on. */
export function refusing<Result>(run: () => Result, ...own: readonly ErrorClass[]): Result | Error {
  try {
    return run();
  } catch (cause) {
    const refusal = own.find((each) => cause instanceof each);
    if (refusal) return cause as Error;
    throw cause;
  }
}

/** What a peer must not be able to do differently: both ways have to come to the same. */
export function mustAgree(one: unknown, other: unknown, what: string): void {
  if (!isDeepStrictEqual(one, other))
    throw new Error(`${what}: ${preview(one)} differs from ${preview(other)}`);
}

export function must(condition: boolean, what: string): asserts condition {
  if (!condition) throw new Error(what);
}

/** The input without its first byte, in pieces of as many bytes as that says; and whole. */
export function twoCuts(input: Buffer): { pieces: Buffer[]; whole: Buffer[] } {
  const size = Math.max(1, input[0] ?? 1);
  const rest = input.subarray(1);
  const pieces: Buffer[] = [];
  for (let at = 0; at < rest.length; at += size) pieces.push(Buffer.from(rest.subarray(at, at + size)));
  return { pieces, whole: [Buffer.from(rest)] };
}

const preview = (value: unknown): string => {
  const text =
    JSON.stringify(value, (_, each) => (typeof each === 'bigint' ? String(each) : each)) ?? 'undefined';
  return text.slice(0, 300);
};
