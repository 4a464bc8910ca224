// Writes what is made of the deployment schema: docs/deployment.md for people, deployment.schema.json for editors.
//   node scripts/deployment-docs.ts
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { deploymentSchema } from '../lib/config/deployment.ts';

const root = join(import.meta.dirname, '..');

/** As much of JSON Schema as the deployment schema comes out as. */
interface Field {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly anyOf?: readonly Field[];
  readonly format?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Field;
  readonly properties?: Readonly<Record<string, Field>>;
  readonly required?: readonly string[];
}

function schema(): Field & { $schema: string } {
  return z.toJSONSchema(deploymentSchema, { io: 'input', target: 'draft-7' }) as Field & { $schema: string };
}

/** The JSON Schema of a deployment file. */
function editorSchema(): string {
  return `${JSON.stringify({ title: 'A deployment of Headwater', ...schema() }, undefined, 2)}\n`;
}

/** Every field that people write, by its path: `regions[].zones`. Objects and lists of objects are fields too. */
export function fields(of: Field = schema(), path = ''): { path: string; field: Field; required: boolean }[] {
  const inner = of.items?.properties ? of.items : of;
  return Object.entries(inner.properties ?? {}).flatMap(([name, field]) => {
    const at = `${path}${path === '' ? '' : '.'}${name}${field.items?.properties ? '[]' : ''}`;
    return [{ path: at, field, required: inner.required?.includes(name) ?? false }, ...fields(field, at)];
  });
}

const hasFields = (field: Field): boolean => (field.properties ?? field.items?.properties) !== undefined;

/** What may be written, in words. */
function values(field: Field): string {
  if (hasFields(field)) return field.items ? `list of ${count(field)} objects` : 'object';
  const choices = field.enum ?? field.anyOf?.map((one) => one.const);
  if (choices) return choices.map((choice) => JSON.stringify(choice)).join(', ');
  if (field.items) return `list${count(field) === '' ? '' : ` of ${count(field)}`}: ${values(field.items)}`;
  if (field.type === 'boolean') return '`true` or `false`';
  if (field.type === 'integer') return `${number(field.minimum)} to ${number(field.maximum)}`;
  if (field.type === 'number') return `number above ${number(field.exclusiveMinimum)}`;
  return field.format === 'uri' ? 'https address' : field.format === 'email' ? 'e-mail address' : 'text';
}

function count({ minItems, maxItems }: Field): string {
  if (maxItems === undefined) return minItems === undefined ? '' : `${minItems} or more`;
  return minItems === undefined ? `up to ${maxItems}` : `${minItems} to ${maxItems}`;
}

const number = (value = 0): string => String(value);

function defaults(field: Field, required: boolean): string {
  if (required) return '**required**';
  if (field.default === undefined) return 'none';
  return hasFields(field) ? 'as below' : `\`${JSON.stringify(field.default)}\``;
}

/** The page that describes a deployment file. */
function page(): string {
  const all = fields().filter(({ path }) => path !== '$schema');
  const sections = [{ path: '', field: schema() as Field }, ...all.filter(({ field }) => hasFields(field))];
  const tables = sections.map(({ path, field }) => {
    const rows = all
      .filter((row) => row.path.startsWith(path === '' ? '' : `${path}.`))
      .filter((row) => !row.path.slice(path === '' ? 0 : path.length + 1).includes('.'))
      .map(
        (row) =>
          `| \`${row.path}\` | ${values(row.field)} | ${defaults(row.field, row.required)} | ${row.field.description ?? ''} |`,
      );
    const heading = path === '' ? '## The file' : `## \`${path}\`\n\n${field.description}`;
    return `${heading}\n\n| field | takes | left out | |\n|---|---|---|---|\n${rows.join('\n')}\n`;
  });
  return `<!-- Written by \`node scripts/deployment-docs.ts\` from lib/config/deployment.ts: change it there. -->
# The deployment file

One file, [\`deployment.json\`](../deployment.json), says what \`npx cdk deploy\` deploys; another one is named with
\`npx cdk -c deployment=FILE …\`. It is checked before anything else happens, and every fault is reported at once.
A field that does not exist is a fault too. Editors that know JSON Schema complete and check it while you write
(\`"$schema": "./deployment.schema.json"\`). What it costs is in [deploy.md](deploy.md).

${tables.join('\n')}`;
}

/** What is written, by path from the repository's root. */
export const documents: Readonly<Record<string, () => string>> = {
  'docs/deployment.md': page,
  'deployment.schema.json': editorSchema,
};

if (import.meta.main) {
  for (const [path, text] of Object.entries(documents)) writeFileSync(join(root, path), text());
}
