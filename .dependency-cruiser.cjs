// Who may import what: the table in docs/architecture.md, as rules. A stage is a folder lib/<stage>.
// What a region's cell shares (network, cluster) and its observability stand beside the stages, with the same rules.
const stages = 'pop|ingest|push|encoder|origin|edge|player|control|region|observability';
const pure = '^lib/(protocol|packaging|routing|config|telemetry)/';
const anyPolicy = `^lib/(${stages})/policy/`;
const ports = `^lib/(${stages})/ports\\.ts$`;
const node = '^(node:)?(buffer|crypto)$';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'not-to-unresolvable',
      comment: 'Of aws-lambda there are types only: there is no such package at run time.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^aws-lambda$' },
    },
    {
      name: 'pure-stays-pure',
      comment:
        'Protocol, packaging, routing, config and telemetry import themselves, node:buffer, node:crypto and zod.',
      severity: 'error',
      from: { path: pure },
      to: { pathNot: [pure, node, '^node_modules/zod/'] },
    },
    {
      name: 'policy-is-pure',
      comment:
        'A pure decision imports pure folders and other policies only. Node judges addresses, in one place.',
      severity: 'error',
      from: { path: anyPolicy, pathNot: '^lib/push/policy/target-address\\.ts$' },
      to: { pathNot: [pure, anyPolicy, node, '^node_modules/zod/', '^node_modules/@hono/zod-openapi/'] },
    },
    {
      name: 'stage-runtime-knows-ports-only',
      comment: 'Stage code reaches sockets, disks and SDKs through ports; composition is in bin/.',
      severity: 'error',
      from: { path: `^lib/(${stages})/[^/]+\\.ts$` },
      to: {
        path: [
          '^lib/adapters/',
          '^bin/',
          '^lambda/',
          '^node_modules/@aws-sdk/',
          '^node_modules/aws-cdk-lib/',
        ],
      },
    },
    {
      name: 'no-neighbour-internals',
      comment: "A stage sees another stage's policy/ and ports.ts, nothing else of it.",
      severity: 'error',
      from: { path: `^lib/(${stages})/`, pathNot: '^lib/player/page/' },
      to: {
        path: `^lib/(${stages})/`,
        pathNot: [anyPolicy, ports, '^lib/$1/'],
        // A construct names its neighbours as the types of its props; it makes none of them.
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'constructs-declare-only',
      comment: 'A construct reads config, telemetry tables and policies; it runs none of our programs.',
      severity: 'error',
      from: { path: `^lib/(${stages})/infra/` },
      to: {
        path: ['^lib/adapters/', `^lib/(${stages})/[^/]+\\.ts$`, '^node_modules/@aws-sdk/'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'adapters-know-ports-and-policy',
      severity: 'error',
      from: { path: '^lib/adapters/' },
      to: { path: `^lib/(${stages})/`, pathNot: [anyPolicy, ports] },
    },
    {
      name: 'nothing-imports-roots',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(bin|lambda|encoder-image|proxy-image|test|bench|drill)/' },
    },
    {
      name: 'no-runtime-imports-cdk',
      severity: 'error',
      from: {
        path: '^(lib|bin|lambda)/',
        pathNot: ['/infra/', '^lib/(platform|(pop|region|edge)-stack)\\.ts$', '^bin/platform\\.ts$'],
      },
      to: { path: '^node_modules/(aws-cdk-lib|constructs)/' },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: 'node_modules/(?!zod|@hono|@aws-sdk|aws-cdk-lib|constructs)' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json'],
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default'],
    },
  },
};
