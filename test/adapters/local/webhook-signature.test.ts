import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Webhook } from 'standardwebhooks';
import { readWebhookSigners, webhookHeaders } from '../../../lib/adapters/local/webhook-signature.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const message = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  sentAtMs: 1_614_265_330_999,
  body: '{"test": 2432232314}',
};

test('a message is signed as other implementations of Standard Webhooks sign it', () => {
  expect(webhookHeaders(message, readWebhookSigners(secret)!)).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('what is signed is HMAC-SHA-256 of id, seconds and body under the decoded key, whatever they are', () => {
  const key = fc.uint8Array({ minLength: 24, maxLength: 64 }).map((bytes) => Buffer.from(bytes));
  // As fast-check's own `binary`, which lists all code points in memory first, and keeps them.
  const body = fc.string({
    unit: fc.nat(0x10f7ff).map((nth) => String.fromCodePoint(nth < 0xd800 ? nth : nth + 0x800)),
  });
  fc.assert(
    fc.property(
      key,
      fc.string({ unit: 'grapheme-ascii' }),
      fc.nat(4_000_000_000_000),
      body,
      (key, id, sentAtMs, body) => {
        const signers = readWebhookSigners(`whsec_${key.toString('base64')}`)!;
        const signed = `${id}.${Math.floor(sentAtMs / 1000)}.${body}`;
        expect(webhookHeaders({ id, sentAtMs, body }, signers)['webhook-signature']).toBe(
          `v1,${createHmac('sha256', key).update(signed).digest('base64')}`,
        );
      },
    ),
  );
});

test('a receiver that has the secret, the older one too, verifies a message', () => {
  const newer = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const now = { ...message, sentAtMs: Date.now() };
  const headers = webhookHeaders(now, readWebhookSigners(`${newer}\n${secret}`)!);
  for (const each of [newer, secret]) {
    expect(new Webhook(each).verify(now.body, headers)).toEqual({ test: 2432232314 });
  }
  expect(() => new Webhook(secret).verify(`${now.body} `, headers)).toThrow('No matching signature');
});

test('while a secret is changed a message is signed with the new one and the old one', () => {
  const newer = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const both = webhookHeaders(message, readWebhookSigners(`${newer}\n${secret}\n`)!)['webhook-signature'];
  const one = (text: string) => webhookHeaders(message, readWebhookSigners(text)!)['webhook-signature'];
  expect(both).toBe(`${one(newer)} ${one(secret)}`);
});

describe('no secret is', () => {
  test.each([
    ['an empty file', ' \n'],
    ['one without its prefix', secret.slice(6)],
    ['one that is no base64', 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaS!'],
    ['one of less than 24 bytes', `whsec_${Buffer.alloc(23).toString('base64')}`],
    ['one of more than 64 bytes', `whsec_${Buffer.alloc(65).toString('base64')}`],
    ['a good one beside a bad one', `${secret}\nwhsec_`],
  ])('%s', (_, text) => {
    expect(readWebhookSigners(text)).toBeUndefined();
  });
});
