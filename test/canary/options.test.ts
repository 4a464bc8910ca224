import { expect, test } from '@jest/globals';
import { parseCanaryOptions } from '../../lib/canary/options.ts';

const api = ['--api', 'https://api.example.com/'];

test('an API is enough', () => {
  expect(parseCanaryOptions(api)).toEqual({
    api: 'https://api.example.com',
    seconds: 60,
    size: '1280x720',
    json: false,
    help: false,
  });
});

test.each([
  [[], '--api is missing'],
  [['--api', 'rtmp://x'], '--api must be'],
  [['--api', 'https://user:secret@example.com'], '--api must be'],
  [[...api, '--seconds', '9'], '--seconds must be'],
  [[...api, '--seconds', '1e2'], '--seconds must be'],
  [[...api, '--size', '1281x720'], '--size must be'],
  [[...api, '--region', 'Mars!'], '--region must be'],
  [[...api, '--token', 'x'], '--token'],
])('%j is refused in words', (args, words) => {
  expect(() => parseCanaryOptions(args)).toThrow(words);
});

test('all faults are said at once', () => {
  expect(() => parseCanaryOptions(['--seconds', 'x', '--size', 'y'])).toThrow(/--seconds.*--size.*--api/);
});
