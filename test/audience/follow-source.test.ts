import { EventEmitter, once } from 'node:events';
import { expect, test } from '@jest/globals';
import { followAudience } from '../../lib/audience/follow-source.ts';

test('an edge that does not answer is said once, and again after it did', async () => {
  const answers = [true, false, false, true, false];
  const said: string[] = [];
  const turns = new EventEmitter();
  let asked = 0;
  const end = followAudience({
    source: {
      take: async () => {
        const isUp = answers[asked++];
        if (asked > answers.length) turns.emit('done');
        if (!isUp) throw new Error('refused');
        return [];
      },
    },
    storeOf: () => undefined,
    emit: (name) => said.push(name),
    wallMs: () => 0,
    everyMs: 1,
  });
  await once(turns, 'done');
  end();
  await new Promise((done) => setImmediate(done));
  expect(said).toEqual(['audience.edge.unreadable', 'audience.edge.unreadable']);
});
