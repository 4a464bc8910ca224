import { z } from '@hono/zod-openapi';
import { defaultGraceMs, maxGraceMs } from '../../policy/stream-keys.ts';
import { examples } from './examples.ts';
import { time, url } from './schema-parts.ts';

const { createdKey } = examples;
const { ingest } = createdKey;

const keyId = z.string().openapi({ description: 'ID of the key, to revoke it with.', example: 'k4x9rt3b' });
const streamKey = z.string().openapi({
  description: 'The stream key. It is shown only once and never stored.',
  example: createdKey.key,
});

export const Key = z
  .strictObject({
    id: keyId,
    createdAt: time('When the key was created.', '2026-11-22T17:40:00.000Z'),
    expiresAt: time(
      'When the key stops working. Set on the previous key during a rotation.',
      '2026-11-22T19:10:00.000Z',
    ).optional(),
  })
  .openapi('Key', {
    description: 'What is known of a stream key; never the key itself.',
    example: createdKey.keys[1],
  });

export const NewKey = z
  .strictObject({
    graceSeconds: z
      .number()
      .int()
      .min(0)
      .max(maxGraceMs / 1_000)
      .default(defaultGraceMs / 1_000)
      .openapi({
        description:
          'How long the previous key keeps working, in seconds. 0 revokes all older keys immediately.',
        example: 3_600,
      }),
  })
  .openapi('NewKey', { description: 'What becomes of the previous key.', example: examples.newKey });

const server = url(
  'Server for the broadcaster’s encoder, with the app and without the key.',
  ingest.rtmps.url,
);
const IngestPoint = z
  .strictObject({ url: server })
  .openapi('IngestPoint', { description: 'Where to publish.', example: { url: ingest.rtmps.url } });
const IngestPointWithKey = z.strictObject({ url: server, key: streamKey }).openapi('IngestPointWithKey', {
  description: 'Where to publish, with the stream key to use.',
  example: ingest.rtmps,
});

export const Ingest = z.strictObject({ rtmps: IngestPoint, rtmp: IngestPoint.optional() }).openapi('Ingest', {
  description: 'Where to publish, by protocol. Without `rtmp`, only RTMPS is accepted.',
  example: examples.stream.ingest,
});
export const IngestWithKey = z
  .strictObject({ rtmps: IngestPointWithKey, rtmp: IngestPointWithKey.optional() })
  .openapi('IngestWithKey', {
    description:
      'Where to publish, by protocol, with the stream key to use. Without `rtmp`, only RTMPS is accepted.',
    example: ingest,
  });

export const CreatedKey = z
  .strictObject({
    id: keyId.openapi({ example: createdKey.id }),
    key: streamKey,
    ingest: IngestWithKey,
    keys: z
      .array(Key)
      .openapi({ description: 'All keys that are valid now, newest first.', example: createdKey.keys }),
  })
  .openapi('CreatedKey', {
    description: 'A new stream key, and which keys are valid now.',
    example: createdKey,
  });
