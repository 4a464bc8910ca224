import { cmcdTextOf, readReport, sessionIn } from '../../lib/audience/policy/cmcd.ts';
import { readLogLine } from '../../lib/audience/policy/log-line.ts';
import { ViewerSessions } from '../../lib/audience/policy/viewer-sessions.ts';
import { must } from '../contract.ts';
import type { FuzzTarget } from '../model.ts';

const content = { streamPath: 'local/0123456789abcdef', broadcastId: '1jm8p0v4c7h2kqv0' };
const silenceMs = 10_000;

export const audienceTargets: readonly FuzzTarget[] = [
  {
    name: 'cmcd',
    about: 'what a player says about itself, in the query, in headers and in a line of CloudFront’s log',
    parsers: [
      'lib/audience/policy/cmcd.ts',
      'lib/audience/policy/viewer-session.ts',
      'lib/audience/policy/log-line.ts',
      'lib/audience/policy/content.ts',
    ],
    words: [
      'CMCD=',
      'sid="a"',
      'sid%3D%22a%22',
      'bsda=(1 2;v)',
      'bsd%3D%281%29',
      'msd=640',
      'sta=r',
      'bs',
      ',',
      '%2C',
      '\t',
      '%',
    ],
    run(input) {
      const text = input.toString('latin1');
      const sessions = new ViewerSessions({ silenceMs });
      const texts = [
        cmcdTextOf(`/a?CMCD=${text}`),
        cmcdTextOf('/a', { 'cmcd-session': text }),
        cmcdTextOf(text),
      ];
      let atMs = 0;
      for (const cmcd of texts) {
        if (cmcd === undefined) continue;
        const session = sessionIn(cmcd) ?? readReport(cmcd)?.session;
        must(
          session === undefined || (session !== '' && session.length <= 64),
          'a session without a proper name',
        );
        for (let turn = 0; turn < 3; turn++) {
          atMs += 2_500;
          sessions.see({ content, session: session ?? 'unnamed', atMs, cmcd });
        }
      }
      const counted = sessions.take(atMs + 2 * silenceMs);
      for (const { watchMs, stalledMs, startups } of counted) {
        must(watchMs >= 0 && watchMs <= 3 * (atMs + silenceMs), 'more was watched than there was time');
        must(
          stalledMs >= 0 && stalledMs <= 3 * (atMs + 3 * silenceMs),
          'more was waited than there was time',
        );
        must(startups.every(Number.isInteger), 'a start that is no whole number');
      }
      must(sessions.size === 0, 'a session outlasts its silence');
      const line = readLogLine(text);
      must(
        line === undefined || (line.atMs > 0 && line.session.length <= 64),
        'a line without a time or a name',
      );
    },
  },
];
