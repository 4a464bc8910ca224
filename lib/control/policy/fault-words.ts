/** A fault that a schema found, as far as words for it need it (zod's issues). */
export interface SchemaIssue {
  readonly code?: string | undefined;
  readonly message: string;
  readonly expected?: unknown;
  readonly origin?: unknown;
  readonly minimum?: unknown;
  readonly maximum?: unknown;
  readonly inclusive?: boolean | undefined;
  readonly values?: unknown;
  readonly divisor?: unknown;
  readonly format?: unknown;
}

const kinds: Readonly<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  null: 'null',
};

const formats: Readonly<Record<string, string>> = {
  datetime: 'a time such as 2026-11-22T18:00:00.000Z',
  url: 'a URL',
  cidrv4: 'a network such as 192.0.2.0/24',
};

const listed = (values: readonly unknown[]): string => {
  const all = values.map((value) => (typeof value === 'string' ? `"${value}"` : String(value)));
  return all.length < 2 ? all.join('') : `${all.slice(0, -1).join(', ')} or ${all.at(-1)}`;
};

/** What a number counts, by the kind of value that it bounds. */
const counted = (origin: unknown, count: unknown): string => {
  const shown = Number(count).toLocaleString('en-US');
  if (origin === 'string') return `${shown} ${count === 1 ? 'character' : 'characters'}`;
  if (origin === 'array' || origin === 'set') return `${shown} ${count === 1 ? 'entry' : 'entries'}`;
  return shown;
};

/** What is wrong with a field and what would be right, in a sentence for people who have never seen a schema. */
export function faultWords(issue: SchemaIssue): string {
  const { code, message, origin, minimum, maximum, inclusive = true } = issue;
  switch (code) {
    case 'invalid_type': {
      const [, received = ''] = /received (\w+)$/i.exec(message) ?? [];
      const wanted = kinds[String(issue.expected)] ?? String(issue.expected);
      if (received === 'undefined') return `Missing. It must be ${wanted}.`;
      const got = kinds[received.toLowerCase()];
      return `Must be ${wanted}${got === undefined ? '' : `, not ${got}`}.`;
    }
    case 'invalid_value':
      return Array.isArray(issue.values) ? `Must be ${listed(issue.values)}.` : message;
    case 'too_small':
      if (origin === 'string' && minimum === 1) return 'Must not be empty.';
      return `Must be ${inclusive ? 'at least' : 'more than'} ${counted(origin, minimum)}${lengthOf(origin)}.`;
    case 'too_big':
      return `Must be ${inclusive ? 'at most' : 'less than'} ${counted(origin, maximum)}${lengthOf(origin)}.`;
    case 'not_multiple_of':
      return `Must be a multiple of ${issue.divisor}.`;
    case 'invalid_format': {
      const wanted = formats[String(issue.format)];
      return wanted === undefined ? message : `Must be ${wanted}.`;
    }
    default:
      return message;
  }
}

const lengthOf = (origin: unknown): string => (origin === 'string' ? ' long' : '');
