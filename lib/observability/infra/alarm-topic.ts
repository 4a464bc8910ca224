import { RemovalPolicy, Stack } from 'aws-cdk-lib';
import { PolicyStatement, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import { type IKey, Key } from 'aws-cdk-lib/aws-kms';
import { Topic } from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Construct } from 'constructs';

export interface AlarmTopicProps {
  /** The deployment's name. */
  readonly deployment: string;
  /** Recipients. Each must confirm the subscription email. */
  readonly emails: readonly string[];
  /** CloudWatch is granted use of it. @default a new key for this topic */
  readonly key?: IKey;
}

/**
 * The SNS topic that alarms publish to. Encrypted with a customer managed key: CloudWatch may not use the AWS managed key
 * for SNS, so alarms would be lost silently. Only alarms of this account may publish, and only over TLS.
 */
export class AlarmTopic extends Construct {
  readonly topic: Topic;

  constructor(scope: Construct, id: string, { deployment, emails, key }: AlarmTopicProps) {
    super(scope, id);
    const masterKey =
      key ??
      new Key(this, 'Key', {
        description: `Alarms of ${deployment}`,
        enableKeyRotation: true,
        // Nothing is stored with it.
        removalPolicy: RemovalPolicy.DESTROY,
      });
    this.topic = new Topic(this, 'Topic', {
      displayName: `Headwater ${deployment}`,
      masterKey,
      enforceSSL: true,
    });
    const { account, partition, region } = Stack.of(this);
    const cloudWatch = new ServicePrincipal('cloudwatch.amazonaws.com');
    const ofThisAccount = { StringEquals: { 'aws:SourceAccount': account } };
    this.topic.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsOfThisAccount',
        principals: [cloudWatch],
        actions: ['sns:Publish'],
        resources: [this.topic.topicArn],
        conditions: {
          ...ofThisAccount,
          ArnLike: { 'aws:SourceArn': `arn:${partition}:cloudwatch:${region}:${account}:alarm:*` },
        },
      }),
    );
    masterKey.addToResourcePolicy(
      new PolicyStatement({
        sid: 'AlarmsMayPublish',
        principals: [cloudWatch],
        actions: ['kms:Decrypt', 'kms:GenerateDataKey*'],
        resources: ['*'],
        conditions: ofThisAccount,
      }),
    );
    for (const email of emails) this.topic.addSubscription(new EmailSubscription(email));
  }
}
