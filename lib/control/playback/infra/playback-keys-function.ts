import { CustomResource, Duration, RemovalPolicy, Validations } from 'aws-cdk-lib';
import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type ISecret, Secret } from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import type { SecretLocation } from '../../../config/locations.ts';
import { PlatformFunction } from '../../../infra/function.ts';
import { grantSecret } from '../../../infra/secret-access.ts';
import { playbackKeysFunctionCodec } from '../playback-keys-config.ts';

export interface PlaybackKeysProps {
  /** The deployment's name. */
  readonly name: string;
  /** The region as it appears in playback URLs. */
  readonly region: string;
  readonly encryptionKey: IKey;
  /** The edge's key-value store, from the edge stack. */
  readonly denialsArn: string;
  /** ARN of the role to assume for the store, if it is in another account. @default the function's own */
  readonly edgeRole?: string;
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
}

/**
 * The keys that a region signs playback links with: in a secret, which only the control API reads, and in the edge's store, where the
 * function in front of the cache checks links with them. A function makes the first ones during the deploy, a new one once a month, and
 * repairs the edge's copy once a day.
 */
export class PlaybackKeys extends Construct {
  /** As configured for programs. Anything that uses it is deployed once there are keys. */
  readonly location: SecretLocation;
  readonly secret: ISecret;
  readonly function: PlatformFunction;
  readonly #encryptionKey: IKey;

  constructor(scope: Construct, id: string, props: PlaybackKeysProps) {
    super(scope, id);
    const { name, region, encryptionKey, denialsArn, edgeRole } = props;
    this.#encryptionKey = encryptionKey;
    const secret = new Secret(this, 'Secret', {
      description: `The keys that sign playback links of ${name}. A function rotates them.`,
      encryptionKey,
      // A link lasts a day at most, so nothing is lost with them.
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.secret = secret;
    Validations.of(secret).acknowledge({
      id: 'AwsSolutions-SMG4',
      reason:
        'The function next to it rotates the keys once a month; Secrets Manager’s own rotation would not tell the edge first.',
    });
    this.function = new PlatformFunction(this, 'Function', {
      handler: 'playback-keys',
      description: 'Rotates the keys that sign playback links, and removes expired revocations.',
      environment: playbackKeysFunctionCodec.encode({
        playbackKeysSecret: secret.secretArn,
        keyValueStore: denialsArn,
        ...(edgeRole !== undefined && { edgeRole }),
        region,
      }),
      metricsNamespace: props.metricsNamespace,
      logDays: props.logDays,
      timeout: Duration.minutes(1),
    });
    grantSecret(this.function, secret, encryptionKey, [
      'secretsmanager:GetSecretValue',
      'secretsmanager:PutSecretValue',
    ]);
    const calls = ['DescribeKeyValueStore', 'GetKey', 'ListKeys', 'PutKey', 'UpdateKeys'];
    Grant.addToPrincipal({
      grantee: this.function,
      ...(edgeRole === undefined
        ? {
            actions: calls.map((call) => `cloudfront-keyvaluestore:${call}`),
            resourceArns: [denialsArn],
          }
        : { actions: ['sts:AssumeRole'], resourceArns: [edgeRole] }),
    });
    new Rule(this, 'Daily', {
      description: `Checks the playback keys of ${name}.`,
      schedule: Schedule.rate(Duration.days(1)),
      targets: [new LambdaFunction(this.function.function)],
    });
    // Makes the first keys, and gives them to another edge stack. A deploy waits for it and fails if it fails.
    const current = new CustomResource(this, 'Current', {
      serviceToken: this.function.function.functionArn,
      resourceType: 'Custom::PlaybackKeys',
      serviceTimeout: Duration.minutes(5),
      properties: { region, store: denialsArn },
    });
    // A reference to it resolves to the secret's ARN.
    this.location = `secretsmanager:${current.ref}`;
  }

  grantRead(grantee: IGrantable): void {
    grantSecret(grantee, this.secret, this.#encryptionKey, ['secretsmanager:GetSecretValue']);
  }
}
