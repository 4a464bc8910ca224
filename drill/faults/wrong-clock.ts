import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A wall clock that is wrong, and that can be set while a process looks at it (libfaketime). Monotonic clocks stay right. */
export interface WrongClock {
  /** What a process is started with, to have this clock. */
  readonly environment: Readonly<Record<string, string>>;
  /** From now on it is off by so much. */
  set(offMs: number): Promise<void>;
}

/** `folder`: where its file goes. */
export async function wrongClock(folder: string, name: string, offMs: number): Promise<WrongClock> {
  const path = join(folder, `${name}.clock`);
  const set = (ms: number): Promise<void> => writeFile(path, `${ms < 0 ? '-' : '+'}${Math.abs(ms) / 1000}`);
  await set(offMs);
  return {
    set,
    environment: {
      // $LIB is for the dynamic linker: the folder of this machine's libraries.
      LD_PRELOAD: '/usr/$LIB/faketime/libfaketimeMT.so.1',
      FAKETIME_TIMESTAMP_FILE: path,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  };
}
