// Who may import what: the picture in docs/architecture.md, as rules.

/**
 * The folders of lib/, from the ground up. A folder imports from the rows below its own, never sideways or up.
 */
const layers = [
  ['routing', 'telemetry', 'net', 'retry', 'region'],
  ['config'],
  ['protocol', 'object-store', 'infra'],
  ['packaging', 'control-store'],
  ['player', 'observability', 'audience'],
  ['edge', 'pop'],
  ['origin', 'ingest', 'encoder'],
  ['cost'],
  ['push', 'control', 'canary', 'teardown'],
  ['adapters'],
];

/** The rooms of one stage, from the ground up, in the same way. */
const rooms = {
  encoder: ['policy', 'encoding', 'publication', 'live', 'lease', 'report', 'publisher', 'managed'],
  adapters: ['node', 'aws', 'local'],
};

const stages =
  'pop|ingest|push|encoder|origin|edge|audience|player|control|region|observability|canary|teardown';
const pure = '^lib/(protocol|packaging|routing|config|telemetry)/';
/** Interfaces, records and names that several stages agree on. They run nothing. */
const contracts = '^lib/(net|control-store|object-store)/';
const anyPolicy = '^lib/[a-z/-]+/policy/';
/** The cost model: pure like a policy, and knows those of all stages below it. */
const costModel = '^lib/cost/';
const anyInfra = '^lib/[a-z/-]*infra/';
const anyPorts = '/ports\\.ts$';
/** How a cloud function's environment is encoded and decoded: its construct and its handler share that. */
const functionConfigs = '^lib/[a-z/-]+-config\\.ts$';
const node = '^(node:)?(buffer|crypto)$';
const roots = '^(bin|lambda|encoder-image|proxy-image|preflight)/';
const kit = '^(testkit|test|bench|drill|field|fuzz|simulate)/';
const programs = '^(bin|lambda|lib)/';

const noArrowUp = layers.flatMap((row, index) =>
  row.map((folder) => {
    const above = layers.slice(index).flat();
    return {
      name: 'no-arrow-up',
      comment: `lib/${folder} imports what is below its row: ${layers.slice(0, index).flat().join(', ')}.`,
      severity: 'error',
      from: { path: `^lib/${folder}/` },
      to: { path: `^lib/(${above.filter((other) => other !== folder).join('|')})/` },
    };
  }),
);

const noArrowUpBetweenRooms = Object.entries(rooms).flatMap(([stage, order]) =>
  order.map((room, index) => ({
    name: 'no-arrow-up-between-rooms',
    comment: `Rooms of lib/${stage}, from the ground up: ${order.join(', ')}; what lies beside them stands on top, but for its ports.`,
    severity: 'error',
    from: { path: `^lib/${stage}/${room}/` },
    to: {
      path: [
        `^lib/${stage}/(${[...order.slice(index + 1), '-'].join('|')})/`,
        `^lib/${stage}/(worker|broadcast|managed-broadcast|active-broadcast|[a-z]+-(stores|sources|buses|controls|identity))\\.ts$`,
      ],
    },
  })),
);

