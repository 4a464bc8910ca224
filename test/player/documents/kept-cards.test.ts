import { describe, expect, test } from '@jest/globals';
import { keptCards } from '../../../lib/player/documents/kept-cards.ts';
import type { StreamCard } from '../../../lib/player/policy/stream-card.ts';
import type { StreamId } from '../../../lib/routing/ids.ts';

const id = '7h2kqv0m4x9rt3bz' as StreamId;
const card = (name: string): StreamCard => ({ id, access: 'public', embedding: 'anywhere', name });
const second = 1_000;
const hour = 3_600_000;

function setUp() {
  const world = { nowMs: 0, asked: 0, answer: (): StreamCard | undefined => card('One') };
  const cards = keptCards(
    {
      find: async () => {
        world.asked++;
        return world.answer();
      },
    },
    () => world.nowMs,
  );
  const fail = () => {
    world.answer = () => {
      throw new Error('down');
    };
  };
  return { world, fail, find: (region?: string) => cards.find(id, region) };
}

describe('cards', () => {
  test('are asked for once by all who want to know, and again after some seconds', async () => {
    const { world, find } = setUp();
    await Promise.all([find(), find(), find()]);
    expect(world.asked).toBe(1);
    world.answer = () => card('Two');
    world.nowMs += 9 * second;
    expect((await find())?.name).toBe('One');
    world.nowMs += 2 * second;
    expect((await find())?.name).toBe('Two');
  });

  test('of another region are others', async () => {
    const { world, find } = setUp();
    await find('eu-central-1');
    await find('us-east-1');
    expect(world.asked).toBe(2);
  });

  test('that are known stay so for a day while nobody answers, and nobody is asked in every breath', async () => {
    const { world, fail, find } = setUp();
    await find();
    fail();
    world.nowMs += 11 * second;
    expect((await find())?.name).toBe('One');
    expect((await find())?.name).toBe('One');
    expect(world.asked).toBe(2);
    world.nowMs += 3 * second;
    expect((await find())?.name).toBe('One');
    expect(world.asked).toBe(3);
    world.nowMs += 24 * hour;
    await expect(find()).rejects.toThrow('down');
  });

  test('that can’t be had are asked for again', async () => {
    const { world, fail, find } = setUp();
    fail();
    await expect(find()).rejects.toThrow('down');
    world.answer = () => card('Back');
    expect((await find())?.name).toBe('Back');
  });

  test('a stream that was deleted is forgotten', async () => {
    const { world, find } = setUp();
    await find();
    world.answer = () => undefined;
    world.nowMs += 11 * second;
    expect(await find()).toBeUndefined();
  });
});
