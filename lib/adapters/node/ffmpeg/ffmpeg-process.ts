import { spawn } from 'node:child_process';
import type { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import type { EncoderProcess, EncoderProcessHandler, StartEncoder } from '../../../encoder/ports.ts';
import { socketConnection } from '../net/connection.ts';
import type { ReadBatch } from '../net/read-batch.ts';

/** How much of stderr is kept, for the event that reports why ffmpeg exited. */
const keptStderrBytes = 4096;
/** Read buffer. Data is copied out immediately, so one buffer serves all pipes. */
const memory = Buffer.allocUnsafeSlow(256 * 1024);
/**
 * Starts ffmpeg processes from `path`. ffmpeg flushes every frame of every track, and waking up for each is expensive, so their
 * outputs are read at the ticks of `batch`.
 */
export function ffmpegStarter(path: string, batch: ReadBatch): StartEncoder {
  return (args, outputs, handler) => start(path, batch, args, outputs, handler);
}

function start(
  path: string,
  batch: ReadBatch,
  args: readonly string[],
  outputs: number,
  handler: EncoderProcessHandler,
): EncoderProcess {
  const pipes = Array.from({ length: outputs }, () => 'pipe' as const);
  const child = spawn(path, args, { stdio: ['pipe', 'ignore', 'pipe', ...pipes] });
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
      data: (bytes) => handler.output(index, Buffer.from(bytes)),
      batchEnded() {},
      ended: () => connection.end(),
      drained() {},
      closed: () => handler.outputEnded(index),
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
