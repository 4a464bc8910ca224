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
 * The takedown list at the edge: a key-value store that takedowns write to, and the function that checks it before the cache,
 * for every media request. The stack creates the store empty and never writes to it, so a deploy does not affect takedowns.
 */
export class EdgeDenials extends Construct {
  readonly storeArn: string;
  /** For every media behaviour. */
  readonly onRequest: FunctionAssociation;

  constructor(scope: Construct, id: string, { deployment, logDays }: EdgeDenialsProps) {
    super(scope, id);
    const store = new KeyValueStore(this, 'Store', {
      keyValueStoreName: `${deployment}-denials`,
      comment: `${deployment}: <region>/<stream> of taken-down streams`,
    });
    this.storeArn = store.keyValueStoreArn;
    const functionName = `${deployment}-denials`;
    const lookUp = new EdgeFunction(this, 'LookUp', {
      functionName,
      comment: 'Answers 410 for taken-down streams',
      code: FunctionCode.fromInline(denialFunctionCode()),
      runtime: FunctionRuntime.JS_2_0,
      keyValueStore: store,
    });
    // CloudFront logs here, in us-east-1 for the whole world. The function fails open, so a failure must raise an alarm.
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
