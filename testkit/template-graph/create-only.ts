import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const libraries = join(import.meta.dirname, '..', '..', '.venv', 'lib');

/** CloudFormation's schemas, which the template linter brings with it. */
const schemas = ((): string => {
  const [python = ''] = readdirSync(libraries).filter((name) => name.startsWith('python'));
  return join(libraries, python, 'site-packages', 'cfnlint', 'data', 'schemas');
})();
const read = (...path: string[]) => JSON.parse(readFileSync(join(schemas, ...path), 'utf8'));
const files: Readonly<Record<string, string>> = read('providers', 'us-east-1.json');
const known = new Map<string, readonly (readonly string[])[]>();

/** Paths of the properties of a type that CloudFormation changes only by replacing the resource; none for custom resources. */
export function createOnlyProperties(type: string): readonly (readonly string[])[] {
  const found = known.get(type);
  if (found) return found;
  const file = files[type];
  const pointers: string[] =
    file === undefined ? [] : (read('resources', `${file}.json`).createOnlyProperties ?? []);
  const paths = pointers.map((pointer) => pointer.split('/').slice(2));
  known.set(type, paths);
  return paths;
}
