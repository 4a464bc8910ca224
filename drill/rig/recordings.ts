import { join } from 'node:path';
import { scratchFolder } from '../../testkit/cleanup.ts';
import { recordPicture } from '../../testkit/media/publisher.ts';
import { frameRate, framesOfSession, secondsOfLoop } from './frame-numbers.ts';

/**
 * What broadcasters send, encoded before they do: an encoder beside the platform would take half of a small machine. Each session
 * has a file of its own, because its frames have other numbers.
 */
export interface Recordings extends AsyncDisposable {
  /** The file for a session's number. The next session's is made meanwhile. */
  file(session: number): Promise<string>;
}

interface Shared {
  readonly folder: ReturnType<typeof scratchFolder>;
  readonly files: Map<string, Promise<string>>;
  users: number;
}

/** Broadcasters of one time use the same files. */
let shared: Shared | undefined;

/** Opens the recordings of pictures of this size; the first two are made now. They are removed once nobody uses any. */
export async function openRecordings(size: string): Promise<Recordings> {
  shared ??= { folder: scratchFolder(), files: new Map(), users: 0 };
  const opened = shared;
  opened.users++;
  const record = (session: number): Promise<string> => {
    const name = `${size}-${session}.flv`;
    const made = opened.files.get(name) ?? make(opened, name, size, session);
    opened.files.set(name, made);
    return made;
  };
  const recordings: Recordings = {
    file(session) {
      // If it fails, that session does.
      record(session + 1).catch(() => {});
      return record(session);
    },
    async [Symbol.asyncDispose]() {
      opened.users--;
      if (opened.users > 0) return;
      if (shared === opened) shared = undefined;
      await Promise.allSettled(opened.files.values());
      await (await opened.folder).remove();
    },
  };
  try {
    await Promise.all([record(0), record(1)]);
    return recordings;
  } catch (fault) {
    await recordings[Symbol.asyncDispose]();
    throw fault;
  }
}

async function make({ folder }: Shared, name: string, size: string, session: number): Promise<string> {
  const path = join((await folder).path, name);
  await recordPicture(path, secondsOfLoop, { size, rate: frameRate, firstFrame: session * framesOfSession });
  return path;
}
