import type { MachineFacts } from '../../testkit/report/machine.ts';
import { median } from '../../testkit/report/statistics.ts';
import { figure } from '../../testkit/report/table.ts';
import type { Section, Target } from '../report.ts';
import { type HerdLoad, type HerdRound, herdRound } from './edge-round.ts';
import {
  type EdgeSubject,
  headwaterEdge,
  nginxCache,
  partsEdge,
  signedEdge,
  uncheckedEdge,
  varnish,
} from './edge-subject.ts';

export interface EdgeBenchOptions {
  readonly loads: readonly HerdLoad[];
  readonly rounds: number;
}

interface HerdResult {
  readonly load: HerdLoad;
  readonly name: string;
  readonly rounds: readonly HerdRound[];
}

/** What the bench requests from a cache: many small objects, and few large ones, with the origin 50 ms away. */
export const herdLoads = (quick: boolean): HerdLoad[] => [
  { objectBytes: 1_000, viewers: 2_000, herds: quick ? 5 : 10, originDelayMs: 50 },
  { objectBytes: 400_000, viewers: 2_000, herds: 1, originDelayMs: 50 },
];

/** Caches side by side under herds: each round measures them one after another. */
export async function edgeBench(
  machine: MachineFacts,
  { loads, rounds }: EdgeBenchOptions,
  say: (line: string) => void,
): Promise<Section> {
  const { versions } = machine;
  const subjects: EdgeSubject[] = [headwaterEdge, partsEdge, uncheckedEdge, signedEdge()];
  if (versions.nginx !== undefined) subjects.push(nginxCache(versions.nginx));
  if (versions.varnish !== undefined) subjects.push(varnish(versions.varnish));
  const skipped = [
    ...(versions.nginx === undefined ? ['nginx is not installed (Debian: nginx): skipped.'] : []),
    ...(versions.varnish === undefined ? ['Varnish is not installed (Debian: varnish): skipped.'] : []),
  ];
  const results: HerdResult[] = [];
  for (const load of loads) {
    const measured = new Map<EdgeSubject, HerdRound[]>(subjects.map((subject) => [subject, []]));
    for (let round = 0; round < rounds; round++) {
      for (const [subject, found] of measured) {
        say(`edge, ${size(load)}, round ${round + 1} of ${rounds}: ${subject.name}`);
        found.push(await herdRound(subject, load));
      }
    }
    for (const [{ name }, found] of measured) results.push({ load, name, rounds: found });
  }
  return edgeSection(results, loads, skipped);
}

function edgeSection(results: readonly HerdResult[], loads: readonly HerdLoad[], skipped: string[]): Section {
  const middle = ({ rounds }: HerdResult, pick: (round: HerdRound) => number) => median(rounds.map(pick));
  const worst = ({ rounds }: HerdResult, pick: (round: HerdRound) => number) => Math.max(...rounds.map(pick));
  const tables = loads.map((load) => ({
    title: `${load.herds} herd(s) of ${load.viewers} viewers, each for a new object of ${size(load)}`,
    head: ['cache', 'requests per CPU-s', 'origin hits per object', 'max', 'herd served in ms', 'failed'],
    rows: results
      .filter((result) => result.load === load)
      .map((result) => [
        result.name,
        figure(middle(result, (round) => round.requestsPerCpuSecond)),
        figure(middle(result, (round) => round.meanOriginHits)),
        figure(worst(result, (round) => round.mostOriginHits)),
        figure(middle(result, (round) => round.herdMs)),
        figure(worst(result, (round) => round.failed)),
      ]),
  }));
  const ours = results.filter(({ name }) => name === headwaterEdge.name);
  return {
    name: 'edge',
    title: 'Edge under a herd',
    tables,
    targets: ours.flatMap((result): Target[] => {
      const parts = results.find(({ name, load }) => name === partsEdge.name && load === result.load);
      const perCpuSecond = (one: HerdResult) => middle(one, (round) => round.requestsPerCpuSecond);
      return [
        {
          what: `maximum origin hits for an object of ${size(result.load)}`,
          measured: worst(result, (round) => round.mostOriginHits),
          unit: '',
          compare: 'exactly',
          target: 1,
        },
        {
          what: `requests per CPU-s, parts to plain objects of ${size(result.load)}`,
          measured: parts ? perCpuSecond(parts) / perCpuSecond(result) : Number.NaN,
          unit: '',
          compare: 'at-least',
          target: 0.9,
        },
      ];
    }),
    notes: [
      `Medians of ${results[0]?.rounds.length ?? 0} round(s); max and failed are the worst of all rounds. The origin responds after ${loads[0]?.originDelayMs} ms.`,
      'One process or worker each, caches in memory (nginx: on disk, from the page cache), connections kept alive.',
      'The viewers are a separate process on the same cores: a herd’s time includes theirs as much as the cache’s.',
      ...skipped,
    ],
    figures: results,
  };
}

const size = ({ objectBytes }: HerdLoad): string => `${objectBytes / 1000} kB`;
