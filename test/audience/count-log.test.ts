import { expect, test } from '@jest/globals';
import { LogCount } from '../../lib/audience/count-log.ts';
import { logFields } from '../../lib/audience/policy/log-line.ts';
import type { AudienceStore } from '../../lib/audience/ports.ts';
import type { StreamAudience } from '../../lib/control-store/audience.ts';
import { mulberry32 } from '../../testkit/mulberry32.ts';
import {
  requestsOf,
  type SyntheticRequest,
  syntheticViewers,
  watchingAt,
} from './policy/synthetic-viewers.ts';

const streamId = '7h2kqv0m4x9rt3bz';
const beganMs = 1_790_000_000_000;

const lineOf = ({ atMs, name, cmcd }: SyntheticRequest): string => {
  const values = {
    timestamp: ((beganMs + atMs) / 1_000).toFixed(3),
    'sc-status': '200',
    'cs-uri-stem': `/eu-central-1/${streamId}/${name.endsWith('.mpd') ? '' : '1jm8p0v4c7h2kqv0/'}${name}`,
    'cs-uri-query': `CMCD=${encodeURIComponent(cmcd)}`,
    'cmcd-buffer-starvation': '-',
    'cmcd-session-id': '-',
  };
  return logFields.map((field) => values[field]).join('\t');
};

/** A store with one stream, which keeps what was written last. */
function oneStream(written: StreamAudience[]): AudienceStore {
  const documents: object[] = [];
  return {
    getStream: async () => ({}),
    latestBroadcast: async () => undefined,
    getDocument: async () => documents.at(-1),
    putDocument: async (document: { body: StreamAudience }) => {
      documents.push(document);
      written.push(document.body);
      return document;
    },
  } as unknown as AudienceStore;
}

test('a tenth of the lines of 1,000 viewers, not quite in order, count them within 5 %', async () => {
  const forMs = 180_000;
  const viewers = syntheticViewers(21, { average: 1_000, stayMs: 150_000, forMs });
  const random = mulberry32(22);
  const sampled = requestsOf(viewers, 23, forMs).filter(() => random() < 0.1);
  const late = sampled
    .map((request) => ({ line: lineOf(request), arrivesMs: request.atMs + random() * 3_000 }))
    .sort((a, b) => a.arrivesMs - b.arrivesMs);
  const written: StreamAudience[] = [];
  const store = oneStream(written);
  const count = new LogCount({
    storeOf: (region) => (region === 'eu-central-1' ? store : undefined),
    emit: () => {},
  });
  for (let from = 0; from < late.length; from += 500) {
    await count.count(late.slice(from, from + 500).map(({ line }) => line));
  }
  const settled = written.filter(({ atMs }) => atMs - beganMs >= 60_000);
  expect(settled.length).toBeGreaterThanOrEqual(10);
  let off = 0;
  for (const { atMs, viewers: counted } of settled) {
    const truth = watchingAt(viewers, atMs - beganMs - 30_000);
    off = Math.max(off, Math.abs(counted - truth) / truth);
  }
  expect(off).toBeLessThan(0.05);
  // No more than one write every ten seconds.
  for (const [index, { atMs }] of written.entries()) {
    if (index > 0) expect(atMs - written[index - 1]!.atMs).toBeGreaterThanOrEqual(10_000);
  }
});

test('lines that are no viewer’s write nothing', async () => {
  const written: StreamAudience[] = [];
  const count = new LogCount({ storeOf: () => oneStream(written), emit: () => {} });
  await count.count(['', 'nonsense', '#Version: 1.0', `${beganMs / 1_000}\t200\t/time\t-\t-\t-`]);
  expect(written).toEqual([]);
});
