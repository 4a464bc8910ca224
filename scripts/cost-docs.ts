// Writes the cost tables of docs/deploy.md from the cost model, between their marks.
//   node scripts/cost-docs.ts
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { consoleLooksMs } from '../lib/config/console-looks.ts';
import { type Deployment, readDeployment } from '../lib/config/deployment.ts';
import { defaultLadder } from '../lib/config/ladder.ts';
import { usualRendition } from '../lib/cost/forecast.ts';
import { edgeHour, gpuHour, regionHour, sumOf } from '../lib/cost/idle-cost.ts';
import { limitsOf } from '../lib/cost/limits.ts';
import { gbPerHour, monthHours, type PriceList, pricedRegions, pricesOf } from '../lib/cost/prices.ts';
import { costEstimate } from '../lib/cost/stream-cost.ts';
import { viewerCost } from '../lib/cost/viewer-cost.ts';
import { workloadOf } from '../lib/cost/workload.ts';

const root = join(import.meta.dirname, '..');
const page = 'docs/deploy.md';
const [us, eu] = pricedRegions.map(pricesOf) as [PriceList, PriceList];
const cents = (usd: number) => usd.toFixed(2);
const mills = (usd: number) => usd.toFixed(3);
const count = (value: number) => value.toLocaleString('en-US', { maximumFractionDigits: 0 });

const deployment = (): Deployment =>
  readDeployment(readFileSync(join(root, 'deployment.json'), 'utf8'), 'deployment.json');

type Row = readonly string[];

function table(header: Row, rows: readonly Row[]): string {
  const line = (cells: Row) => `| ${cells.join(' | ')} |`;
  return [line(header), `|${'---|'.repeat(header.length)}`, ...rows.map(line)].join('\n');
}

function idleTable(): string {
  const hours = [us, eu].map((prices) =>
    regionHour(deployment(), { name: prices.region, zones: 3 }, 0, prices),
  );
  const [usHour = [], euHour = []] = hours;
  const totals = hours.map(sumOf);
  const edge = edgeHour(deployment());
  const withEdge = totals.map((usd) => usd + sumOf(edge));
  const bold = (usd: number) => `**${cents(usd)}**`;
  return table(
    ['item', 'quantity', us.region, eu.region],
    [
      ...usHour.map(({ what, quantity, usd }, at) => [
        what,
        quantity,
        mills(usd),
        mills(euHour[at]?.usd ?? 0),
      ]),
      ['**one region**', '', ...totals.map(bold)],
      ...edge.map(({ what, quantity, usd }) => [what, quantity, mills(usd), mills(usd)]),
      [
        '**total**',
        '',
        ...withEdge.map(
          (usd) => `${bold(usd)} ($${count(Math.round((usd * monthHours) / 10) * 10)} a month)`,
        ),
      ],
    ],
  );
}

function streamTable(): string {
  const estimates = [us, eu].map(({ region }) => costEstimate('fleet', defaultLadder, { region }));
  const [first, second] = estimates;
  const { instanceType, streams } = { instanceType: 'g6.xlarge', streams: 8 };
  const onGpu = estimates.map(({ perHourUsd, parts }, at) => {
    const gpu = gpuHour(instanceType, at === 0 ? us : eu) / streams;
    return perHourUsd - (parts[0]?.perHourUsd ?? 0) + gpu;
  });
  return table(
    ['item', us.region, eu.region],
    [
      ...(first?.parts ?? []).map(({ what, perHourUsd }, at) => [
        what,
        mills(perHourUsd),
        mills(second?.parts[at]?.perHourUsd ?? 0),
      ]),
      ['**Total**', ...estimates.map(({ perHourUsd }) => `**${cents(perHourUsd)}**`)],
      [`The same on a GPU: an eighth of a ${instanceType}`, ...onGpu.map((usd) => `**${cents(usd)}**`)],
    ],
  );
}

