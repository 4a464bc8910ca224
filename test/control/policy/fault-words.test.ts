import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { faultsOf, faultWords, jsonFaultWords } from '../../../lib/control/policy/fault-words.ts';

const wordsFor = (schema: z.ZodType, value: unknown): string[] => {
  const { error } = schema.safeParse(value);
  return (error?.issues ?? []).map(faultWords);
};

describe('what is wrong with a request, in words', () => {
  test.each<[z.ZodType, unknown, string]>([
    [z.string(), undefined, 'Missing. It must be text.'],
    [z.string(), 7, 'Must be text, not a number.'],
    [z.object({}), 'x', 'Must be an object, not text.'],
    [z.boolean(), null, 'Must be true or false, not null.'],
    [z.int(), 1.5, 'Must be a whole number.'],
    [z.coerce.number(), 'ten', 'Must be a number.'],
    [z.enum(['low', 'standard']), 'high', 'Must be "low" or "standard".'],
    [z.enum(['fleet']), 'x', 'Must be "fleet".'],
    [z.literal([250, 500]), 300, 'Must be 250 or 500.'],
    [z.string().min(1), '', 'Must not be empty.'],
    [z.string().min(8), 'x', 'Must be at least 8 characters long.'],
    [z.string().max(120), 'x'.repeat(121), 'Must be at most 120 characters long.'],
    [z.number().max(1_800_000), 2_000_000, 'Must be at most 1,800,000.'],
    [z.number().gt(0), 0, 'Must be more than 0.'],
    [z.array(z.string()).max(1), ['a', 'b'], 'Must have at most 1 entry.'],
    [z.number().multipleOf(5), 3, 'Must be a multiple of 5.'],
    [z.iso.datetime(), 'tomorrow', 'Must be a time such as 2026-11-22T18:00:00.000Z.'],
    [z.string().refine(() => false, 'Our own words.'), 'x', 'Our own words.'],
  ])('%#', (schema, value, words) => {
    expect(wordsFor(schema, value)).toEqual([words]);
  });
});

describe('what is wrong, and where', () => {
  const faults = (schema: z.ZodType, value: unknown) =>
    (schema.safeParse(value).error?.issues ?? []).flatMap(faultsOf);
  const either = z.object({ at: z.union([z.enum(['anywhere', 'nowhere']), z.array(z.string().max(3))]) });

  test('a value of no kind that is allowed is told all of them', () => {
    const words = 'Must be "anywhere" or "nowhere", or a list.';
    for (const at of ['here', 7, null]) expect(faults(either, { at })).toEqual([{ path: ['at'], words }]);
    const address = z.union([z.ipv4(), z.ipv6()]);
    expect(faults(address, 'localhost')).toEqual([
      {
        path: [],
        words: 'Must be an IPv4 address such as 203.0.113.9, or an IPv6 address such as 2001:db8::7.',
      },
    ]);
  });

  test('a value of one of them is told what that kind wants', () => {
    expect(faults(either, { at: ['abc', 'abcd', 5] })).toEqual([
      { path: ['at', 1], words: 'Must be at most 3 characters long.' },
      { path: ['at', 2], words: 'Must be text, not a number.' },
    ]);
  });

  test('each unknown name is a fault of its own', () => {
    expect(faults(z.strictObject({ in: z.strictObject({}) }), { in: { a: 1, b: 2 } })).toEqual([
      { path: ['in', 'a'], words: expect.stringMatching(/^Unknown name\. /) },
      { path: ['in', 'b'], words: expect.stringMatching(/^Unknown name\. /) },
    ]);
  });
});

describe('a body that is no JSON', () => {
  test.each([
    ['', /^The body is empty\. Send a JSON object\.$/],
    ['{"name":', /^The body ends too early to be JSON/],
    ['{"name": "my-secret"', /^The body .*JSON, at line 1, column 21\. Send an object/],
    ['{\n  "name" "my-secret"}', /^The body is not JSON, at line 2, column 10\. Send an object/],
    ['my-secret', /^The body is not JSON.* Send an object/],
  ])('%j is told so, and not repeated', (text, words) => {
    expect(jsonFaultWords(text)).toMatch(words);
    expect(jsonFaultWords(text)).not.toContain('my-secret');
  });
});
