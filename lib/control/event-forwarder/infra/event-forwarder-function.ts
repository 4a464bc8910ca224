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
  /** The deployment's name; begins the bus's. */
  readonly name: string;
  /** The table of events, with a stream of new images. */
  readonly table: ITable;
  /** The key that the table and its stream are under. */
  readonly encryptionKey: IKey;
  /** How long the bus can play events again. */
  readonly eventDays: number;
  readonly metricsNamespace: string;
  readonly logDays: RetentionDays;
}

/**
 * Tells other systems what happens to streams: from the stream of the events table to an event bus of our own, on which
 * anybody in the account may make rules. Whatever wrote a line of a journal, it goes out, once it is written.
 */
export class StreamEvents extends Construct {
  readonly bus: IEventBus;
  readonly busName: string;
  /** Where to look for events that never went out: it is to stay empty. */
  readonly deadLetters: IQueue;
  readonly function: PlatformFunction;

  constructor(scope: Construct, id: string, props: StreamEventsProps) {
    super(scope, id);
    const { table, encryptionKey } = props;
    const { tableStreamArn } = table;
    if (tableStreamArn === undefined) throw new Error(`${table.node.path} has no stream.`);

    this.busName = `${props.name}-events`;
    const bus = new EventBus(this, 'Bus', {
      eventBusName: this.busName,
      description: `What happens to streams of ${props.name}.`,
    });
    this.bus = bus;
    // A rule that was made late, or a consumer that was down, gets what it missed. An event has about 500 bytes.
    bus.archive('Archive', {
      description: `Events of ${props.name}, to be played again.`,
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
        'It is the dead-letter queue itself: of the function that reads the table’s stream, which a queue’s redrive policy cannot name.',
    });

    this.function = new PlatformFunction(this, 'Function', {
      handler: 'event-forwarder',
      description: 'Brings the lines of streams’ journals to the event bus.',
      environment: streamEventsFunctionCodec.encode({ eventBus: this.busName }),
      metricsNamespace: props.metricsNamespace,
      logDays: props.logDays,
      timeout: Duration.minutes(1),
    });
    const grantee = this.function;
    bus.grantPutEventsTo(grantee);
    Grant.addToPrincipal({ grantee, actions: ['sqs:SendMessage'], resourceArns: [deadLetters.queueArn] });
    const read = ['DescribeStream', 'GetRecords', 'GetShardIterator', 'ListStreams'];
    const reading = Grant.addToPrincipal({
      grantee,
      actions: read.map((action) => `dynamodb:${action}`),
      resourceArns: [tableStreamArn],
    });
    // For the stream is encrypted as its table is. No condition says through which service, for Lambda polls it.
    Grant.addToPrincipal({ grantee, actions: ['kms:Decrypt'], resourceArns: [encryptionKey.keyArn] });

    const mapping = new EventSourceMapping(this, 'Source', {
      target: this.function.function,
      eventSourceArn: tableStreamArn,
      startingPosition: StartingPosition.TRIM_HORIZON,
      batchSize: 100,
      // What does not go out is not read.
      filters: [
        FilterCriteria.filter({
          eventName: FilterRule.isEqual('INSERT'),
          dynamodb: { NewImage: { type: { S: FilterRule.or(...busEventTypes) } } },
        }),
      ],
      reportBatchItemFailures: true,
      // What the bus refuses for good gives way after ten tries or an hour; where it was goes to the dead letters.
      bisectBatchOnError: true,
      retryAttempts: 10,
      maxRecordAge: Duration.hours(1),
      onFailure: { bind: () => ({ destination: deadLetters.queueArn }) },
    });
    // Lambda checks at once that the role can read the stream.
    reading.applyBefore(mapping);
  }
}
