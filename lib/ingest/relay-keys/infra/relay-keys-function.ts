import { Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import { type IGrantable, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { CfnRotationSchedule, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { SecretLocation } from '../../../config/locations.ts';
import { PlatformFunction } from '../../../infra/function.ts';
import { grantSecret } from '../../../infra/secret-access.ts';
import { relayKeysFunctionCodec } from '../relay-keys-config.ts';

export interface RelayKeysProps {
  /** The deployment's name. */
  readonly name: string;
  readonly encryptionKey: IKey;
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
}

/** Programs read the secret every minute; two rotations must be further apart than a deploy takes. */
const rotateEveryDays = 30;

/**
 * The keys with which ingest proxies prove to encoder workers that a relay link is theirs. Secrets Manager makes the first one and
 * has a function add another every 30 days; two are valid at a time, so a rotation disturbs no link. Proxies and workers may read
 * them, nobody else.
 */
export class RelayKeys extends Construct {
  /** As configured for programs. */
  readonly location: SecretLocation;
  readonly function: PlatformFunction;
  readonly #secret: Secret;
  readonly #encryptionKey: IKey;

  constructor(scope: Construct, id: string, props: RelayKeysProps) {
    super(scope, id);
    const { name, encryptionKey, metricsNamespace, logDays } = props;
    this.#encryptionKey = encryptionKey;
    const secret = new Secret(this, 'Secret', {
      description: `Keys that the proxies and workers of ${name} share: links without them are refused.`,
      generateSecretString: { passwordLength: 64, excludePunctuation: true },
      encryptionKey,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.#secret = secret;
    this.location = `secretsmanager:${secret.secretArn}`;
    this.function = new PlatformFunction(this, 'Function', {
      handler: 'relay-keys',
      description: 'Rotates the keys that proxies and workers share.',
      environment: relayKeysFunctionCodec.encode({}),
      metricsNamespace,
      logDays,
      timeout: Duration.minutes(1),
    });
    grantSecret(this.function, secret, encryptionKey, [
      'secretsmanager:DescribeSecret',
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
      'secretsmanager:UpdateSecretVersionStage',
    ]);
    this.#rotate();
  }

  grantRead(grantee: IGrantable): void {
    grantSecret(grantee, this.#secret, this.#encryptionKey, ['secretsmanager:GetSecretValue']);
  }

  #rotate(): void {
    const { function: rotates } = this.function;
    rotates.addPermission('Rotation', {
      principal: new ServicePrincipal('secretsmanager.amazonaws.com'),
      sourceAccount: Stack.of(this).account,
    });
    const schedule = new CfnRotationSchedule(this, 'Rotation', {
      secretId: this.#secret.secretArn,
      rotationLambdaArn: rotates.functionArn,
      rotationRules: { automaticallyAfterDays: rotateEveryDays },
      // Otherwise every deploy that touches the schedule would rotate.
      rotateImmediatelyOnUpdate: false,
    });
    // Secrets Manager tries the permissions when the schedule is created.
    schedule.node.addDependency(this.function);
  }
}
