import { describe, expect, test } from '@jest/globals';
import type { z } from 'zod';
import {
  certificateLocation,
  controlStoreLocation,
  edgeLocation,
  eventBusLocation,
  objectsLocation,
  originLocation,
  secretLocation,
  splitLocation,
} from '../../lib/config/locations.ts';

describe('where a program finds what it works on', () => {
  test.each<[z.ZodType, string[]]>([
    [controlStoreLocation, ['sqlite:/data/control.sqlite', 'sqlite:data.sqlite', 'dynamodb:headwater']],
    [originLocation, ['http://127.0.0.1:8090', 's3://headwater-origin-123456789012-eu-west-1']],
    [objectsLocation, ['folder:/data/origin', 's3://headwater-origin-123456789012-eu-west-1']],
    [
      secretLocation,
      [
        'file:/data/pepper',
        'secretsmanager:headwater/key-pepper',
        'secretsmanager:arn:aws:secretsmanager:eu-west-1:123456789012:secret:headwater/pepper-AbCdEf',
      ],
    ],
    [
      eventBusLocation,
      ['log', 'eventbridge:default', 'webhook:https://example.com', 'webhook:http://[::1]:8/a?b=c@d'],
    ],
    [
      edgeLocation,
      [
        'denials:/data/denials.json',
        'cloudfront:E1,arn:aws:cloudfront::123456789012:key-value-store/0f0e',
        'cloudfront:E1,arn:aws:cloudfront::123456789012:key-value-store/0f0e,arn:aws:iam::123456789012:role/edge',
      ],
    ],
    [
      certificateLocation,
      [
        'files:/a/cert.pem,/a/key.pem',
        'files:cert,key,rsa-cert,rsa-key',
        'secretsmanager:headwater/certificate',
      ],
    ],
  ])('forms that are right are taken as they are: %#', (schema, texts) => {
    for (const text of texts) expect(schema.parse(text)).toBe(text);
  });

  test.each<[z.ZodType, string[]]>([
    [
      controlStoreLocation,
      ['/data/control.sqlite', 'sqlite:', 'dynamodb:', 'dynamodb:a b', 'mysql:x', 'xsqlite:/a'],
    ],
    [originLocation, ['s3://', 's3://Bucket', 's3://a/b', 'https://x/y', 'ftp://x', 'http://a/b']],
    [objectsLocation, ['folder:', '/data', 'http://127.0.0.1:1']],
    [secretLocation, ['a secret itself', 'file:', 'secretsmanager:', 'secretsmanager:a b']],
    [
      eventBusLocation,
      ['', 'logs', 'eventbridge:', 'sns:x', 'webhook:', 'webhook:ftp://a', 'webhook:https://me:secret@a/b'],
    ],
    [edgeLocation, ['cloudfront:E1', 'cloudfront:,a', 'cloudfront:E1,a,b,c', 'denials:']],
    [
      certificateLocation,
      ['files:/a/cert.pem', 'files:,', 'files:a,b,c', 'files:a,b,c,', 'files:a,b,c,d,e', 'file:/a'],
    ],
  ])('other forms are refused with the forms that are right: %#', (schema, texts) => {
    for (const text of texts) {
      expect(schema.safeParse(text).error?.issues[0]?.message).toMatch(
        /^must be [a-z0-9]+([:,].*)? or [a-z0-9]+:/,
      );
    }
  });

  test('a location is a scheme and what comes after it', () => {
    expect(splitLocation('sqlite:/a:b')).toEqual({ scheme: 'sqlite', rest: '/a:b' });
    expect(splitLocation('s3://bucket')).toEqual({ scheme: 's3', rest: 'bucket' });
    expect(splitLocation('secretsmanager:arn:aws:x')).toEqual({
      scheme: 'secretsmanager',
      rest: 'arn:aws:x',
    });
  });
});
