import { spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import type { EncoderProcess, EncoderProcessHandler, StartEncoder } from '../../encoder/ports.ts';

/** How much of stderr is kept for the event that says why it ended. */
const keptStderrBytes = 4096;
/**
 * Output is read in rounds: ffmpeg flushes every frame of every track, and what costs is waking up for each. A round adds at most this
 * much latency.
 */
const readRoundMs = 40;

/** Starts ffmpegs of this path. */
export function ffmpegStarter(path: string): StartEncoder {
  return (args, outputs, handler) => start(path, args, outputs, handler);
}

function start(
  path: string,
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
    rounds.stop();
    handler.exited({ code, signal, said });
  };
  child.on('error', (fault) => {
    said = fault.message;
    // Without a pid it never ran, and no close follows.
    if (child.pid === undefined) exited(null, null);
  });
  child.on('close', exited);
  const stderr = child.stdio[2] as Readable;
  stderr.setEncoding('utf8');
  stderr.on('data', (text: string) => {
    said = (said + text).slice(-keptStderrBytes);
  });
  const readers = pipes.map((_, index) => {
    const pipe = child.stdio[3 + index] as Readable;
    pipe.on('data', (bytes: Buffer) => handler.output(index, bytes));
    pipe.on('end', () => handler.outputEnded(index));
    pipe.on('error', () => {});
    return pipe;
  });
  const rounds = readInRounds(readers);
  const { stdin } = child;
  // A pipe that broke: the exit that follows says why.
  stdin?.on('error', () => {});
  return {
    pid: child.pid,
    get backlogBytes() {
      return stdin?.writableLength ?? 0;
    },
    write(pieces) {
      if (!stdin?.writable) return;
      stdin.cork();
      for (const piece of pieces) stdin.write(piece);
      stdin.uncork();
    },
    endInput: () => stdin?.end(),
    kill: () => child.kill('SIGKILL'),
  };
}

/** Lets the pipes flow for a moment in each round. An ended pipe is left alone. */
function readInRounds(pipes: readonly Readable[]): { stop(): void } {
  let waiting = false;
  let timer: NodeJS.Timeout | undefined;
  const rest = (): void => {
    if (waiting) return;
    waiting = true;
    // After this turn of the event loop: all pipes that are ready are read first.
    setImmediate(() => {
      for (const pipe of pipes) if (!pipe.readableEnded) pipe.pause();
      timer = setTimeout(() => {
        waiting = false;
        for (const pipe of pipes) if (!pipe.readableEnded) pipe.resume();
      }, readRoundMs);
    });
  };
  for (const pipe of pipes) pipe.on('data', rest);
  return { stop: () => clearTimeout(timer) };
}
