/**
 * A service's model, read from the SDK's own schemas. A client package exports one for each operation, structure and error
 * (`CreateChannel$`, …): arrays that begin with kind, namespace, name and traits.
 */
export class AwsModel {
  readonly #operations: readonly Operation[];
  readonly #errorStatus: ReadonlyMap<string, number>;

  /** `client`: the whole package, `import * as client from '@aws-sdk/client-…'`. */
  constructor(client: object) {
    const schemas = Object.entries(client).flatMap(([name, value]) =>
      name.endsWith('$') && Array.isArray(value) ? [value as unknown as Described] : [],
    );
    this.#operations = schemas.filter(([kind]) => kind === kinds.operation).map(operationOf);
    const errors = schemas.filter(([kind]) => kind === kinds.error);
    this.#errorStatus = new Map(
      errors.flatMap(([, , name, traits]) => {
        const status = Number(traitsOf(traits).httpError);
        return status > 0 ? [[name, status]] : [];
      }),
    );
  }

  /** The operation of a request, with the labels from its path. */
  match(method: string, path: string): { operation: Operation; labels: Record<string, string> } | undefined {
    for (const operation of this.#operations) {
      const groups = operation.method === method ? operation.expression.exec(path)?.groups : undefined;
      if (groups) {
        const labels = Object.entries(groups).map(([name, text]) => [name, decodeURIComponent(text)]);
        return { operation, labels: Object.fromEntries(labels) };
      }
    }
    return undefined;
  }

  operation(name: string): Operation | undefined {
    return this.#operations.find((operation) => operation.name === name);
  }

  /** The HTTP status of one of the service's named errors. */
  errorStatus(name: string): number | undefined {
    return this.#errorStatus.get(name);
  }
}

export interface Operation {
  readonly name: string;
  readonly method: string;
  readonly expression: RegExp;
  /** Status of a successful response. */
  readonly status: number;
  readonly input: Shape;
  readonly output: Shape;
}

export type ShapeKind =
  | 'structure'
  | 'list'
  | 'map'
  | 'string'
  | 'number'
  | 'boolean'
  | 'time'
  | 'blob'
  | 'any';

export interface Shape {
  readonly kind: ShapeKind;
  readonly traits: Readonly<Record<string, unknown>>;
  /** For structures; required members come first. */
  members(): ReadonlyMap<string, Shape>;
  readonly required: readonly string[];
  /** For lists and maps. */
  item(): Shape;
}

type Described = readonly [
  kind: number,
  namespace: string,
  name: string,
  traits: unknown,
  ...rest: readonly unknown[],
];

const kinds = { simple: 0, list: 1, map: 2, structure: 3, union: 4, operation: 9, error: -3 };

