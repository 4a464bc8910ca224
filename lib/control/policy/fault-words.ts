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
  readonly path?: readonly PropertyKey[] | undefined;
  /** Names of fields that nobody knows. */
  readonly keys?: readonly string[] | undefined;
  /** Of a union: what each of its kinds finds wrong. */
  readonly errors?: readonly (readonly SchemaIssue[])[] | undefined;
}

/** One thing that is wrong, and where. */
export interface SchemaFault {
  readonly path: readonly PropertyKey[];
  readonly words: string;
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
  ipv4: 'an IPv4 address such as 203.0.113.9',
  ipv6: 'an IPv6 address such as 2001:db8::7',
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

/** All that an issue says, each where it is. */
export function faultsOf(issue: SchemaIssue): readonly SchemaFault[] {
  const { path = [], keys, errors } = issue;
  if (issue.code === 'unrecognized_keys' && keys) {
    return keys.map((key) => ({
      path: [...path, key],
      words: 'Unknown name. Check its spelling, or leave it out.',
    }));
  }
  if (issue.code !== 'invalid_union' || !errors) return [{ path, words: faultWords(issue) }];
  // What is of one of the kinds, but not quite right, is told so as one of that kind.
  const meant = errors.find((issues) => issues.every((each) => !isOfAnotherKind(each)));
  if (meant) {
    return meant.flatMap(faultsOf).map((fault) => ({ ...fault, path: [...path, ...fault.path] }));
  }
  const wanted = errors.map(([first]) => (first ? faultWords(first) : '')).map(withoutFrame);
  return [{ path, words: `Must be ${wanted.join(', or ')}.` }];
}

const isOfAnotherKind = ({ code, path = [] }: SchemaIssue): boolean =>
  path.length === 0 && ['invalid_type', 'invalid_value', 'invalid_format'].includes(code ?? '');

/** `a list`, of `Must be a list, not text.` */
const withoutFrame = (words: string): string =>
  words.replace(/^(?:Missing\. It must|Must) be /, '').replace(/(?:, not [^"]*)?\.$/, '');

/** What is wrong with a field and what would be right, in a sentence for people who have never seen a schema. */
export function faultWords(issue: SchemaIssue): string {
  const { code, message, origin, minimum, maximum, inclusive = true } = issue;
  switch (code) {
    case 'invalid_type': {
      const [, received = ''] = /received (\w+)$/i.exec(message) ?? [];
      const wanted = kinds[String(issue.expected)] ?? String(issue.expected);
      if (received === 'undefined') return `Missing. It must be ${wanted}.`;
      const got = kinds[received.toLowerCase()];
      // A fraction is a number, too.
      return `Must be ${wanted}${got === undefined || issue.expected === 'int' ? '' : `, not ${got}`}.`;
    }
    case 'invalid_value':
      return Array.isArray(issue.values) ? `Must be ${listed(issue.values)}.` : message;
    case 'too_small':
      if (origin === 'string' && minimum === 1) return 'Must not be empty.';
      return `Must ${verbOf(origin)} ${inclusive ? 'at least' : 'more than'} ${counted(origin, minimum)}${lengthOf(origin)}.`;
    case 'too_big':
      return `Must ${verbOf(origin)} ${inclusive ? 'at most' : 'less than'} ${counted(origin, maximum)}${lengthOf(origin)}.`;
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

const verbOf = (origin: unknown): string => (origin === 'array' || origin === 'set' ? 'have' : 'be');

/** What is wrong with a body that is no JSON, without a word of it: it may hold a key. */
export function jsonFaultWords(text: string): string {
  if (text.trim() === '') return 'The body is empty. Send a JSON object.';
  try {
    JSON.parse(text);
    return 'The body could not be read as JSON.';
  } catch (fault) {
    const [, line, column] = /line (\d+) column (\d+)/.exec(String(fault)) ?? [];
    const isCut = /end of JSON input|Unterminated/.test(String(fault));
    const where = line === undefined ? '' : `, at line ${line}, column ${column}`;
    return `The body ${isCut ? 'ends too early to be' : 'is not'} JSON${where}. Send an object with names and texts in double quotes, such as {"name": "Concert"}.`;
  }
}
