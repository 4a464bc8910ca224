import type { UpstreamAnswer } from './ports.ts';

/** An answer that no tier was asked for. */
export const ownAnswer = (status: number): UpstreamAnswer => ({
  status,
  headers: { 'cache-control': 'max-age=1' },
  body: nothing,
  discard() {},
});

const nothing: AsyncIterable<Uint8Array> = {
  [Symbol.asyncIterator]: () => ({ next: async () => ({ done: true, value: undefined }) }),
};