function operationOf([, , name, traits, input, output]: Described): Operation {
  // Operations of a JSON RPC service have none: they share one path, and a header names them.
  const [method, path, status] = (traitsOf(traits).http ?? ['POST', '/', 200]) as [string, string, number];
  const [withoutQuery = ''] = path.split('?');
  const pattern = withoutQuery.replace(/[.+*^$()|[\]\\]/g, '\\$&').replace(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  return {
    name,
    method,
    expression: new RegExp(`^(?<_>)${pattern}$`),
    status,
    input: shapeOf(input),
    output: shapeOf(output),
  };
}

/** Resolves a schema, which may be wrapped in functions (schemas can be recursive) and carry a member's traits. */
function shapeOf(reference: unknown, memberTraits: object = {}): Shape {
  if (typeof reference === 'function') return shapeOf(reference(), memberTraits);
  if (Array.isArray(reference) && reference.length === 2) {
    return shapeOf(reference[0], { ...traitsOf(reference[1]), ...memberTraits });
  }
  if (!Array.isArray(reference)) return simple(reference, memberTraits);
  const [kind, , , own, ...rest] = reference as unknown as Described;
  const traits = { ...traitsOf(own), ...memberTraits };
  if (kind === kinds.simple) return shapeOf(rest[0], traits);
  if (kind === kinds.list || kind === kinds.map) {
    const item = rest.at(-1);
    return { ...nothing, kind: kind === kinds.list ? 'list' : 'map', traits, item: () => shapeOf(item) };
  }
  const [names = [], members = [], required = 0] = rest as [string[], unknown[], number];
  return {
    ...nothing,
    kind: 'structure',
    traits,
    members: () => new Map(names.map((name, at) => [name, shapeOf(members[at])])),
    required: kind === kinds.union ? [] : names.slice(0, required),
  };
}

const nothing = {
  members: (): ReadonlyMap<string, Shape> => new Map(),
  required: [] as readonly string[],
  item(): Shape {
    throw new Error('This shape has no items.');
  },
};

const simpleKinds: Readonly<Record<number, ShapeKind>> = {
  0: 'string',
  1: 'number',
  2: 'boolean',
  4: 'time',
  5: 'time',
  6: 'time',
  7: 'time',
  15: 'any',
  17: 'number',
  19: 'number',
  21: 'blob',
  42: 'blob',
};

/** 64 and 128 are lists and maps of the type in the lower bits; anything that isn't a number is an empty structure. */
function simple(schema: unknown, traits: object): Shape {
  const base = { ...nothing, traits: traits as Shape['traits'] };
  if (typeof schema !== 'number') return { ...base, kind: 'structure' };
  if (schema >= 128) return { ...base, kind: 'map', item: () => simple(schema & 63, {}) };
  if (schema >= 64) return { ...base, kind: 'list', item: () => simple(schema & 63, {}) };
  const kind = simpleKinds[schema];
  if (kind === undefined) throw new Error(`Unknown SDK schema: ${schema}`);
  return { ...base, kind };
}

const flags = [
  'httpLabel',
  'idempotent',
  'idempotencyToken',
  'sensitive',
  'httpPayload',
  'httpResponseCode',
  'httpQueryParams',
];

function traitsOf(traits: unknown): Record<string, unknown> {
  if (typeof traits === 'object' && traits !== null) return traits as Record<string, unknown>;
  const bits = Number(traits);
  return Object.fromEntries(flags.filter((_, at) => (bits >> at) & 1).map((flag) => [flag, 1]));
}

/** All deviations of `value` from its shape, one line each. `at` is its path. */
export function shapeFaults(shape: Shape, value: unknown, at: string): string[] {
  if (!ofKind(shape.kind, value)) return [`${at} is not a ${shape.kind}: ${JSON.stringify(value)}`];
  if (shape.kind === 'structure') return structureFaults(shape, value as Record<string, unknown>, at);
  if (shape.kind === 'list') {
    return (value as unknown[]).flatMap((item, index) => shapeFaults(shape.item(), item, `${at}[${index}]`));
  }
  if (shape.kind === 'map') {
    return Object.entries(value as object).flatMap(([key, item]) =>
      shapeFaults(shape.item(), item, `${at}.${key}`),
    );
  }
  return [];
}

function structureFaults(shape: Shape, value: Readonly<Record<string, unknown>>, at: string): string[] {
  const members = shape.members();
  const given = Object.entries(value).filter(([, member]) => member !== undefined);
  const missing = shape.required.filter((name) => value[name] === undefined);
  return [
    ...missing.map((name) => `${at}.${name} is missing`),
    ...given.flatMap(([name, member]) => {
      const memberShape = members.get(name);
      return memberShape ? shapeFaults(memberShape, member, `${at}.${name}`) : [`${at}.${name} is unknown`];
    }),
  ];
}

function ofKind(kind: ShapeKind, value: unknown): boolean {
  switch (kind) {
    case 'structure':
    case 'map':
      return typeof value === 'object' && value !== null && !Array.isArray(value);
    case 'list':
      return Array.isArray(value);
    case 'time':
      return value instanceof Date && !Number.isNaN(value.getTime());
    case 'blob':
      return value instanceof Uint8Array;
    case 'any':
      return true;
    default:
      // All other kinds have the same name as in `typeof`.
      return typeof value === kind && !Number.isNaN(value);
  }
}
