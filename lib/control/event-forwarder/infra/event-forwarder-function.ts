import { Duration, Validations } from 'aws-cdk-lib';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { EventBus, type IEventBus } from 'aws-cdk-lib/aws-events';
import { Grant } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import { EventSourceMapping, FilterCriteria, FilterRule, StartingPosition } from 'aws-cdk-lib/aws-lambda';
import type { RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type IQueue, Queue, QueueEncryption } from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { busEventSource, busEventTypes } from '../../../control-store/bus-events.ts';
import { PlatformFunction } from '../../../infra/function.ts';
import { streamEventsFunctionCodec } from '../event-forwarder-config.ts';

export interface StreamEventsProps {
  /** The deployment's name, which prefixes the bus's name. */
  readonly name: string;
  /** The events table, with a stream of new images. */
  readonly table: ITable;
  /** Encrypts the table and its stream. */
  readonly encryptionKey: IKey;
  /** How long the bus can replay events, in days. */
  readonly eventDays: number;
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
}

/**
 * Forwards stream events to other systems: from the events table's stream to a dedicated event bus, on which anyone in the
 * account can create rules. Journal entries go out once written, whichever program wrote them.
 */
export class StreamEvents extends Construct {
  readonly bus: IEventBus;
  readonly busName: string;
  /** Events that could not be forwarded; should stay empty. */
  readonly deadLetters: IQueue;
  readonly function: PlatformFunction;

  constructor(scope: Construct, id: string, props: StreamEventsProps) {
    super(scope, id);
    const { table, encryptionKey } = props;
    const { tableStreamArn } = table;
    if (tableStreamArn === undefined) throw new Error(`Table ${table.node.path} has no DynamoDB stream.`);

    this.busName = `${props.name}-events`;
    const bus = new EventBus(this, 'Bus', {
      eventBusName: this.busName,
      description: `Stream events of ${props.name}.`,
    });
    this.bus = bus;
    // Lets late rules and consumers that were down catch up. An event is about 500 bytes.
    bus.archive('Archive', {
      // CloudFormation's own name may be longer than the 48 characters that EventBridge allows.
      archiveName: this.busName,
      description: `Events of ${props.name}, for replay.`,
      eventPattern: { source: [busEventSource] },
      retention: Duration.days(props.eventDays),
    });

    const deadLetters = new Queue(this, 'DeadLetters', {
      encryption: QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    this.deadLetters = deadLetters;
    Validations.of(deadLetters).acknowledge({
      id: 'AwsSolutions-SQS3',
      reason:
        'This is itself a dead-letter queue, for the function that reads the table’s stream; a queue’s redrive policy cannot name a function.',
    });

    this.function = new PlatformFunction(this, 'Function', {
      handler: 'event-forwarder',
      description: 'Forwards journal entries to the event bus.',
      environment: streamEventsFunctionCodec.encode({ eventBus: this.busName }),
      metricsNamespace: props.metricsNamespace,
      logDays: props.logDays,
      timeout: Duration.minutes(1),
    });
    const grantee = this.function;
    // Includes the queue's policy.
    grantee.node.addDependency(deadLetters);
    bus.grantPutEventsTo(grantee);
    Grant.addToPrincipal({ grantee, actions: ['sqs:SendMessage'], resourceArns: [deadLetters.queueArn] });
    const read = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
    const reading = Grant.addToPrincipal({
      grantee,
      actions: read.map((action) => `dynamodb:${action}`),
      resourceArns: [tableStreamArn],
    });
    // The stream is encrypted like its table. No kms:ViaService condition, because Lambda does the polling.
    Grant.addToPrincipal({ grantee, actions: ['kms:Decrypt'], resourceArns: [encryptionKey.keyArn] });

    const mapping = new EventSourceMapping(this, 'Source', {
      target: this.function.function,
      eventSourceArn: tableStreamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      // Read only what is published.
      filters: [
        FilterCriteria.filter({
          eventName: FilterRule.isEqual('INSERT'),
          dynamodb: { NewImage: { type: { S: FilterRule.or(...busEventTypes) } } },
        }),
      ],
      reportBatchItemFailures: true,
      // Events the bus keeps refusing are skipped after ten attempts or an hour; their position goes to the dead-letter queue.
      bisectBatchOnError: true,
      retryAttempts: 10,
      maxRecordAge: Duration.hours(1),
      onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
    });
    // Lambda checks on creation that the role can read the stream.
    reading.applyBefore(mapping);
  }
}
