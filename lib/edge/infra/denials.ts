import { RemovalPolicy } from 'aws-cdk-lib';
import {
  Function as EdgeFunction,
  type FunctionAssociation,
  FunctionCode,
  FunctionEventType,
  FunctionRuntime,
  KeyValueStore,
} from 'aws-cdk-lib/aws-cloudfront';
import { FilterPattern, LogGroup, MetricFilter, type RetentionDays } from 'aws-cdk-lib/aws-logs';
import { Construct } from 'constructs';
import { type MetricName, metricsNamespace } from '../../telemetry/metrics.ts';
import { denialFunctionCode, unreadableWords } from '../policy/denial-function.ts';

export interface EdgeDenialsProps {
  /** The deployment's name. */
  readonly deployment: string;
  readonly logDays: RetentionDays;
}

/**
 * What viewers are denied: a key-value store that takedowns write, and the function that looks it up before the cache does, at
 * every request of media. The stack makes the store empty and never writes it, so a deploy changes no takedown.
 */
export class EdgeDenials extends Construct {
  readonly storeArn: string;
  /** For every behaviour of media. */
  readonly onRequest: FunctionAssociation;

  constructor(scope: Construct, id: string, { deployment, logDays }: EdgeDenialsProps) {
    super(scope, id);
    const store = new KeyValueStore(this, 'Store', {
      keyValueStoreName: `${deployment}-denials`,
      comment: `${deployment}: <region>/<stream> of streams that are taken down`,
    });
    this.storeArn = store.keyValueStoreArn;
    const functionName = `${deployment}-denials`;
    const lookUp = new EdgeFunction(this, 'LookUp', {
      functionName,
      comment: 'Answers 410 for streams that are taken down',
      code: FunctionCode.fromInline(denialFunctionCode()),
      runtime: FunctionRuntime.JS_2_0,
      keyValueStore: store,
    });
    // CloudFront writes there, in us-east-1 for all of the world. It lets through what it cannot look up, so somebody must hear of it.
    const logGroup = new LogGroup(this, 'Log', {
      logGroupName: `/aws/cloudfront/function/${functionName}`,
      retention: logDays,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new MetricFilter(this, 'Unreadable', {
      logGroup,
      filterPattern: FilterPattern.literal(`"${unreadableWords}"`),
      metricNamespace: metricsNamespace(deployment),
      metricName: 'DenialsUnreadable' satisfies MetricName,
      metricValue: '1',
    });
    this.onRequest = { eventType: FunctionEventType.VIEWER_REQUEST, function: lookUp };
  }
}
