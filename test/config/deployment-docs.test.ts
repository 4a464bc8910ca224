import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { documents, fields } from '../../scripts/deployment-docs.ts';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('what is written of the deployment file', () => {
  test.each(Object.entries(documents))(
    '%s is what `node scripts/deployment-docs.ts` writes now',
    (path, text) => {
      expect(read(path)).toBe(text());
    },
  );

  test('describes every field, and tells its default', () => {
    const page = read('docs/deployment.md');
    for (const { path, field, required } of fields().filter(({ path }) => path !== '$schema')) {
      const row = page.split('\n').find((line) => line.startsWith(`| \`${path}\` |`));
      expect({ path, description: field.description }).toEqual({
        path,
        description: expect.stringMatching(/\w/),
      });
      expect({ path, row }).toEqual({ path, row: expect.stringContaining(field.description ?? '') });
      if (required) expect(row).toContain('**required**');
      else if (typeof field.default !== 'object') expect(row).toContain(String(field.default ?? 'none'));
    }
  });

  test('the example names the schema that editors read', () => {
    const { $schema } = JSON.parse(read('deployment.json')) as { $schema: string };
    expect($schema.replace('./', '')).toBe(
      Object.keys(documents).find((path) => path.endsWith('.schema.json')),
    );
  });
});
