// Keeps the keys that sign playback links: on deploys, once a day, and at once if it is invoked with {"rotate": true}.
import type { CloudFormationCustomResourceEvent } from 'aws-lambda';
import { assumedRole } from '../../lib/adapters/aws/assumed-role.ts';
import { cloudFrontKeys } from '../../lib/adapters/aws/cloudfront/cloudfront-keys.ts';
import { answerCloudFormation } from '../../lib/adapters/aws/custom-resource.ts';
import { writtenSecret } from '../../lib/adapters/aws/written-secret.ts';
import { startFunction } from '../../lib/adapters/node/function.ts';
import { keepSigningKeys } from '../../lib/control/playback/keep-keys.ts';
import { playbackKeysFunctionCodec } from '../../lib/control/playback/playback-keys-config.ts';
import { systemClock } from '../../lib/net/clock.ts';

export const handler = await startFunction({
  codec: playbackKeysFunctionCodec,
  role: 'control',
  name: 'playback-keys',
  start({ playbackKeysSecret, keyValueStore, edgeRole, region }, emit) {
    const edge = cloudFrontKeys({
      keyValueStore,
      ...(edgeRole !== undefined && { client: { credentials: assumedRole(edgeRole, 'playback-keys') } }),
    });
    const parts = {
      store: writtenSecret(playbackKeysSecret),
      edge,
      region,
      wallMs: systemClock.wallMs,
      emit,
    };
    const keep = (event: unknown) => keepSigningKeys(event, parts);
    return async (event: CloudFormationCustomResourceEvent | object): Promise<void> =>
      'ResponseURL' in event ? answerCloudFormation(event, playbackKeysSecret, () => keep({})) : keep(event);
  },
});
