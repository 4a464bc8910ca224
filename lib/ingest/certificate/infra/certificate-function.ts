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

export interface IngestCertificateProps {
  /** The deployment's name. */
  readonly name: string;
  /** Where the certificate's proof is written. @default no domain: the certificate is of our own making */
  readonly domain?: Deployment['domain'];
  /** The name that broadcasters use. @default `ingest.<domain>`, and `ingest.<name>.internal` without a domain */
  readonly hostName?: string;
  /**
   * A customer's key, not the account's own for Secrets Manager: that one opens to whoever may read secrets, and here a
   * second permission is asked for. It costs nothing more, since the region has it anyway.
   */
  readonly encryptionKey: IKey;
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
}

/**
 * The certificate that proxies show to broadcasters, with its key, in a secret that they read again every minute. With a
 * domain it is ACM's, exported by a function at each deploy, when ACM renews it, and once a day in case that was missed.
 */
export class IngestCertificate extends Construct {
  /** As proxies are told. Whoever uses it is deployed after there is a certificate. */
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
      description: `The ingest certificate of ${name} and its key. A function renews it.`,
      encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.secret = secret;
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'The function beside it puts a new certificate and key there whenever ACM has renewed them, which Secrets Manager’s own rotation does not know of.',
    });
    const certificate = domain && exportable(this, hostName, domain);
    this.function = new PlatformFunction(this, 'Function', {
      handler: 'certificate',
      description: 'Keeps the ingest certificate where proxies read it.',
      environment: certificateFunctionCodec.encode({
        certificateSecret: secret.secretArn,
        serverName: hostName,
        ...(certificate && { acmCertificate: certificate.certificateArn }),
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
    if (certificate) {
      Grant.addToPrincipal({
        grantee,
        actions: ['acm:ExportCertificate', 'acm:GetCertificate'],
        resourceArns: [certificate.certificateArn],
      });
    }
    this.#renew(name, certificate);

    // The first certificate, and another where its name changes. A deploy waits for it, and fails where it fails.
    const current = new CustomResource(this, 'Current', {
      serviceToken: this.function.function.functionArn,
      resourceType: 'Custom::IngestCertificate',
      serviceTimeout: Duration.minutes(5),
      properties: { hostName, source: certificate?.certificateArn ?? 'self-signed' },
    });
    // A reference to it is the secret's ARN.
    this.location = `secretsmanager:${current.ref}`;
  }

  grantRead(grantee: IGrantable): void {
    grantSecret(grantee, this.secret, this.#encryptionKey, ['secretsmanager:GetSecretValue']);
  }

  #renew(name: string, certificate: Certificate | undefined): void {
    new Rule(this, 'Daily', {
      description: `Looks at the ingest certificate of ${name}.`,
      schedule: Schedule.rate(Duration.days(1)),
      targets: [new LambdaFunction(this.function.function)],
    });
    if (!certificate) return;
    new Rule(this, 'Renewed', {
      description: `Tells that the ingest certificate of ${name} was renewed.`,
      eventPattern: {
        source: ['aws.acm'],
        detailType: ['ACM Certificate Available'],
        resources: [certificate.certificateArn],
      },
      targets: [new LambdaFunction(this.function.function)],
    });
  }
}

/** P-256: its handshakes cost half of RSA-2048's. */
const exportable = (
  scope: Construct,
  hostName: string,
  domain: NonNullable<Deployment['domain']>,
): Certificate =>
  new Certificate(scope, 'Certificate', {
    domainName: hostName,
    allowExport: true,
    keyAlgorithm: KeyAlgorithm.EC_PRIME256V1,
    validation: CertificateValidation.fromDns(
      HostedZone.fromHostedZoneAttributes(scope, 'Zone', {
        zoneName: domain.name,
        hostedZoneId: domain.hostedZoneId,
      }),
    ),
  });
