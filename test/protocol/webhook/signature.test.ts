import { describe, expect, test } from '@jest/globals';
import { readWebhookKeys, webhookHeaders } from '../../../lib/protocol/webhook/signature.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const message = {
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  sentAtMs: 1_614_265_330_999,
  body: '{"test": 2432232314}',
};

test('a message is signed as other implementations of Standard Webhooks sign it', () => {
  expect(webhookHeaders(message, readWebhookKeys(secret)!)).toEqual({
    'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
    'webhook-timestamp': '1614265330',
    'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
  });
});

test('while a secret is changed a message is signed with the new one and the old one', () => {
  const newer = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;
  const both = webhookHeaders(message, readWebhookKeys(`${newer}\n${secret}\n`)!)['webhook-signature'];
  const one = (text: string) => webhookHeaders(message, readWebhookKeys(text)!)['webhook-signature'];
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
    expect(readWebhookKeys(text)).toBeUndefined();
  });
});
