import { afterEach, expect, test } from '@jest/globals';
import { FuzzThread } from '../../fuzz/thread.ts';

const program = new URL('./faulty-thread.ts', import.meta.url);
let thread: FuzzThread;
afterEach(() => thread.close());

const run = (target: string, runs = 50) => thread.run({ target, runs, seed: 1 });

test('finds the input of a parser that never returns, and goes on with the next target', async () => {
  thread = new FuzzThread({ program, hangMs: 300 });
  const { finding } = await run('loop');
  expect(finding).toMatchObject({ kind: 'hang', input: new Uint8Array([0x2a]) });
  expect(await run('held')).toEqual({ inputs: 52 });
});

test('finds the input of a parser that fills the heap', async () => {
  thread = new FuzzThread({ program, maxHeapMb: 32 });
  const { finding } = await run('heap');
  expect(finding).toMatchObject({ kind: 'out-of-memory', input: new Uint8Array([0x2a]) });
});

test('runs one target after another', async () => {
  thread = new FuzzThread({ program });
  expect(await run('held')).toEqual({ inputs: 52 });
  expect(await run('held')).toEqual({ inputs: 52 });
});

test.each([
  ['slow', 'slow'],
  ['greedy on the heap', 'growth'],
  ['greedy beside the heap', 'growth'],
])('finds an input for which a parser is %s', async (target, kind) => {
  thread = new FuzzThread({ program });
  const { finding } = await run(target);
  expect(finding).toMatchObject({ kind, input: new Uint8Array([0x2a]) });
});

test('finds a little that every input leaves behind', async () => {
  thread = new FuzzThread({ program });
  const { finding } = await run('leaky', 6000);
  expect(finding).toMatchObject({
    kind: 'leak',
    detail: expect.stringMatching(/^6002 inputs left \d+ bytes/),
  });
  expect(finding).not.toHaveProperty('input');
});
