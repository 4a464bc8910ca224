// Writes recordings and clips as MP4 files: when the control API was asked for one, and what is left, once a minute.
import { openControlStore } from '../../lib/adapters/control-stores.ts';
import { startFunction } from '../../lib/adapters/node/function.ts';
import { openOrigin } from '../../lib/adapters/object-stores.ts';
import { DownloadBook } from '../../lib/control/recordings/download-book.ts';
import { DownloadRunner } from '../../lib/control/recordings/download-runner.ts';
import { makeDownloads } from '../../lib/control/recordings/make-downloads.ts';
import { recordingsFunctionCodec } from '../../lib/control/recordings/recordings-config.ts';
import { systemClock } from '../../lib/net/clock.ts';

/** The function's timeout is 15 minutes; what isn't written by then is begun again by the next one. */
const patienceMs = 14 * 60_000;
/** Each takes some 50 ms of waiting for S3: short segments would take longer than the file is allowed to. */
const readsAtOnce = 16;

/** A call that fails costs all that was written before it: rather late than never. */
const patientCalls = { timeoutMs: 20_000, tries: 5 };

export const handler = await startFunction({
  codec: recordingsFunctionCodec,
  role: 'control',
  name: 'recordings',
  async start({ controlStore, eventRetentionDays, origin, region }, emit) {
    const [store, objects] = await Promise.all([
      openControlStore(controlStore, { eventRetentionDays }),
      openOrigin(origin, undefined, undefined, patientCalls),
    ]);
    const clock = systemClock;
    const book = new DownloadBook({ store, clock, emit });
    return async (event: unknown) => {
      const options = { book, store, objects, region, clock, emit, patienceMs, readsAtOnce };
      const runner = new DownloadRunner(options);
      try {
        await makeDownloads(event, { store, runner });
      } finally {
        await runner.stop();
      }
    };
  },
});
