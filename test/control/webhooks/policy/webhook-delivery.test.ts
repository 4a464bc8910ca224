import { describe, expect, test } from '@jest/globals';
import {
  judgeWebhookAnswer,
  webhookRetries,
} from '../../../../lib/control/webhooks/policy/webhook-delivery.ts';
import { pauseMs } from '../../../../lib/retry/policy/backoff.ts';

const now = Date.parse('2026-11-22T20:00:00Z');
const judge = (status: number, retryAfter: string | null = null) =>
  judgeWebhookAnswer({ status, retryAfter }, now);

describe('an answer to a webhook', () => {
  test.each([
    [200, 'taken'],
    [204, 'taken'],
    [301, 'refused'],
    [307, 'refused'],
    [400, 'refused'],
    [404, 'refused'],
    [410, 'refused'],
    [408, 'again'],
    [425, 'again'],
    [429, 'again'],
    [500, 'again'],
    [503, 'again'],
  ])('%i means %s', (status, verdict) => {
    expect(judge(status).verdict).toBe(verdict);
  });

  test.each([
    ['7', 7_000],
    ['Sun, 22 Nov 2026 20:00:09 GMT', 9_000],
    ['Sun, 22 Nov 2026 19:00:00 GMT', 0],
    ['soon', 0],
    ['86400', 300_000],
  ])('with Retry-After %s asks for a pause of %i ms', (retryAfter, askedPauseMs) => {
    expect(judge(503, retryAfter)).toEqual({ verdict: 'again', askedPauseMs });
  });
});

test('pauses double from half a second to a minute, and are up to half as long or as long again by chance', () => {
  expect([1, 2, 3, 7, 8, 30].map((failed) => pauseMs(webhookRetries, failed, 0.5))).toEqual([
    500, 1_000, 2_000, 32_000, 60_000, 60_000,
  ]);
  expect(pauseMs(webhookRetries, 2, 0)).toBe(500);
  expect(pauseMs(webhookRetries, 2, 1)).toBe(1_500);
});
