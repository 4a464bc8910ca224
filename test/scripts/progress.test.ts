import { describe, expect, test } from '@jest/globals';

// Plain JavaScript, whose types TypeScript isn't asked for.
const script: string = '../../scripts/progress.mjs';
const { aptProgress, createProgress, lockedFolders } = (await import(script)) as {
  aptProgress(line: string): number | undefined;
  createProgress(
    screen: { isTTY: boolean; columns?: number; write(text: string): void },
    nowMs: () => number,
  ): { say(step: string, far?: string): void; end(words?: string): void };
  lockedFolders(
    lock: { packages: Record<string, object> },
    target: { platform: string; arch: string; libc: string },
  ): string[];
};

test('of the locked packages those count that are for this machine', () => {
  const packages = {
    '': {},
    'node_modules/everywhere': {},
    'node_modules/linked': { link: true },
    'node_modules/here': { os: ['linux'], cpu: ['x64'], libc: ['glibc'] },
    'node_modules/other-libc': { os: ['linux'], cpu: ['x64'], libc: ['musl'] },
    'node_modules/other-cpu': { cpu: ['arm64'] },
    'node_modules/not-windows': { os: ['!win32'] },
    'node_modules/not-linux': { os: ['!linux'] },
  };
  expect(lockedFolders({ packages }, { platform: 'linux', arch: 'x64', libc: 'glibc' })).toEqual([
    'node_modules/everywhere',
    'node_modules/here',
    'node_modules/not-windows',
  ]);
});

test('how far apt-get is: downloads are its first half', () => {
  expect(aptProgress('dlstatus:3:50.0:Retrieving file 3 of 6')).toBe(25);
  expect(aptProgress('pmstatus:libx264-164:80.1234:Installing libx264-164 (amd64)')).toBe(90);
  expect(aptProgress('Setting up libx264-164 ...')).toBeUndefined();
});

describe('progress of an install', () => {
  function shown(isTTY: boolean) {
    const written: string[] = [];
    let nowMs = 0;
    const progress = createProgress(
      { isTTY, columns: 30, write: (text) => void written.push(text) },
      () => nowMs,
    );
    progress.say('installing npm packages');
    for (const count of [10, 20, 30]) {
      nowMs += 6_000;
      progress.say('installing npm packages', `${count} of 30`);
    }
    progress.end('30 npm packages are installed');
    return written;
  }

  test('is one line on a terminal, never longer than it', () => {
    const clear = '\r\u001B[2K';
    const written = shown(true);
    expect(written.at(-1)).toBe('headwater: 30 npm packages are installed\n');
    expect(written.at(-2)).toBe(clear);
    expect(written.slice(0, -1).every((text) => text.startsWith(clear) && !text.includes('\n'))).toBe(true);
    expect(Math.max(...written.slice(0, -1).map((text) => text.length - clear.length))).toBe(29);
  });

  test('is a line from time to time elsewhere', () => {
    expect(shown(false)).toEqual([
      'headwater: installing npm packages …\n',
      'headwater: installing npm packages: 20 of 30\n',
      'headwater: 30 npm packages are installed\n',
    ]);
  });
});
