import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { WaitingRoom } from '../../../lib/net/policy/waiting-room.ts';

const limits = { most: 4, mostPerClient: 2 };

describe('a room for connections that have not shown who they are', () => {
  test('makes the oldest of an address give way to a newcomer of it that exceeds its share', () => {
    const room = new WaitingRoom<string>(limits);
    expect([room.enter('1.1.1.1', 'a'), room.enter('1.1.1.1', 'b')]).toEqual([undefined, undefined]);
    expect(room.enter('1.1.1.1', 'c')).toBe('a');
    expect(room.enter('2.2.2.2', 'd')).toBeUndefined();
    expect(room.size).toBe(3);
  });

  test('when full, makes the oldest of the address with the most give way', () => {
    const room = new WaitingRoom<string>(limits);
    room.enter('1.1.1.1', 'alone, and the oldest');
    for (const name of ['a', 'b']) room.enter('2.2.2.2', name);
    room.enter('3.3.3.3', 'd');
    expect(room.enter('4.4.4.4', 'e')).toBe('a');
    expect(room.size).toBe(4);
  });

  test('counts those no longer that have left, and moves those whose address becomes known', () => {
    const room = new WaitingRoom<string>(limits);
    room.enter('127.0.0.1', 'a');
    room.enter('127.0.0.1', 'b');
    room.leave('a');
    room.leave('a');
    expect(room.enter('127.0.0.1', 'c')).toBeUndefined();
    expect(room.enter('1.1.1.1', 'b')).toBeUndefined();
    expect(room.enter('127.0.0.1', 'd')).toBeUndefined();
    expect(room.size).toBe(3);
  });

  test('never holds more than its limits, and a newcomer always gets in', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.boolean())), (steps) => {
        const room = new WaitingRoom<number>(limits);
        const inside = new Map<number, number>();
        steps.forEach(([address, leaves], one) => {
          const gone = room.enter(`10.0.0.${address}`, one);
          expect(gone).not.toBe(one);
          inside.set(one, address);
          if (gone !== undefined) inside.delete(gone);
          const first = inside.keys().next().value;
          if (leaves && first !== undefined) {
            room.leave(first);
            inside.delete(first);
          }
          expect(room.size).toBe(inside.size);
          expect(inside.size).toBeLessThanOrEqual(limits.most);
          const own = [...inside.values()].filter((other) => other === address).length;
          expect(own).toBeLessThanOrEqual(limits.mostPerClient);
        });
      }),
    );
  });
});