function encodersTable(): string {
  const tiers = [
    costEstimate('fleet', defaultLadder),
    costEstimate('medialive', defaultLadder, { channelClass: 'SINGLE_PIPELINE' }),
    costEstimate('medialive', defaultLadder),
  ];
  const row = (what: string, part: RegExp) => [
    what,
    ...tiers.map(({ parts }) => {
      const some = parts.filter(({ what: name }) => part.test(name));
      return some.length === 0 ? '' : mills(some.reduce((total, { perHourUsd }) => total + perHourUsd, 0));
    }),
  ];
  const total = (what: string, hours: number, mark = '') => [
    `${mark}${what}${mark}`,
    ...tiers.map(({ perHourUsd }) => `${mark}${cents(hours * perHourUsd)}${mark}`),
  ];
  return table(
    ['Item', 'Headwater encoders, CPU', 'MediaLive, one pipeline', 'MediaLive, two pipelines'],
    [
      row('Encoding', /^(Encoding|MediaLive)/),
      row('S3 writes', /^S3 writes/),
      row('Recording, 30 days', /^Recording/),
      row('RTMP to the channel', /^RTMP/),
      row('Live origin', /^Live origin/),
      row('Ingest, S3 reads, DynamoDB', /^S3 reads|Cross-zone|Accelerator|balancer|DynamoDB/),
      total('Total', 1, '**'),
      total('Two-hour event', 2),
    ],
  );
}

function viewerTable(): string {
  const { viewerRequests } = workloadOf(defaultLadder);
  const { audienceSamplePercent: samplePercent } = deployment();
  return table(
    ['rendition', 'GB', 'egress', 'requests, web ACL, takedown check, count', us.region, eu.region],
    defaultLadder.rungs.map(({ id, videoBps }) => {
      const bps = videoBps + defaultLadder.audioBps;
      const hour = (prices: PriceList) =>
        viewerCost(prices.viewers, { viewerHours: 1, bps, requests: viewerRequests, samplePercent });
      const [egress, ...requests] = hour(us);
      return [
        id,
        cents(gbPerHour(bps)),
        mills(egress?.usd ?? 0),
        mills(sumOf(requests)),
        ...[us, eu].map((prices) => `**${cents(sumOf(hour(prices)))}**`),
      ];
    }),
  );
}

function egressTable(): string {
  let from = 0;
  const rows = us.viewers.egress.map(({ upToGb, perGb }, at) => {
    const size = upToGb - from;
    from = upToGb;
    const text = size >= 1_024 * 1_024 ? `${size / 1_024 / 1_024} PB` : `${size / 1_024} TB`;
    return [
      at === 0 ? `first ${text}` : Number.isFinite(size) ? `next ${text}` : 'over 5 PB',
      perGb.toFixed(3),
    ];
  });
  return table(['a month’s traffic', 'per GB'], rows);
}

function limitTable(): string {
  const ladder = defaultLadder;
  const { videoBps } = usualRendition(ladder);
  const file = deployment();
  const [region] = file.regions;
  if (!region) throw new Error('A deployment has at least one region.');
  const limits = limitsOf({
    deployment: file,
    region,
    workload: workloadOf(ladder),
    viewerBps: videoBps + ladder.audioBps,
  });
  return table(
    ['limit', 'reached at'],
    limits.map(({ what, unit, at, capacity, used }) => [
      what,
      used(0) > capacity ? 'while idle' : `${count(at)} ${unit}`,
    ]),
  );
}

const asked: Readonly<Record<keyof typeof consoleLooksMs, string>> = {
  stream: 'the stream',
  journal: 'new journal entries',
  health: 'stream health, on air',
  audience: 'the audience',
  recordings: 'the recordings',
};

function consoleTable(): string {
  const looks = Object.entries(asked).map(([name, what]) => {
    const everyMs = consoleLooksMs[name as keyof typeof consoleLooksMs];
    return { what, everyMs, perHour: 3_600_000 / everyMs };
  });
  const perHour = workloadOf(defaultLadder).consoleCalls * 3_600;
  return table(
    ['asked of the API', 'every', 'requests an hour'],
    [
      ...looks.map(({ what, everyMs, perHour }) => [what, `${everyMs / 1_000} s`, count(perHour)]),
      ['**together, at most**', '', `**${count(perHour)}**`],
    ],
  );
}

const tables: Readonly<Record<string, () => string>> = {
  idle: idleTable,
  stream: streamTable,
  encoders: encodersTable,
  viewer: viewerTable,
  egress: egressTable,
  limits: limitTable,
  console: consoleTable,
};

/** The page with its tables as they are now. Throws if one has no place in it. */
export function withTables(text: string): string {
  return Object.entries(tables).reduce((before, [name, write]) => {
    const marked = new RegExp(`(<!-- table: ${name}[^\\n]*-->\\n)[\\s\\S]*?(\\n<!-- end -->)`);
    if (!marked.test(before)) throw new Error(`${page} has no place for the table '${name}'.`);
    return before.replace(marked, (_, begin: string, end: string) => `${begin}\n${write()}\n${end}`);
  }, text);
}

if (import.meta.main) {
  const path = join(root, page);
  writeFileSync(path, withTables(readFileSync(path, 'utf8')));
}
