import { expect, test } from '@jest/globals';
import { wakingTakedowns } from '../../../lambda/control-api/waking-takedowns.ts';
import type { StreamDocument } from '../../../lib/control-store/documents.ts';
import { newStreamId, type StreamId } from '../../../lib/routing/ids.ts';

const streamId = newStreamId();
const document = (open: boolean): StreamDocument<'takedown'> => ({
  streamId,
  kind: 'takedown',
  open,
  version: 1,
  body: { direction: 'takedown', reason: 'stolen footage', askedAtMs: 1, turn: 1, done: [] },
});

function build(begun: () => Promise<StreamDocument<'takedown'>>, { refuse = false, openFaults = 0 } = {}) {
  const opened: string[] = [];
  const woken: StreamId[] = [];
  const asked: string[] = [];
  const log: string[] = [];
  const takedowns = wakingTakedowns({
    async open() {
      opened.push('opened');
      if (opened.length <= openFaults) throw new Error('not there yet');
      return {
        take: (_, reason) => {
          asked.push(reason);
          return begun();
        },
        restore: begun,
      };
    },
    async wake(event) {
      if (refuse) throw new Error('throttled');
      woken.push(event.streamId);
    },
    emit: (event) => log.push(event),
  });
  return { takedowns, woken, asked, log, opened };
}

test('another function is called for what is left', async () => {
  const { takedowns, woken, asked } = build(async () => document(true));
  expect(await takedowns.take(streamId, 'stolen footage')).toEqual(document(true));
  await takedowns.restore(streamId);
  expect([woken, asked]).toEqual([[streamId, streamId], ['stolen footage']]);
});

test('nobody is called where nothing is left', async () => {
  const { takedowns, woken } = build(async () => document(false));
  expect((await takedowns.take(streamId, 'stolen footage')).open).toBe(false);
  expect(woken).toEqual([]);
});

test('another function is called, too, where this one failed on the way', async () => {
  const { takedowns, woken } = build(() => Promise.reject(new Error('the store went away')));
  await expect(takedowns.take(streamId, 'stolen footage')).rejects.toThrow('the store went away');
  expect(woken).toEqual([streamId]);
});

test('a call that fails is logged and takes nothing from the answer', async () => {
  const { takedowns, log } = build(async () => document(true), { refuse: true });
  expect(await takedowns.take(streamId, 'stolen footage')).toEqual(document(true));
  expect(log).toEqual(['control.takedown.wake-failed']);
});

test('nothing is opened before it is needed, then once; what could not be opened is tried again', async () => {
  const { takedowns, opened, woken } = build(async () => document(false), { openFaults: 1 });
  expect(opened).toEqual([]);
  await expect(takedowns.restore(streamId)).rejects.toThrow('not there yet');
  await takedowns.restore(streamId);
  await takedowns.restore(streamId);
  expect([opened, woken]).toEqual([['opened', 'opened'], []]);
});
