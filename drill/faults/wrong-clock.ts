import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A wrong wall clock that can be changed while a process reads it (libfaketime). Monotonic clocks stay right. */
export interface WrongClock {
  /** Environment for a process that should have this clock. */
  readonly environment: Readonly<Record<string, string>>;
  /** Sets the offset from now on. */
  set(offMs: number): Promise<void>;
}

/** `folder`: where to put its file. */
export async function wrongClock(folder: string, name: string, offMs: number): Promise<WrongClock> {
  const path = join(folder, `${name}.clock`);
  const set = (ms: number): Promise<void> => writeFile(path, `${ms < 0 ? '-' : '+'}${Math.abs(ms) / 1000}`);
  await set(offMs);
  return {
    set,
    environment: {
      // The dynamic linker expands $LIB to the folder of this machine's libraries.
      LD_PRELOAD: '/usr/$LIB/faketime/libfaketimeMT.so.1',
      FAKETIME_TIMESTAMP_FILE: path,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    },
  };
}
