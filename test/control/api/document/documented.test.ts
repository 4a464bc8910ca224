import { beforeAll, describe, expect, test } from '@jest/globals';
import { createProcessApi } from '../../../../lib/control/api/processes.ts';
import { type Body, createTestApi, jsonSchemaOf } from '../harness.ts';

const processApi = () =>
  createProcessApi({
    processes: { list: () => [], kill: () => false, drain: () => false },
    clock: { nowMs: () => 0 },
    config: { allowedOrigins: [] },
    emit: () => {},
  });

interface Place {
  /** For the message: where in the document it is. */
  readonly at: string;
  readonly value: Body;
}

/** Everything under the keys that `keys` accepts, anywhere below `value`; examples are no part of the document. */
function* placesIn(value: Body, keys: (key: string) => boolean, at = ''): Generator<Place> {
  if (typeof value !== 'object' || value === null) return;
  for (const [key, inner] of Object.entries(value)) {
    if (key === 'example') continue;
    if (keys(key)) yield { at: `${at}/${key}`, value: inner };
    yield* placesIn(inner, keys, `${at}/${key}`);
  }
}

/** The entries of each map under `key`, such as each property of each schema. */
function* entriesUnder(document: Body, key: string): Generator<Place> {
  for (const { at, value } of placesIn(document, (name) => name === key)) {
    for (const [name, inner] of Object.entries<Body>(value)) yield { at: `${at}/${name}`, value: inner };
  }
}

describe.each([
  ['control', () => createTestApi().app],
  ['process', processApi],
] as const)('the document of the %s API', (_, create) => {
  let document: Body;
  beforeAll(async () => {
    const response = await create().request('/v1/openapi.json', { headers: { host: '127.0.0.1:8070' } });
    document = await response.json();
  });

  /** What is said of a value: by its schema, by what is added where it is used, or by the schema that it refers to. */
  function said(schema: Body): { description?: string; example?: unknown } {
    const target = schema.$ref && document.components.schemas[schema.$ref.split('/').at(-1)];
    const parts = [target, ...(schema.allOf ?? [])].filter(Boolean).map(said);
    return Object.assign({}, ...parts, schema);
  }

  const schemas = (): Place[] => [
    ...Object.entries<Body>(document.components.schemas).map(([at, value]) => ({ at, value })),
    ...entriesUnder(document, 'properties'),
  ];
  const contents = (): Place[] => [...entriesUnder(document, 'content')];
  const parameters = (): Place[] => [
    ...entriesUnder(document, 'parameters'),
    ...entriesUnder(document, 'headers'),
  ];
  const responses = (): Place[] => [...entriesUnder(document, 'responses')];

  test('describes each schema and each property of one, with an example', () => {
    const silent = schemas().filter(({ value }) => {
      const { description, example } = said(value);
      return !description || example === undefined;
    });
    expect(silent.map(({ at }) => at)).toEqual([]);
    expect(schemas().length).toBeGreaterThan(5);
  });

  test('describes each parameter and header, with an example', () => {
    const silent = parameters().filter(({ value }) => {
      const { description, example } = { ...said(value.schema), ...value };
      return !description || example === undefined;
    });
    expect(silent.map(({ at }) => at)).toEqual([]);
    expect(parameters().length).toBeGreaterThan(0);
  });

  test('describes each response, and has an example for each body', () => {
    expect(responses().filter(({ value }) => !value.description)).toEqual([]);
    const silent = contents().filter(
      ({ value }) => value.example === undefined && said(value.schema).example === undefined,
    );
    expect(silent.map(({ at }) => at)).toEqual([]);
    expect(contents().length).toBeGreaterThan(5);
  });

  test('has no example that isn’t valid by its own schema', () => {
    const shown = [
      ...schemas().map(({ at, value }) => ({ at, schema: value, example: said(value).example })),
      ...[...contents(), ...parameters()].map(({ at, value: { schema, example } }) => ({
        at,
        schema,
        example: example ?? said(schema).example,
      })),
    ];
    const wrong = shown.flatMap(({ at, schema, example }) => {
      const { error } = jsonSchemaOf(document, schema).safeParse(example);
      return error ? [{ at, example, issues: error.issues }] : [];
    });
    expect(wrong).toEqual([]);
  });
});

describe('the examples of the control API', () => {
  test('all tell of the same stream and its broadcast', async () => {
    const { body: document } = await createTestApi().call('GET', '/v1/openapi.json');
    const text = JSON.stringify(document);
    const ids = (name: string) =>
      new Set([...text.matchAll(new RegExp(`"${name}":"(\\w+)"`, 'g'))].map(([, id]) => id));
    expect([...ids('streamId')]).toEqual(['7h2kqv0m4x9rt3bz']);
    expect([...ids('broadcastId')]).toEqual(['1jm8p0v4c7h2kqv0']);
    const paths = [...text.matchAll(/\/v1\/streams\/(\w+)/g)].map(([, id]) => id);
    expect([...new Set(paths)]).toEqual(['7h2kqv0m4x9rt3bz']);
  });
});
