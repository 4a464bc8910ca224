import { describe, expect, test } from '@jest/globals';
import { findFfmpeg } from '../../../../lib/adapters/node/ffmpeg/ffmpeg-binary.ts';
import { ffmpegStarter } from '../../../../lib/adapters/node/ffmpeg/ffmpeg-process.ts';
import { ReadBatch } from '../../../../lib/adapters/node/net/read-batch.ts';
import type { EncoderExit, EncoderProcess } from '../../../../lib/encoder/ports.ts';

interface Ran {
  readonly outputs: readonly string[];
  readonly ended: readonly number[];
  readonly exit: EncoderExit;
}

/** Runs a shell in ffmpeg's place; `drive` has its stdin. */
function run(
  script: string,
  drive: (process: EncoderProcess) => void,
  path = 'bash',
  memoryBytes?: number,
): Promise<Ran> {
  return new Promise((resolve) => {
    const outputs = ['', ''];
    const ended: number[] = [];
    const process = ffmpegStarter(path, new ReadBatch(5), memoryBytes)(['-c', script], 2, {
      output: (index, bytes) => {
        outputs[index] += bytes.toString();
      },
      outputEnded: (index) => ended.push(index),
      exited: (exit) => resolve({ outputs, ended, exit }),
    });
    drive(process);
  });
}

describe('An encoder process', () => {
  test('is written to and read from, each pipe by itself and to its end, before it counts as exited', async () => {
    const { outputs, ended, exit } = await run(
      'all=$(cat); printf %s "$all" >&3; printf %s "$all" >&4',
      (process) => {
        for (let line = 0; line < 1000; line++)
          process.write([Buffer.from(`${line} `), Buffer.from('x'.repeat(100))]);
        process.endInput();
      },
    );
    expect(outputs[0]).toHaveLength(103_890);
    expect(outputs[1] === outputs[0]).toBe(true);
    expect(ended.toSorted()).toEqual([0, 1]);
    expect(exit).toMatchObject({ code: 0, signal: null });
  });

  test('tells what it said last when it fails', async () => {
    const { exit } = await run('echo "Unrecognized option" >&2; exit 3', () => {});
    expect(exit).toMatchObject({ code: 3, said: 'Unrecognized option\n' });
  });

  test('can be ended at once, and writes to it afterwards are dropped', async () => {
    const { exit } = await run('sleep 60', (process) => {
      process.kill();
      process.write([Buffer.from('late')]);
    });
    expect(exit.signal).toBe('SIGKILL');
  });

  test('is stopped by its memory limit, not by the memory of the machine', async () => {
    const use = (MiB: number) => `head -c ${MiB}M /dev/zero | tail -c ${MiB}M | wc -c >&3`;
    const [little, much] = [
      await run(use(16), () => {}, 'bash', 2 ** 28),
      await run(use(512), () => {}, 'bash', 2 ** 28),
    ];
    expect(little).toMatchObject({ outputs: [`${2 ** 24}\n`, ''], exit: { code: 0 } });
    expect(much.exit.said).toMatch(/memory/);
  });

  test('that cannot be started is an exit too', async () => {
    const { exit } = await run('', () => {}, '/nonexistent/ffmpeg');
    expect(exit).toMatchObject({ code: null, said: expect.stringContaining('ENOENT') });
  });
});

describe('The search for ffmpeg', () => {
  test('finds one that will do', async () => {
    expect(await findFfmpeg()).toMatchObject({ encoders: { x264: true, aac: true } });
  });

  test('says what to do where the configured one is not there', async () => {
    await expect(findFfmpeg('/nonexistent/ffmpeg')).rejects.toMatchObject({
      code: 'FFMPEG_MISSING',
      mend: expect.stringContaining('apt-get install ffmpeg'),
    });
  });
});
