import { describe, expect, test } from '@jest/globals';
import { emptyFieldFaults, fieldFaultsOf } from '../../../../lib/player/page/model/field-faults.ts';

const fields = ['name', 'url'];

describe('faults beside their fields', () => {
  test('each is told at the field that its pointer names, the first of each', () => {
    const faults = [
      { detail: 'Too short.', pointer: '#/name' },
      { detail: 'No address.', pointer: '#/url' },
      { detail: 'Too long.', pointer: '#/name' },
    ];
    expect(fieldFaultsOf(faults, fields)).toEqual({ name: 'Too short.', url: 'No address.' });
  });

  test('one that belongs to no field of the form is told as a whole, so that nothing is kept back', () => {
    const known = { detail: 'Too short.', pointer: '#/name' };
    expect(fieldFaultsOf([known, { detail: 'Strange.', pointer: '#/key' }], fields)).toBeUndefined();
    expect(fieldFaultsOf([known, { detail: 'Strange.' }], fields)).toBeUndefined();
    expect(fieldFaultsOf([], fields)).toBeUndefined();
  });

  test('fields that are empty are found before the API is asked', () => {
    const words = { name: 'Give it a name.', url: 'Give its address.' };
    expect(emptyFieldFaults({ name: '', url: 'rtmp://a/b' }, words)?.fields).toEqual({
      name: 'Give it a name.',
    });
    expect(emptyFieldFaults({ name: 'A', url: 'rtmp://a/b' }, words)).toBeUndefined();
  });
});
