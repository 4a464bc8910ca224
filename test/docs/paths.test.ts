import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';

const root = join(import.meta.dirname, '..', '..');
const pages = ['README.md', 'CONTRIBUTING.md', ...globSync('docs/*.md', { cwd: root })].sort();

/** `a/{b,c}.ts` as a shell reads it. */
function expandBraces(path: string): string[] {
  const [, before = '', choices = '', after = ''] = /^(.*?)\{([^}]*)\}(.*)$/.exec(path) ?? [];
  return choices === '' ? [path] : choices.split(',').flatMap((one) => expandBraces(before + one + after));
}

/** Paths from the project's root in backticks, except patterns and what is announced as `path` (new). */
function pathsIn(page: string): string[] {
  const text = readFileSync(join(root, page), 'utf8');
  const named = text.matchAll(
    /`((?:bin|lib|lambda|test|testkit|bench|drill|scripts|docs)\/[^`\s]*)`(?! \(new\))/g,
  );
  return [...named].flatMap(([, path = '']) => expandBraces(path)).filter((path) => !/[<*…]/.test(path));
}

test.each(pages)('every path that %s names exists', (page) => {
  expect(pathsIn(page).filter((path) => !existsSync(join(root, path)))).toEqual([]);
});

test('paths are found at all', () => {
  expect(pathsIn('docs/architecture.md').length).toBeGreaterThan(50);
});
