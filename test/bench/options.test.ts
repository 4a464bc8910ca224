import { describe, expect, test } from '@jest/globals';
import { parseBenchOptions, parts } from '../../bench/options.ts';
import { UsageError } from '../../lib/config/command-line.ts';

const latency = {
  players: ['hls.js', 'dash.js', 'page'],
  modes: ['low', 'standard'],
  source: '1280x720',
  seconds: 60,
};

describe('the flags of the bench', () => {
  test('without any, all parts run in full', () => {
    expect(parseBenchOptions([])).toEqual({ parts: [...parts], quick: false, help: false, latency });
  });

  test('parts run in their own order, whatever the order of the flag', () => {
    const options = parseBenchOptions(['--only', 'worker,relay', '--quick', '--json', 'out.json']);
    expect(options).toEqual({
      parts: ['relay', 'worker'],
      quick: true,
      help: false,
      jsonFile: 'out.json',
      latency: { ...latency, seconds: 20 },
    });
  });

  test('the latency part takes players, modes, a source and a duration', () => {
    const flags = ['--players', 'page,hls.js', '--latency', 'low', '--source', '640x360', '--seconds', '600'];
    expect(parseBenchOptions(flags).latency).toEqual({
      players: ['hls.js', 'page'],
      modes: ['low'],
      source: '640x360',
      seconds: 600,
    });
  });

  test.each([
    [['--only', 'relay,nothing']],
    [['--fast']],
    [['--json']],
    [['relay']],
    [['--players', 'vlc']],
    [['--latency', 'none']],
    [['--source', '720p']],
    [['--seconds', '3']],
  ])('%j is refused', (args) => {
    expect(() => parseBenchOptions(args)).toThrow(UsageError);
  });
});
