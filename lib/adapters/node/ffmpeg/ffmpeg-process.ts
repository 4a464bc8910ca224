import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import { availableParallelism } from 'node:os';
import type { Readable } from 'node:stream';
import type { EncoderProcess, EncoderProcessHandler, StartEncoder } from '../../../encoder/ports.ts';
import { socketConnection } from '../net/connection.ts';
import type { ReadBatch } from '../net/read-batch.ts';

/** How much of stderr is kept, for the event that reports why ffmpeg exited. */
const keptStderrBytes = 4096;
/** A ladder with a 4K input takes 0.3 GiB, of which 0.1 is reserved for the stacks of two cores' threads (measured). */
const usualBytes = 2 ** 30;
const stackBytesPerCore = 64 * 2 ** 20;
/** Read buffer. Data is copied out immediately, so one buffer serves all pipes. */
const memory = Buffer.allocUnsafeSlow(256 * 1024);

/**
 * How much memory one ffmpeg may have. Input that gets around every check makes it fail by itself then, not the machine run out of
 * memory for all broadcasts.
 */
export const ffmpegMemoryBytes = (cores = availableParallelism()): number =>
  usualBytes + cores * stackBytesPerCore;

/**
 * Starts ffmpeg processes from `path`. ffmpeg flushes every frame of every track, and waking up for each is expensive, so their
 * outputs are read at the ticks of `batch`. `memoryBytes`: the most that each may allocate. @default no limit
 */
export function ffmpegStarter(path: string, batch: ReadBatch, memoryBytes?: number): StartEncoder {
  return (args, outputs, handler) => start(limited([path, ...args], memoryBytes), batch, outputs, handler);
}

/** A shell that limits itself and becomes the program: Node can't set limits. */
const limited = (command: readonly string[], memoryBytes: number | undefined): readonly string[] =>
  memoryBytes === undefined
    ? command
    : ['/bin/sh', '-c', 'ulimit -d "$0" && exec "$@"', String(Math.ceil(memoryBytes / 1024)), ...command];

function start(
  [program = '', ...args]: readonly string[],
  batch: ReadBatch,
  outputs: number,
  handler: EncoderProcessHandler,
): EncoderProcess {
  const { pictures } = handler;
  const pipes = Array.from({ length: outputs + (pictures?.pipes ?? 0) }, () => 'pipe' as const);
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe', ...pipes] });
  let said = '';
  let open = true;
  const exited = (code: number | null, signal: string | null): void => {
    if (!open) return;
    open = false;
    handler.exited({ code, signal, said });
  };
  child.on('error', (fault) => {
    said = fault.message;
    // Without a pid the process never ran, and no 'close' follows.
    if (child.pid === undefined) exited(null, null);
  });
  child.on('close', exited);
  const stderr = child.stdio[2] as Readable;
  stderr.setEncoding('utf8');
  stderr.on('data', (text: string) => {
    said = (said + text).slice(-keptStderrBytes);
  });
  pipes.forEach((_, index) => {
    const pipe = child.stdio[3 + index] as Socket;
    pipe.pause();
    const connection = socketConnection(pipe, { batch });
    connection.batchReads();
    connection.start({
      into: () => memory,
      data: (bytes) => {
        if (index < outputs) handler.output(index, Buffer.from(bytes));
        else pictures?.output(index - outputs, Buffer.from(bytes));
      },
      batchEnded() {},
      ended: () => connection.end(),
      drained() {},
      closed: () => {
        if (index < outputs) handler.outputEnded(index);
      },
    });
  });
  const { stdin } = child;
  // Broken pipe: the exit that follows explains why.
  stdin?.on('error', () => {});
  return {
    pid: child.pid,
    get backlogBytes() {
      return stdin?.writableLength ?? 0;
    },
    write(pieces) {
      if (!stdin?.writable) return;
      // Copying a few kilobytes is much cheaper than one stream write per piece.
      stdin.write(Buffer.concat(pieces));
    },
    endInput: () => stdin?.end(),
    kill: () => child.kill('SIGKILL'),
  };
}
