import { beforeAll, describe, expect, test } from '@jest/globals';
import { type Body, createTestApi, type TestApi } from '../harness.ts';

let api: TestApi;
let document: Body;
let operations: { path: string; method: string; operation: Body }[];
beforeAll(async () => {
  api = createTestApi();
  document = (await api.call('GET', '/v1/openapi.json')).body;
  operations = Object.entries<Body>(document.paths).flatMap(([path, item]) =>
    Object.entries<Body>(item).map(([method, operation]) => ({ path, method, operation })),
  );
});

/** Every value under `key`, anywhere in `value`. */
function* valuesOf(value: Body, key: string): Generator<Body> {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, inner] of Object.entries(value)) {
    if (name === key) yield inner;
    yield* valuesOf(inner, key);
  }
}

describe('the OpenAPI document', () => {
  test('is OpenAPI 3.1 and names the API and its licence', () => {
    expect(document.openapi).toBe('3.1.0');
    expect(document.info).toMatchObject({ title: 'Headwater control API', license: { name: 'Apache-2.0' } });
  });

  test('says where the API is, relative to the document', () => {
    expect(document.servers).toEqual([{ url: '/', description: expect.any(String) }]);
  });

  test('says that a token is sent, if one is needed', () => {
    expect(document.security).toEqual([{ token: [] }, {}]);
    expect(document.components.securitySchemes.token).toMatchObject({ type: 'http', scheme: 'bearer' });
  });

  test('has a chapter for each tag, and none without operations', () => {
    const sent = Object.values<Body>(document.webhooks).map(({ post }) => post);
    const used = [...operations.map(({ operation }) => operation), ...sent].flatMap(({ tags }) => tags);
    const chapters = document.tags.map(({ name }: Body) => name);
    expect(chapters.sort()).toEqual([...new Set(used)].sort());
  });

  test('describes each route of the app and nothing else', () => {
    const routes = api.app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`);
    const described = operations.map(({ method, path }) => `${method} ${path}`);
    expect(described.sort()).toEqual([...new Set(routes)].sort());
    expect(described).toHaveLength(33);
  });

  test('gives each operation a name of its own, a summary and a tag', () => {
    const names = operations.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(operations.length);
    for (const { operation } of operations) {
      expect(operation).toMatchObject({
        operationId: expect.stringMatching(/^[a-z]+([A-Z][a-z]+)*$/),
        summary: expect.stringMatching(/^[A-Z]/),
        tags: [expect.any(String)],
      });
    }
  });

  test('declares the parameters of each path, and only those', () => {
    for (const { path, operation } of operations) {
      const inPath = (operation.parameters ?? []).filter((parameter: Body) => parameter.in === 'path');
      const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
      expect(inPath.map(({ name }: Body) => name).sort()).toEqual(named.sort());
      for (const parameter of operation.parameters ?? []) {
        expect(parameter.schema).toBeDefined();
        if (parameter.in === 'path') expect(parameter.required).toBe(true);
      }
    }
  });

  test('refers to nothing that is not in it, and has nothing that is not referred to', () => {
    const refs = new Set<string>([...valuesOf(document, '$ref')]);
    const known = Object.keys(document.components.schemas).map((name) => `#/components/schemas/${name}`);
    expect([...refs].sort()).toEqual(known.sort());
  });

  test('declares a success and the common problems for each operation, each problem as problem+json', () => {
    for (const { operation } of operations) {
      const statuses = Object.keys(operation.responses);
      expect(statuses.filter((status) => status.startsWith('2'))).toHaveLength(1);
      expect(statuses).toEqual(expect.arrayContaining(['403', '421', '500', '503']));
      for (const [status, response] of Object.entries<Body>(operation.responses)) {
        expect(response.description).toMatch(/\.$/);
        if (status >= '400') expect(Object.keys(response.content)).toEqual(['application/problem+json']);
      }
    }
  });

  test('keeps the description of a schema that fields describe too', () => {
    const { EncoderTier, Broadcast, Stream } = document.components.schemas;
    expect(EncoderTier.description).toMatch(/^fleet: .* medialive: /);
    expect(Broadcast.description).toBe('A single time on air.');
    expect(Stream.properties.encoder.allOf).toEqual([
      { $ref: '#/components/schemas/EncoderTier' },
      { description: 'Encoder used from the next broadcast on.' },
    ]);
  });

  test('allows no undeclared field in any schema', () => {
    for (const [name, schema] of Object.entries<Body>(document.components.schemas)) {
      if (schema.type === 'object') {
        expect([name, schema.additionalProperties]).toEqual([name, false]);
      }
    }
  });
});
