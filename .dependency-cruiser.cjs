// Who may import what: the table in docs/architecture.md, as rules. A stage is a folder lib/<stage>.
const stages = 'pop|ingest|encoder|origin|edge|player|control';
const pure = '^lib/(protocol|packaging|routing|config|telemetry)/';
const anyPolicy = `^lib/(${stages})/policy/`;
const ports = `^lib/(${stages})/ports\\.ts$`;
const node = '^(node:)?(buffer|crypto)$';

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    { name: 'not-to-unresolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
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
      comment: 'A pure decision imports pure folders and other policies only.',
      severity: 'error',
      from: { path: anyPolicy },
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
      to: { path: `^lib/(${stages})/`, pathNot: [anyPolicy, ports, '^lib/$1/'] },
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
      to: { path: '^(bin|lambda|test|bench)/' },
    },
    {
      name: 'no-runtime-imports-cdk',
      severity: 'error',
      from: { path: '^(lib|bin)/', pathNot: ['/infra/', '^lib/platform\\.ts$', '^bin/platform\\.ts$'] },
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
