// The control API behind an HTTP API, over the DynamoDB tables of its region.
import { openControlStore } from '../../lib/adapters/control-stores.ts';
import { startFunction } from '../../lib/adapters/node/function.ts';
import { readKeyPepper } from '../../lib/adapters/secret-sources.ts';
import { controlFunctionCodec } from '../../lib/config/control-function.ts';
import { readLadder } from '../../lib/config/ladder.ts';
import { controlFunction } from './api.ts';

export const handler = await startFunction({
  codec: controlFunctionCodec,
  role: 'control',
  name: 'control-api',
  async start({ controlStore, eventRetentionDays, keyPepper, ladder, ...config }, emit) {
    // Once for each cold start: no request waits for the secret, and a new one takes effect with the next deploy.
    const [store, pepper] = await Promise.all([
      openControlStore(controlStore, { eventRetentionDays }),
      readKeyPepper(keyPepper),
    ]);
    return controlFunction({
      store,
      emit,
      config: { ...config, keyPepper: pepper, ladder: ladder === undefined ? ladder : readLadder(ladder) },
    });
  },
});
