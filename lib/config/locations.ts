import { z } from 'zod';

/**
 * Locations of the resources a program uses, on one machine or on AWS, as `scheme:rest` in one environment variable. The
 * schemas check only the syntax; `lib/adapters/` opens them.
 */

/** The control store: an SQLite file, or DynamoDB tables by their name prefix. */
export type ControlStoreLocation = `sqlite:${string}` | `dynamodb:${string}`;
/** The origin as workers write to it: the origin program's URL, or an S3 bucket. */
export type OriginLocation = `http://${string}` | `s3://${string}`;
/** What the origin program serves: a folder, or an S3 bucket. */
export type ObjectsLocation = `folder:${string}` | `s3://${string}`;
/** A secret: a file, or the name or ARN of a secret in Secrets Manager. */
export type SecretLocation = `file:${string}` | `secretsmanager:${string}`;
/**
 * A certificate with its chain and key, and if you like an RSA pair beside it: two or four PEM files, or a secret
 * `{"certificate": PEM, "privateKey": PEM, "rsa": {"certificate": PEM, "privateKey": PEM}}`.
 */
export type CertificateLocation = `files:${string},${string}` | `secretsmanager:${string}`;
/**
 * Where stream events for other systems go: the program's log, a URL that each event is posted to, or an EventBridge bus by
 * name or ARN.
 */
export type EventBusLocation = 'log' | `webhook:${string}` | `eventbridge:${string}`;

/**
 * The edge that takedowns write to: a takedown list file that the local edges watch, or a CloudFront distribution, by its id
 * and the ARN of the key-value store that its function reads; if they are in another account, with the ARN of a role to assume there.
 */
export type EdgeLocation =
  | `denials:${string}`
  | `cloudfront:${string},${string}`
  | `cloudfront:${string},${string},${string}`;

const bucket = '[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]';
const secretId = '[A-Za-z0-9/_+=.@:-]{1,2048}';

function location<Location extends string>(forms: string, ...patterns: string[]) {
  return z
    .string()
    .regex(new RegExp(`^(?:${patterns.join('|')})$`), `must be ${forms}`)
    .transform((text) => text as Location);
}

export const controlStoreLocation = location<ControlStoreLocation>(
  'sqlite:PATH or dynamodb:TABLE-PREFIX',
  'sqlite:.+',
  'dynamodb:[A-Za-z0-9_.-]{1,200}',
);
export const originLocation = location<OriginLocation>(
  'http://HOST:PORT or s3://BUCKET',
  'http://[^/\\s]+/?',
  `s3://${bucket}`,
);
export const objectsLocation = location<ObjectsLocation>(
  'folder:PATH or s3://BUCKET',
  'folder:.+',
  `s3://${bucket}`,
);
export const secretLocation = location<SecretLocation>(
  'file:PATH or secretsmanager:ID',
  'file:.+',
  `secretsmanager:${secretId}`,
);
export const certificateLocation = location<CertificateLocation>(
  'files:CERTIFICATE,KEY[,RSA-CERTIFICATE,RSA-KEY] or secretsmanager:ID',
  'files:[^,]+,[^,]+(?:,[^,]+,[^,]+)?',
  `secretsmanager:${secretId}`,
);
export const eventBusLocation = location<EventBusLocation>(
  'log, webhook:URL or eventbridge:BUS',
  'log',
  'webhook:https?://[^/?#@\\s]+(?:[/?][^\\s]*)?',
  'eventbridge:[A-Za-z0-9/_.:-]{1,1600}',
);
export const edgeLocation = location<EdgeLocation>(
  'denials:PATH or cloudfront:DISTRIBUTION,KEY-VALUE-STORE-ARN[,ROLE-ARN]',
  'denials:.+',
  'cloudfront:[^,]+,[^,]+(?:,[^,]+)?',
);

/** `dynamodb:headwater` → scheme `dynamodb`, rest `headwater`. For `s3://bucket` the rest is `bucket`. */
export function splitLocation<Scheme extends string>(
  text: `${Scheme}:${string}`,
): { scheme: Scheme; rest: string } {
  const colon = text.indexOf(':');
  return { scheme: text.slice(0, colon) as Scheme, rest: text.slice(colon + 1).replace(/^\/\/(?!\/)/, '') };
}
