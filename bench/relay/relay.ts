import type { MachineFacts } from '../../testkit/report/machine.ts';
import { median } from '../../testkit/report/statistics.ts';
import { figure } from '../../testkit/report/table.ts';
import type { Section } from '../report.ts';
import type { Mode } from './load-publisher.ts';
import { type RelayLoad, type RelayRound, relayRound } from './relay-round.ts';
import { haproxy, nginxRtmp, noRelay, type RelaySubject } from './relay-subject.ts';

const modes: readonly Mode[] = ['paced', 'trickled'];

export interface RelayBenchOptions {
  readonly load: RelayLoad;
  readonly rounds: number;
}

/** Relays side by side: each round measures them one after another, so that other load on the machine affects all alike. */
export async function relayBench(
  machine: MachineFacts,
  { load, rounds }: RelayBenchOptions,
  ours: RelaySubject,
  say: (line: string) => void,
): Promise<Section> {
  const { versions } = machine;
  const reference = versions.haproxy === undefined ? undefined : haproxy(versions.haproxy);
  const nginx = versions.nginx === undefined ? undefined : nginxRtmp(versions.nginx);
  const subjects = [reference, nginx, ours].filter((subject) => subject !== undefined);
  const results: RelayResult[] = [];
  for (const mode of modes) {
    const of = (subject: RelaySubject): RelayResult => ({ mode, name: subject.name, rounds: [] });
    const measured = new Map([noRelay, ...subjects].map((subject) => [subject, of(subject)]));
    results.push(...measured.values());
    for (let round = 0; round < rounds; round++) {
      for (const [subject, result] of measured) {
        // The baseline without a relay doesn't need to be measured as often.
        if (subject === noRelay && round > 0) continue;
        say(`relay, ${mode}, round ${round + 1} of ${rounds}: ${subject.name}`);
        result.rounds.push(await relayRound(subject, mode, load));
      }
    }
  }
  return relaySection(results, {
    load,
    reference: reference?.name,
    ours: ours.name,
    skipped: [
      ...(reference ? [] : ['HAProxy is not installed (Debian: haproxy): skipped, and with it the ratios.']),
      ...(nginx ? [] : ['nginx is not installed (Debian: nginx, libnginx-mod-rtmp): skipped.']),
    ],
  });
}

interface RelayResult {
  readonly mode: Mode;
  readonly name: string;
  readonly rounds: RelayRound[];
}

/** The median of a figure over the rounds. */
function middle(result: RelayResult | undefined, pick: (round: RelayRound) => number): number {
  return median(result?.rounds.map(pick) ?? []);
}

function relaySection(
  results: readonly RelayResult[],
  facts: { load: RelayLoad; reference: string | undefined; ours: string; skipped: string[] },
): Section {
  const { load, reference, ours } = facts;
  const find = (mode: Mode, name: string | undefined) =>
    results.find((result) => result.mode === mode && result.name === name);
  const cpu = (round: RelayRound) => round.cpuMsPerStreamSecond;
  /** Round by round, since both ran in the same round. */
  const ratio = (result: RelayResult): number => {
    const against = find(result.mode, reference);
    return median(
      result.rounds.map(
        (round, index) => cpu(round) / (against?.rounds[index]?.cpuMsPerStreamSecond ?? Number.NaN),
      ),
    );
  };
  const added = (result: RelayResult, percent: 'p50' | 'p95'): number =>
    middle(result, ({ latencyMs }) => latencyMs[percent]) -
    middle(find(result.mode, noRelay.name), ({ latencyMs }) => latencyMs[percent]);
  const summaries = results
    .filter(({ name }) => name !== noRelay.name)
    .map((result) => ({
      mode: result.mode,
      name: result.name,
      cpuMsPerStreamSecond: middle(result, cpu),
      ratio: ratio(result),
      cpuSecondsPerGb: middle(result, (round) => round.cpuSecondsPerGb),
      addedP50Ms: added(result, 'p50'),
      addedP95Ms: added(result, 'p95'),
      rssKbPerPublisher: middle(result, (round) => round.rssKbPerPublisher),
      pssKbPerPublisher: middle(result, (round) => round.pssKbPerPublisher),
      replayKbPerPublisher: middle(result, (round) => round.replayKbPerPublisher),
      arrivedMbps: middle(result, (round) => round.arrivedBps) / 1e6,
      lostMessages: Math.max(...result.rounds.map((round) => round.lostMessages)),
      lateMessages: middle(result, (round) => round.lateMessages),
    }));
  const mine = (mode: Mode) => summaries.find((summary) => summary.mode === mode && summary.name === ours);
  const ownMemory = median(
    summaries
      .filter(({ name }) => name === ours)
      .map(({ rssKbPerPublisher, replayKbPerPublisher }) => rssKbPerPublisher - replayKbPerPublisher),
  );
  return {
    name: 'relay',
    title: `Relay: ${load.publishers} publishers of ${figure(load.bitrateBps / 1e6)} Mb/s`,
    tables: [
      {
        title: 'CPU (user and system time of the relay) and latency added compared with no relay',
        head: [
          'load',
          'relay',
          'CPU ms/stream-s',
          '÷ HAProxy',
          'CPU s/GB',
          'added p50 ms',
          'p95 ms',
          'arrived Mb/s',
          'lost',
        ],
        rows: summaries.map((s) => [
          s.mode,
          s.name,
          ...[
            s.cpuMsPerStreamSecond,
            s.ratio,
            s.cpuSecondsPerGb,
            s.addedP50Ms,
            s.addedP95Ms,
            s.arrivedMbps,
            s.lostMessages,
          ].map(figure),
        ]),
      },
      {
        title: 'Memory per publisher, in kB: how much the relay grew under load',
        head: ['load', 'relay', 'RSS', 'PSS', 'of which replay', 'RSS without replay'],
        rows: summaries.map((s) => [
          s.mode,
          s.name,
          ...[
            s.rssKbPerPublisher,
            s.pssKbPerPublisher,
            s.replayKbPerPublisher,
            s.rssKbPerPublisher - s.replayKbPerPublisher,
          ].map(figure),
        ]),
      },
    ],
    targets: [
      { what: 'CPU ÷ HAProxy, paced', measured: mine('paced')?.ratio ?? Number.NaN, unit: '×', target: 1 },
      {
        what: 'CPU ÷ HAProxy, trickled',
        measured: mine('trickled')?.ratio ?? Number.NaN,
        unit: '×',
        target: 0.5,
      },
      { what: 'memory per publisher, without replay', measured: ownMemory, unit: 'kB', target: 256 },
      {
        what: 'messages lost',
        measured: Math.max(
          mine('paced')?.lostMessages ?? Number.NaN,
          mine('trickled')?.lostMessages ?? Number.NaN,
        ),
        unit: '',
        compare: 'exactly',
        target: 0,
      },
    ],
    notes: [
      ...facts.skipped,
      'paced: each frame in one write when it is due; trickled: packets of 1400 B, evenly spread.',
      'Replay: the media since the last key frame that the worker confirmed, which only our proxy keeps; calculated at the sink.',
      ...summaries
        .filter(({ lateMessages }) => lateMessages > 0)
        .map(
          ({ name, mode, lateMessages }) =>
            `${name} (${mode}) dropped the first ${figure(lateMessages)} messages, before its own connection was up.`,
        ),
    ],
    figures: { load, results, summaries },
  };
}
