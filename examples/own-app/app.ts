// Headwater's stacks in an app of your own, with what your team adds to them.
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CfnOutput, RemovalPolicy, Stack, Tags } from 'aws-cdk-lib';
import { Rule } from 'aws-cdk-lib/aws-events';
import { SqsQueue } from 'aws-cdk-lib/aws-events-targets';
import { UrlSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import { Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { createApp } from 'headwater/app';
import { readDeployment } from 'headwater/deployment';
import { EdgeStack } from 'headwater/edge-stack';
import { OriginBucket } from 'headwater/origin-bucket';
import { writePage } from 'headwater/page';
import { PopStack } from 'headwater/pop-stack';
import { RegionStack } from 'headwater/region-stack';

const app = createApp();
const deployment = readDeployment(
  await readFile(new URL('deployment.json', import.meta.url), 'utf8'),
  'deployment.json',
);
const { account = '', name, retention } = deployment;

const pop = new PopStack(app, `${name}-pop`, { deployment, env: { account, region: 'us-west-2' } });
const pageDir = await mkdtemp(join(tmpdir(), 'page-'));
await writePage(pageDir);
const edge = new EdgeStack(app, `${name}-edge`, {
  deployment,
  pageDir,
  env: { account, region: 'us-east-1' },
});

for (const region of deployment.regions) {
  const cell = new RegionStack(app, `${name}-${region.name}`, {
    deployment,
    region,
    env: { account, region: region.name },
  });
  cell.addStackDependency(pop);
  cell.addStackDependency(edge);

  // Alarms go to the team's pager, and stream events to a queue that its own programs read.
  cell.alarmTopic.addSubscription(new UrlSubscription('https://pager.example.com/headwater'));
  const queue = new Queue(cell, 'StreamEventsQueue', {
    encryption: QueueEncryption.SQS_MANAGED,
    enforceSSL: true,
  });
  new Rule(cell, 'StreamEventsRule', {
    eventBus: cell.eventBus,
    eventPattern: { source: ['headwater'] },
    targets: [new SqsQueue(queue)],
  });
  new CfnOutput(cell, 'StreamEventsQueueUrl', { value: queue.queueUrl });
}

// Any of the constructs can also be used alone: here an origin, for programs that are not on the platform.
const archive = new Stack(app, 'archive', { env: { account, region: 'eu-west-1' } });
const { bucket } = new OriginBucket(archive, 'Origin', { deployment: 'archive', retention });
bucket.applyRemovalPolicy(RemovalPolicy.RETAIN);
Tags.of(archive).add('team', 'live-events');

app.synth();
await rm(pageDir, { recursive: true });
