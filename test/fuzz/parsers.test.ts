import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { fuzzTargets } from '../../fuzz/targets.ts';
import { readImportGraph } from '../../lib/adapters/local/watch/import-graph.ts';

const root = join(import.meta.dirname, '../..');

/** What gives a module away as one that takes bytes or text apart. */
const signs =
  /JSON\.parse\(|\.read(?:U?Int|BigU?Int|Double)\w*\(|new URL\(|URL\.(?:parse|canParse)\(|decodeURIComponent\(|new URLSearchParams\(|\.(?:safeParse|parse)\(|\.matchAll\(|\.match\(|\.exec\(|new BitReader\(|unmarshall\(|\.json\(\)|Date\.parse\(|export (?:async )?(?:function|const) (?:parse|decode|read|split|unwrap)[A-Z]|export class \w*(?:Reader|Decoder|Scanner|Handshake|Session)\b/;

/** Modules with such signs that read nothing an outsider can send, and why. */
const notFromOutside: Readonly<Record<string, string>> = {
  'lib/adapters/aws/dynamodb/dynamo-requests.ts': 'items that only our own adapters write',
  'lib/adapters/aws/ecs-task.ts': "the task's own metadata endpoint",
  'lib/adapters/aws/emulated-account.ts': "an operator's flag",
  'lib/adapters/aws/medialive/medialive-encoder.ts': 'tags that we set ourselves',
  'lib/adapters/aws/task-protection.ts': "the task's own agent",
  'lib/adapters/local/http-object-store.ts': "our origin program's listing",
  'lib/adapters/local/platform/demo.ts': "our own API's answer",
  'lib/adapters/local/platform/options.ts': "an operator's flags",
  'lib/adapters/local/platform/supervisor.ts': 'log lines of our own processes',
  'lib/adapters/local/sqlite/sqlite-budget-store.ts': 'what we stored',
  'lib/adapters/local/sqlite/sqlite-database.ts': "the path of the operator's file",
  'lib/adapters/local/watch/import-graph.ts': 'our own sources',
  'lib/adapters/local/webhook-signature.ts': "an operator's secret file",
  'lib/adapters/node/certificate.ts': "an operator's certificate",
  'lib/adapters/node/deployment-file.ts': "an operator's file",
  'lib/adapters/node/http/edge-audience-source.ts': "our own edge's answer",
  'lib/adapters/node/http/upstream.ts': "an operator's URL; Node parses the answer",
  'lib/adapters/node/net/proxy-header-reader.ts': 'waits for bytes that proxy-header.ts reads',
  'lib/adapters/node/origin-date.ts': "our origin's Date header",
  'lib/adapters/object-stores.ts': "an operator's secret file",
  'lib/adapters/secret-sources.ts': "an operator's secret file",
  'lib/config/capacity-schedule.ts': "an operator's file",
  'lib/config/command-line.ts': "an operator's flags",
  'lib/config/deployment.ts': "an operator's file",
  'lib/config/deployment/api-settings.ts': "an operator's file",
  'lib/config/deployment/compute.ts': "an operator's file",
  'lib/config/deployment/region.ts': "an operator's file",
  'lib/config/env.ts': "a program's environment",
  'lib/config/ladder.ts': "a program's environment",
  'lib/config/locations.ts': "a program's environment",
  'lib/config/programs/pop.ts': "a program's environment",
  'lib/cost/forecast-options.ts': "an operator's flags",
  'lib/control/managed-channels/managed-channels-config.ts': "a program's environment",
  'lib/control/managed-channels/drive-channels.ts': 'keys that MediaLive writes by our own pattern',
  'lib/control/webhooks/webhook-document.ts': 'an example of its own',
  'lib/edge/live-origins/policy/live-origin.ts': 'what we stored',
  'lib/edge/policy/functions/access-function.ts':
    'source of a function, by the patterns of denial.ts and playback.ts',
  'lib/edge/policy/functions/request-check.ts': 'source for functions, by the patterns of key-grammar.ts',
  'lib/net/shared-body.ts': 'hands out bytes as they are',
  'lib/encoder/encoding/policy/ffmpeg/ffmpeg-version.ts': "what the machine's own ffmpeg prints",
  'lib/encoder/publication/policy/hls/whole-lines.ts': 'playlists that packaging has just written',
  'lib/encoder/publication/recover-publication.ts': 'keys that we wrote',
  'lib/encoder/publisher/policy/slate.ts': 'pictures that our own ffmpeg encoded',
  'lib/ingest/rtmp-session.ts': 'owns the socket; server-session.ts reads',
  'lib/origin/request-body.ts': 'hands out bytes as they are',
  'lib/packaging/codec/aac-silence.ts': 'a table of its own',
  'lib/player/policy/headers.ts': "an operator's URLs",
  'lib/player/policy/routes-function.ts': 'source of a function, by the pattern of page-address.ts',
  'lib/player/policy/runtime-config.ts': 'a document that a deploy wrote',
  'lib/player/policy/stream-card.ts': "our own API's answer",
  'lib/player/documents/api-cards.ts': "our own API's answer",
  'lib/player/documents/edge-answers.ts': 'a URL that our edge puts together; page-address.ts reads it',
  'lib/player/read-page.ts': 'files that we built',
  'lib/player/server.ts': 'a target that request-aim.ts has read',
  'lib/packaging/mp4/init-track.ts': 'what our own encoder packaged',
  'lib/control/recordings/policy/recording-playlist.ts': 'a playlist that we stored',
  'lib/adapters/local/platform/console.ts': "an operator's flags",
  'lib/adapters/node/ffmpeg/decode.ts': "what the canary's own ffmpeg prints",
  'lib/adapters/node/ffmpeg/numbered-broadcast.ts': "what the canary's own ffmpeg prints",
  'lib/adapters/node/http/api-requests.ts': "the canary's own platform",
  'lib/adapters/node/http/client-credentials.ts': 'the issuer that an operator chose',
  'lib/adapters/node/http/edge-requests.ts': "the canary's own platform",
  'lib/control/policy/console-sign-in.ts': "an operator's file",
};

/** Constructs, the page, and tools that an operator runs against a platform and an account of their own. */
const notServed = /\/infra\/|^lib\/player\/page\/|^lib\/canary\/|\/teardown\//;

const sources = ['lib', 'lambda'].flatMap((folder) =>
  readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((path) => `${folder}/${path}`)
    .filter((path) => path.endsWith('.ts') && !notServed.test(path)),
);
const signed = sources.filter((path) => signs.test(readFileSync(join(root, path), 'utf8')));
const fuzzed = new Set(fuzzTargets.flatMap(({ parsers }) => parsers));

describe('the table of fuzz targets', () => {
  test('has every module that parses, unless it is said why nobody outside reaches it', () => {
    const unaccounted = signed.filter((path) => !fuzzed.has(path) && !(path in notFromOutside));
    expect(unaccounted).toEqual([]);
  });

  test('names only modules that exist, each either fuzzed or excused', () => {
    expect([...fuzzed].filter((path) => !sources.includes(path))).toEqual([]);
    expect(Object.keys(notFromOutside).filter((path) => fuzzed.has(path) || !signed.includes(path))).toEqual(
      [],
    );
  });

  test('reaches every module that it names', async () => {
    const graph = await readImportGraph(root, ['fuzz/targets.ts']);
    expect([...fuzzed].filter((path) => !graph.has(path))).toEqual([]);
  });

  test('has each target once', () => {
    const names = fuzzTargets.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
  });
});
