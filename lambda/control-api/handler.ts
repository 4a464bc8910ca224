// The control API behind an HTTP API, over the DynamoDB tables of its region.
import { randomUUID } from 'node:crypto';
import { functionCall } from '../../lib/adapters/aws/function-call.ts';
import { openControlStore } from '../../lib/adapters/control-stores.ts';
import { openEdgeControls } from '../../lib/adapters/edge-controls.ts';
import { startFunction } from '../../lib/adapters/node/function.ts';
import { openOrigin } from '../../lib/adapters/object-stores.ts';
import { openSecret, readKeyPepper } from '../../lib/adapters/secret-sources.ts';
import { readLadder } from '../../lib/config/ladder.ts';
import { controlFunctionCodec } from '../../lib/control/api/control-api-config.ts';
import { DeletionRunner } from '../../lib/control/deletions/deletion-runner.ts';
import { KeyRing } from '../../lib/control/playback/key-ring.ts';
import { StreamPlayback } from '../../lib/control/playback/stream-playback.ts';
import { DownloadBook } from '../../lib/control/recordings/download-book.ts';
import { TakedownRunner } from '../../lib/control/takedowns/takedown-runner.ts';
import { systemClock } from '../../lib/net/clock.ts';
import type { MemberId } from '../../lib/routing/ids.ts';
import { controlFunction } from './control-function.ts';
import { wakingDownloads } from './waking-downloads.ts';
import { wakingDeletions, wakingTakedowns } from './waking-takedowns.ts';

const clock = systemClock;

export const handler = await startFunction({
  codec: controlFunctionCodec,
  role: 'control',
  name: 'control-api',
  async start(fields, emit) {
    const {
      controlStore,
      eventRetentionDays,
      keyPepper,
      playbackKeys,
      ladder,
      origin,
      edge,
      takedownsFunction,
      recordingsFunction,
      jwtOwnerClaim: ownerClaim,
      jwtScopePrefix: scopePrefix = '',
      jwtGroupsClaim: groupsClaim,
      createsPerMinute,
      streamsPerOwner,
      ...config
    } = fields;
    // Once per cold start: no request waits for the secret, and a new one takes effect with the next deploy.
    const [store, pepper, signingKeys] = await Promise.all([
      openControlStore(controlStore, { eventRetentionDays }),
      readKeyPepper(keyPepper),
      openSecret(playbackKeys),
    ]);
    const { region } = config;
    // Unique per instance, because several run at the same time.
    const id = `control-api-${randomUUID().slice(0, 8)}` as MemberId;
    const edgeControls = lazily(() => openEdgeControls(edge));
    const background = lazily(async () => {
      const [objects, controls] = await Promise.all([openOrigin(origin, undefined), edgeControls()]);
      return { store, objects, ...controls, region, clock, emit, id };
    });
    const wake = functionCall({ functionName: takedownsFunction });
    return controlFunction({
      store,
      emit,
      clock,
      jwt: ownerClaim === undefined ? undefined : { ownerClaim, scopePrefix, groupsClaim },
      takedowns: wakingTakedowns({ open: async () => new TakedownRunner(await background()), wake, emit }),
      deletions: wakingDeletions({ open: async () => new DeletionRunner(await background()), wake, emit }),
      downloads: wakingDownloads({
        book: new DownloadBook({ store, clock, emit }),
        wake: functionCall({ functionName: recordingsFunction }),
        emit,
      }),
      playback: {
        keys: new KeyRing(signingKeys, clock),
        streams: new StreamPlayback({
          store,
          region,
          // Most requests don't need its SDK.
          edge: {
            setPlayback: async (path, setting) => (await edgeControls()).playback.setPlayback(path, setting),
            revoke: async (path, session) => (await edgeControls()).playback.revoke(path, session),
          },
        }),
      },
      config: {
        ...config,
        ...(createsPerMinute !== undefined &&
          streamsPerOwner !== undefined && { callerLimits: { createsPerMinute, streamsPerOwner } }),
        keyPepper: pepper,
        ladder: ladder === undefined ? ladder : readLadder(ladder),
      },
    });
  },
});

/** What `open` returns, opened once; again after a failure. */
function lazily<Value>(open: () => Promise<Value>): () => Promise<Value> {
  let opened: Promise<Value> | undefined;
  return () => {
    opened ??= open().catch((cause) => {
      opened = undefined;
      throw cause;
    });
    return opened;
  };
}
