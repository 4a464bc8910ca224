// Counts viewers: from CloudFront's real-time log to the control store of each region.
import type { KinesisStreamEvent } from 'aws-lambda';
import { openDynamoControlStore } from '../../lib/adapters/aws/dynamodb/dynamo-control-store.ts';
import { newDynamoClient } from '../../lib/adapters/aws/dynamodb/dynamo-requests.ts';
import { startFunction } from '../../lib/adapters/node/function.ts';
import { audienceFunctionCodec } from '../../lib/audience/audience-config.ts';
import { LogCount } from '../../lib/audience/count-log.ts';

export const handler = await startFunction({
  codec: audienceFunctionCodec,
  role: 'edge',
  name: 'audience',
  start({ tablePrefix, regions }, emit) {
    const stores = new Map(
      regions.map((region) => [
        region,
        openDynamoControlStore({ tablePrefix, client: newDynamoClient({ region }) }),
      ]),
    );
    const count = new LogCount({ storeOf: (region) => stores.get(region), emit });
    return ({ Records }: KinesisStreamEvent) =>
      count.count(
        Records.flatMap(({ kinesis }) => Buffer.from(kinesis.data, 'base64').toString('latin1').split('\n')),
      );
  },
});
