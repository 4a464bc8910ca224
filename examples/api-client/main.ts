// One broadcast through the control API, by a client whose types come from the API's OpenAPI document.
//   node examples/api-client/main.ts [--api URL] [--token TOKEN] [--name NAME]
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { type BroadcastSteps, runBroadcast } from './broadcast.ts';
import { createApiClient } from './client.ts';

const { values } = parseArgs({
  options: {
    api: { type: 'string', default: 'http://127.0.0.1:8441' },
    token: { type: 'string' },
    name: { type: 'string', default: 'From the API' },
  },
});
const say = (...lines: string[]) => process.stdout.write(`${lines.join('\n')}\n`);

const steps: BroadcastSteps = {
  name: values.name,
  publish({ ingest }) {
    const { url, key } = ingest.rtmp ?? ingest.rtmps;
    say('Publish to this server with this stream key:', `  ${url}`, `  ${key}`);
  },
  async watch({ playback }) {
    say('On air:', `  page  ${playback.page}`, `  HLS   ${playback.hls}`, `  DASH  ${playback.dash}`);
    say('Press Enter to end the broadcast and delete the stream.');
    await once(process.stdin, 'data');
    process.stdin.pause();
  },
};

try {
  await runBroadcast(createApiClient(values.api, values.token), steps);
  say('Ended, and deleted.');
} catch (fault) {
  // What `fetch` throws says only in its cause why nobody answered.
  const { message, cause } = fault as Error;
  const why = cause instanceof Error ? ` (${cause.message})` : '';
  process.stderr.write(`${values.api}: ${message}${why}\n`);
  process.exitCode = 1;
}
