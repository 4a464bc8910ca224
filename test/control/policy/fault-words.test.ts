import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { faultWords } from '../../../lib/control/policy/fault-words.ts';

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
    [z.int(), 1.5, 'Must be a whole number, not a number.'],
    [z.coerce.number(), 'ten', 'Must be a number.'],
    [z.enum(['low', 'standard']), 'high', 'Must be "low" or "standard".'],
    [z.enum(['fleet']), 'x', 'Must be "fleet".'],
    [z.literal([250, 500]), 300, 'Must be 250 or 500.'],
    [z.string().min(1), '', 'Must not be empty.'],
    [z.string().min(8), 'x', 'Must be at least 8 characters long.'],
    [z.string().max(120), 'x'.repeat(121), 'Must be at most 120 characters long.'],
    [z.number().max(1_800_000), 2_000_000, 'Must be at most 1,800,000.'],
    [z.number().gt(0), 0, 'Must be more than 0.'],
    [z.array(z.string()).max(1), ['a', 'b'], 'Must be at most 1 entry.'],
    [z.number().multipleOf(5), 3, 'Must be a multiple of 5.'],
    [z.iso.datetime(), 'tomorrow', 'Must be a time such as 2026-11-22T18:00:00.000Z.'],
    [z.string().refine(() => false, 'Our own words.'), 'x', 'Our own words.'],
  ])('%#', (schema, value, words) => {
    expect(wordsFor(schema, value)).toEqual([words]);
  });
});