module.exports = {
  forbidden: [
    { name: 'no-circular', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'not-to-unresolvable',
      comment: 'aws-lambda has types only: no such package exists at run time.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true, pathNot: '^aws-lambda$' },
    },
    ...noArrowUp,
    ...noArrowUpBetweenRooms,
    {
      name: 'pure-stays-pure',
      comment:
        'Protocol, packaging, routing, config and telemetry import each other, node:buffer, node:crypto and zod. Node judges addresses and splits command lines, in one file each.',
      severity: 'error',
      from: { path: pure, pathNot: ['^lib/routing/target-address\\.ts$', '^lib/config/command-line\\.ts$'] },
      to: { pathNot: [pure, node, '^node_modules/zod/'] },
    },
    {
      name: 'contracts-run-nothing',
      comment:
        'What stages agree on (net, control-store, object-store) knows no stage, no adapter and no SDK.',
      severity: 'error',
      from: { path: contracts, pathNot: anyInfra },
      to: { pathNot: [contracts, pure, node] },
    },
    {
      name: 'policy-is-pure',
      comment: 'A pure decision imports pure folders, contracts and other policies only.',
      severity: 'error',
      from: { path: [anyPolicy, costModel] },
      to: {
        pathNot: [
          pure,
          contracts,
          anyPolicy,
          costModel,
          node,
          '^(node:)?util$',
          '^node_modules/zod/',
          '^node_modules/@hono/zod-openapi/',
        ],
      },
    },
    {
      name: 'stage-runtime-knows-ports-only',
      comment:
        'Stage code reaches sockets, disks and SDKs through ports; composition is in bin/ and lambda/.',
      severity: 'error',
      from: { path: `^lib/(${stages})/`, pathNot: [anyInfra, '^lib/player/page/'] },
      to: {
        path: ['^lib/adapters/', roots, '^node_modules/@aws-sdk/', '^node_modules/aws-cdk-lib/'],
      },
    },
    {
      name: 'no-neighbour-internals',
      comment: "A stage sees another stage's policies and ports, nothing else of it.",
      severity: 'error',
      from: { path: `^lib/(${stages})/`, pathNot: '^lib/player/page/' },
      to: {
        path: `^lib/(${stages})/`,
        pathNot: [anyPolicy, anyPorts, '^lib/$1/'],
        // A construct names its neighbours as the types of its props; it makes none of them.
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'data-plane-without-control-plane',
      comment:
        'Invariant 8: the data plane outlives the control plane. No stage imports it, not even its types.',
      severity: 'error',
      from: { path: `^lib/(?!control/)(${stages})/` },
      to: { path: '^lib/control/' },
    },
    {
      name: 'constructs-declare-only',
      comment:
        'A construct reads config, telemetry tables, contracts and policies; it runs none of our programs.',
      severity: 'error',
      from: { path: anyInfra },
      to: {
        path: ['^lib/adapters/', `^lib/(${stages})/`, '^node_modules/@aws-sdk/'],
        pathNot: [anyInfra, anyPolicy, functionConfigs],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'adapters-know-ports-and-policy',
      severity: 'error',
      from: { path: '^lib/adapters/' },
      to: { path: `^lib/(${stages})/`, pathNot: [anyPolicy, anyPorts] },
    },
    {
      name: 'nothing-imports-roots',
      severity: 'error',
      from: { path: '^(lib|testkit)/' },
      to: { path: roots },
    },
    {
      name: 'programs-without-the-testkit',
      severity: 'error',
      from: { path: programs },
      to: { path: kit },
    },
    {
      name: 'testkit-stands-alone',
      comment: 'Tests, benchmarks and drills stand on the testkit, and on nothing of each other.',
      severity: 'error',
      from: { path: '^testkit/' },
      to: { path: '^(test|bench|drill|field|fuzz|simulate)/' },
    },
    {
      name: 'bench-drill-field-fuzz-and-simulate-stand-apart',
      severity: 'error',
      from: { path: '^(bench|drill|field|fuzz|simulate)/' },
      to: { path: '^(test|bench|drill|field|fuzz|simulate)/', pathNot: '^$1/' },
    },
    {
      name: 'preflight-judges-purely',
      comment:
        'What the preflight finds is decided without the SDK: its policy reads facts and the cost model.',
      severity: 'error',
      from: { path: '^preflight/policy/' },
      to: {
        pathNot: ['^preflight/(policy/|facts\\.ts$|finding\\.ts$)', pure, contracts, anyPolicy, costModel],
      },
    },
    {
      name: 'preflight-stands-apart',
      comment:
        'It runs before anything is deployed, with nothing of the tests, the programs or the constructs.',
      severity: 'error',
      from: { path: '^preflight/' },
      to: { path: ['^(bin|lambda|testkit|test|bench|drill|field|fuzz|simulate)/', anyInfra] },
    },
    {
      name: 'no-runtime-imports-cdk',
      severity: 'error',
      from: {
        path: programs,
        pathNot: [anyInfra, '^lib/(platform\\.ts$|(pop|region|edge)-stack(\\.ts$|/))', '^bin/platform\\.ts$'],
      },
      to: { path: ['^node_modules/(aws-cdk-lib|constructs)/', anyInfra] },
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
