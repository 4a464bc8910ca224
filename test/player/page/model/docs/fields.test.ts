import { describe, expect, test } from '@jest/globals';
import type { Schema } from '../../../../../lib/player/page/model/docs/document.ts';
import { fieldOf, fieldsOf } from '../../../../../lib/player/page/model/docs/fields.ts';

const schemas: Record<string, Schema> = {
  Stream: {
    type: 'object',
    description: 'A stream.',
    properties: { id: { type: 'string', description: 'Its ID.', example: '7h2k' } },
    required: ['id'],
  },
  Mode: { type: 'string', enum: ['low', 'standard'], description: 'How far behind.', example: 'low' },
};
const one = (schema: Schema, required = false) => fieldOf({ name: 'it', schema, required }, schemas);

describe('a field of the reference', () => {
  test('is described by what it refers to, and first of all by what is said where it is', () => {
    const $ref = '#/components/schemas/Mode';
    expect(one({ $ref })).toMatchObject({ type: 'string', description: 'How far behind.', example: '"low"' });
    const here = one({ allOf: [{ $ref }, { description: 'From the next broadcast on.' }] });
    expect(here).toMatchObject({
      description: 'From the next broadcast on.',
      example: '"low"',
      values: ['low', 'standard'],
    });
  });

  test.each<[Schema, string]>([
    [{ type: 'string', format: 'date-time' }, 'time'],
    [{ type: 'string', format: 'uri' }, 'URL'],
    [{ type: 'integer' }, 'integer'],
    [{ $ref: '#/components/schemas/Stream' }, 'Stream'],
    [{ type: 'array', items: { $ref: '#/components/schemas/Stream' } }, 'list of Stream'],
    [
      { anyOf: [{ type: 'string' }, { type: 'array', items: { type: 'string' } }] },
      'string or list of string',
    ],
    [{}, 'any value'],
  ])('%j is called %s', (schema, type) => {
    expect(one(schema).type).toBe(type);
  });

  test.each<[Schema, string[]]>([
    [
      { type: 'integer', minimum: 0, maximum: 1_800_000, default: 60_000 },
      ['0 to 1,800,000', 'default 60000'],
    ],
    [{ type: 'integer', minimum: 0 }, ['at least 0']],
    [{ type: 'string', minLength: 1, maxLength: 120 }, ['1 to 120 characters']],
    [{ type: 'array', items: {}, maxItems: 240 }, ['at most 240']],
    [{ type: 'integer', maximum: Number.MAX_SAFE_INTEGER }, []],
  ])('%j may be %j', (schema, limits) => {
    expect(one(schema).limits).toEqual(limits);
  });

  test('has the fields of its object, or of each object in its list, instead of an example', () => {
    const list: Schema = {
      type: 'array',
      items: { $ref: '#/components/schemas/Stream' },
      example: [{ id: '7h2k' }],
    };
    expect(one(list, true)).toMatchObject({
      required: true,
      example: undefined,
      fields: [{ name: 'id', required: true, example: '"7h2k"' }],
    });
    expect(fieldsOf({ $ref: '#/components/schemas/Mode' }, schemas)).toEqual([]);
  });
});
