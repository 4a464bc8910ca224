// Keeps the ingest certificates up to date where proxies read them: on deploys, when ACM renews one, and once a day.
import { ACMClient } from '@aws-sdk/client-acm';
import type { CloudFormationCustomResourceEvent, EventBridgeEvent } from 'aws-lambda';
import { clientSettings } from '../../lib/adapters/aws/client-settings.ts';
import { answerCloudFormation } from '../../lib/adapters/aws/custom-resource.ts';
import { writtenSecret } from '../../lib/adapters/aws/written-secret.ts';
import { startFunction } from '../../lib/adapters/node/function.ts';
import { certificateFunctionCodec } from '../../lib/ingest/certificate/certificate-config.ts';
import { keepCertificates } from '../../lib/ingest/certificate/keep-certificate.ts';
import type { KeyType } from '../../lib/ingest/certificate/policy/certificate.ts';
import { acmAuthority, selfSignedAuthority } from './authorities.ts';

type CertificateEvent = CloudFormationCustomResourceEvent | EventBridgeEvent<string, unknown>;

export const handler = await startFunction({
  codec: certificateFunctionCodec,
  role: 'ingest',
  name: 'certificate',
  start({ certificateSecret, acmCertificate, acmRsaCertificate, serverName }, emit) {
    const store = writtenSecret(certificateSecret);
    const acm = new ACMClient(clientSettings({ timeoutMs: 5_000, tries: 4, maxConnections: 2 }));
    const authority = (arn: string | undefined, keyType: KeyType) =>
      arn === undefined ? selfSignedAuthority(serverName, keyType) : acmAuthority(acm, arn);
    const authorities = { ec: authority(acmCertificate, 'ec'), rsa: authority(acmRsaCertificate, 'rsa') };
    const keep = () => keepCertificates(store, authorities, emit);
    return async (event: CertificateEvent): Promise<void> =>
      'ResponseURL' in event ? answerCloudFormation(event, certificateSecret, keep) : keep();
  },
});
