import { CustomResource, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Certificate, CertificateValidation, KeyAlgorithm } from 'aws-cdk-lib/aws-certificatemanager';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { HostedZone } from 'aws-cdk-lib/aws-route53';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { Deployment } from '../../../config/deployment.ts';
import type { CertificateLocation } from '../../../config/locations.ts';
import { PlatformFunction } from '../../../infra/function.ts';
import { grantSecret } from '../../../infra/secret-access.ts';
import { certificateFunctionCodec } from '../certificate-config.ts';
import type { KeyType } from '../policy/certificate.ts';

export interface IngestCertificateProps {
  /** The deployment's name. */
  readonly name: string;
  /**
   * Domain whose hosted zone holds the certificate's validation record. @default no domain: the certificate is self-signed
   */
  readonly domain?: Deployment['domain'];
  /** The host name that broadcasters use. @default `ingest.<domain>`, and `ingest.<name>.internal` without a domain */
  readonly hostName?: string;
  /**
   * A customer-managed key instead of the account's default key for Secrets Manager: the default opens to anyone who may read
   * secrets, this one requires a second permission. It costs nothing extra, since the region has it anyway.
   */
  readonly encryptionKey: IKey;
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
}

/**
 * The certificates that proxies present to broadcasters, with their keys, in a secret that they re-read every minute: P-256,
 * whose handshakes cost half as much, and RSA for encoders that know nothing else. With a domain they come from ACM, exported
 * by a function at each deploy, when ACM renews one, and once a day in case a renewal was missed.
 */
export class IngestCertificate extends Construct {
  /** The location to configure in proxies. Anything that uses it is deployed once the certificates exist. */
  readonly location: CertificateLocation;
  readonly secret: ISecret;
  readonly function: PlatformFunction;
  readonly #encryptionKey: IKey;

  constructor(scope: Construct, id: string, props: IngestCertificateProps) {
    super(scope, id);
    const { name, domain, encryptionKey } = props;
    const hostName = props.hostName ?? `ingest.${domain?.name ?? `${name}.internal`}`;
    this.#encryptionKey = encryptionKey;
    const secret = new Secret(this, 'Secret', {
      description: `The ingest certificates of ${name} and their keys. A function renews them.`,
      encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.secret = secret;
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'The function next to it stores a new certificate and key whenever ACM has renewed them; Secrets Manager’s own rotation cannot do that.',
    });
    const certificates = domain && exportable(this, hostName, domain);
    this.function = new PlatformFunction(this, 'Function', {
      handler: 'certificate',
      description: 'Maintains the ingest certificates that proxies read.',
      environment: certificateFunctionCodec.encode({
        certificateSecret: secret.secretArn,
        serverName: hostName,
        acmCertificate: certificates?.ec.certificateArn,
        acmRsaCertificate: certificates?.rsa.certificateArn,
      }),
      metricsNamespace: props.metricsNamespace,
      logDays: props.logDays,
      timeout: Duration.minutes(1),
    });
    const grantee = this.function;
    grantSecret(grantee, secret, encryptionKey, [
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
    ]);
    const arns = certificates && Object.values(certificates).map(({ certificateArn }) => certificateArn);
    if (arns) {
      Grant.addToPrincipal({
        grantee,
        actions: ['acm:ExportCertificate', 'acm:GetCertificate'],
        resourceArns: arns,
      });
    }
    this.#renew(name, arns);

    // Creates the first certificates, and others if their name changes. A deploy waits for it and fails if it fails.
    const current = new CustomResource(this, 'Current', {
      serviceToken: this.function.function.functionArn,
      resourceType: 'Custom::IngestCertificate',
      serviceTimeout: Duration.minutes(5),
      properties: { hostName, sources: arns ?? ['self-signed ec', 'self-signed rsa'] },
    });
    // A reference to it resolves to the secret's ARN.
    this.location = `secretsmanager:${current.ref}`;
  }

  grantRead(grantee: IGrantable): void {
    grantSecret(grantee, this.secret, this.#encryptionKey, ['secretsmanager:GetSecretValue']);
  }

  #renew(name: string, arns: string[] | undefined): void {
    new Rule(this, 'Daily', {
      description: `Checks the ingest certificates of ${name}.`,
      schedule: Schedule.rate(Duration.days(1)),
      targets: [new LambdaFunction(this.function.function)],
    });
    if (!arns) return;
    new Rule(this, 'Renewed', {
      description: `Reports renewals of the ingest certificates of ${name}.`,
      eventPattern: {
        source: ['aws.acm'],
        detailType: ['ACM Certificate Available'],
        resources: arns,
      },
      targets: [new LambdaFunction(this.function.function)],
    });
  }
}

/** Both have the same name, and so the same validation record. */
const exportable = (
  scope: Construct,
  domainName: string,
  domain: NonNullable<Deployment['domain']>,
): Record<KeyType, Certificate> => {
  const zone = HostedZone.fromHostedZoneAttributes(scope, 'Zone', {
    zoneName: domain.name,
    hostedZoneId: domain.hostedZoneId,
  });
  const validation = CertificateValidation.fromDns(zone);
  const certificate = (id: string, keyAlgorithm: KeyAlgorithm) =>
    new Certificate(scope, id, { domainName, allowExport: true, keyAlgorithm, validation });
  return {
    ec: certificate('Certificate', KeyAlgorithm.EC_PRIME256V1),
    rsa: certificate('RsaCertificate', KeyAlgorithm.RSA_2048),
  };
};
