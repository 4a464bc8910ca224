import type { DynamoDBRecord } from 'aws-lambda';
import { forwardRecords } from '../../lambda/event-forwarder/forward-records.ts';
import { judgeWebhookAnswer } from '../../lib/control/webhooks/policy/webhook-delivery.ts';
import {
  type CertificatePairs,
  readCertificateSecret,
} from '../../lib/ingest/certificate/policy/certificate.ts';
import { must } from '../contract.ts';
import type { FuzzTarget } from '../model.ts';

/** JSON, if it is any. */
function jsonOf(input: Buffer): unknown {
  try {
    return JSON.parse(input.toString('utf8'));
  } catch {
    return undefined;
  }
}

const wallMs = 1_790_000_000_000;

export const cloudTargets: readonly FuzzTarget[] = [
  {
    name: 'event-records',
    about: "records of the table's stream, as the event forwarder gets them",
    parsers: ['lambda/event-forwarder/forward-records.ts'],
    words: [
      '{"S":"a"}',
      '{"N":"1"}',
      '{"N":"x"}',
      '{"M":{}}',
      '{"L":[]}',
      '{"B":"AA=="}',
      '{"NULL":true}',
      '"type":',
      '"data":',
    ],
    async run(input) {
      const image = jsonOf(input);
      if (typeof image !== 'object' || image === null) return;
      const record: DynamoDBRecord = {
        eventName: 'INSERT',
        dynamodb: {
          SequenceNumber: '1',
          NewImage: image as NonNullable<DynamoDBRecord['dynamodb']>['NewImage'],
        },
      };
      await forwardRecords([record], { bus: { publish: async () => {} }, emit() {} });
    },
  },
  {
    name: 'certificate-secret',
    about: "the certificates' secret, as proxies and the certificate function read it",
    parsers: ['lib/ingest/certificate/policy/certificate.ts'],
    words: ['"certificate":', '"privateKey":', '"rsa":', '-----BEGIN CERTIFICATE-----\\n', 'null', '{', '}'],
    run(input) {
      readCertificateSecret(input.toString('utf8')) satisfies CertificatePairs;
    },
  },
  {
    name: 'webhook-answer',
    about: "a webhook receiver's answer: two bytes of status, then Retry-After",
    parsers: ['lib/control/webhooks/policy/webhook-delivery.ts'],
    words: ['Fri, 27 Nov 2026 09:00:00 GMT', '120', '9'.repeat(400), '-1', '1e9'],
    run(input) {
      const status = input.length >= 2 ? input.readUInt16BE(0) : 503;
      const verdict = judgeWebhookAnswer({ status, retryAfter: input.toString('latin1', 2) }, wallMs);
      if (verdict.verdict !== 'again') return;
      const { askedPauseMs } = verdict;
      must(askedPauseMs >= 0 && askedPauseMs <= 300_000, `a pause of ${askedPauseMs} ms`);
    },
  },
];
