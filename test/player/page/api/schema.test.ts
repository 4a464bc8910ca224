import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { documents } from '../../../../scripts/api-types.ts';

const root = join(import.meta.dirname, '..', '..', '..', '..');

test.each(Object.entries(documents))('%s is what `npm run api-types` generates now', async (path, text) => {
  expect(readFileSync(join(root, path), 'utf8')).toBe(await text());
});
